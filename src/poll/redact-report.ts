import type { Hide } from "../lib/hide.ts";
import { hasOtherReadings } from "../lib/readings.ts";
import { type Failure, NodeError } from "../model/failure.ts";
import type { ChainSample, NodeIdentity, NodeReport, Outcome, PeerConnection, PeerList } from "../model/report.ts";

/**
 * A server may repeat what it was asked, credentials included: in an error text, in what it says it is, or as a peer. Those texts
 * reach the log, the pages and the metrics, so the node's own credentials are taken out of them.
 */
export function withoutEcho(report: NodeReport, hide: Hide): NodeReport {
  if (isClean(textsOf(report), hide)) return report;
  const clean = withinBounds(hide);
  const { peers, head, apis, totals, identity, chainSamples, networkKey } = report;
  const cleanOutcome = <T>(outcome: Outcome<T>): Outcome<T> =>
    outcome.ok ? outcome : { ok: false, failure: cleanFailure(outcome.failure, clean) };
  return {
    ...report,
    identity: cleanIdentity(identity, clean),
    peers: peers.ok ? { ok: true, value: cleanPeers(peers.value, clean) } : cleanOutcome(peers),
    head: cleanOutcome(head),
    apis: new Map([...apis].map(([name, outcome]) => [name, cleanOutcome(outcome)])),
    chainSamples: chainSamples.map((sample) => cleanSample(sample, clean)),
    ...(networkKey === undefined ? {} : { networkKey: clean(networkKey) }),
    ...(totals === undefined ? {} : { totals: cleanOutcome(totals) }),
  };
}

/** The error of a whole poll. */
export function errorWithoutEcho(error: unknown, hide: Hide): unknown {
  if (!(error instanceof NodeError)) return error;
  return new NodeError(cleanFailure(error.failure, withinBounds(hide)), { cause: error.cause });
}

/** Nothing shows more of a text of a node; credentials that begin before this end within LONGEST_READ. */
const LONGEST_KEPT = 1024;
const LONGEST_READ = 4096;

/** Texts with escapes are read in many ways. No node sends as many of them, and none of them says anything to people. */
const MOST_ESCAPED = 16 * 1024;

/** Characters of all texts of a report: what 3,000 peers say, with 170 for each. */
const MOST_READ = 512 * 1024;

/**
 * Characters of texts in which something was hidden. Who repeats credentials as often does it on purpose, to make work: each place
 * costs as much as some hundred other characters.
 */
const MOST_CHANGED = 16 * 1024;

/** So many characters are looked through at once: what is not clean is found before much work was put into it. */
const BATCH = 16 * 1024;

const WITHHELD = "<withheld>";

/** Stands in no credential, and joins no two texts to one word. */
const SEPARATOR = "\0";

/** Many texts at once, as nearly always there is nothing in them: this runs with each poll, over every peer. */
function isClean(texts: readonly string[], hide: Hide): boolean {
  let all = 0;
  for (const { length } of texts) {
    all += length;
    if (length > LONGEST_KEPT || all > MOST_READ) return false;
  }
  let escaped = 0;
  for (const batch of batchesOf(texts)) {
    const text = batch.join(SEPARATOR);
    if (!hasOtherReadings(text)) {
      if (hide(text) !== text) return false;
      continue;
    }
    const many = batch.filter(hasOtherReadings).join(SEPARATOR);
    escaped += many.length;
    if (escaped > MOST_ESCAPED) return false;
    const plain = batch.filter((one) => !hasOtherReadings(one)).join(SEPARATOR);
    if (hide(plain) !== plain || hide(many) !== many) return false;
  }
  return true;
}

function* batchesOf(texts: readonly string[]): Iterable<readonly string[]> {
  let start = 0;
  let size = 0;
  for (const [index, { length }] of texts.entries()) {
    size += length;
    if (size < BATCH) continue;
    yield texts.slice(start, index + 1);
    start = index + 1;
    size = 0;
  }
  if (start < texts.length) yield texts.slice(start);
}

/** For the texts of one report. */
function withinBounds(hide: Hide): Hide {
  let all = 0;
  let escaped = 0;
  let changed = 0;
  return (text) => {
    const read = text.slice(0, LONGEST_READ);
    all += read.length;
    if (all > MOST_READ || changed > MOST_CHANGED) return WITHHELD;
    if (hasOtherReadings(read)) {
      escaped += read.length;
      if (escaped > MOST_ESCAPED) return WITHHELD;
    }
    const hidden = hide(read);
    if (hidden !== read) changed += read.length;
    return hidden.length > LONGEST_KEPT ? `${hidden.slice(0, LONGEST_KEPT)}…` : hidden;
  };
}

/** Every text of a report that somebody else chose. */
function textsOf({ identity, peers, head, apis, totals, chainSamples, networkKey }: NodeReport): readonly string[] {
  const texts = new Set<string>();
  const add = (text: string | undefined) => {
    if (text !== undefined && text !== "") texts.add(text);
  };
  for (const text of [identity.version, identity.network, identity.chainId, networkKey]) add(text);
  for (const outcome of [peers, head, totals, ...apis.values()]) {
    if (outcome?.ok === false) add(outcome.failure.message);
  }
  for (const { labels } of chainSamples) for (const label of labels) add(label);
  if (!peers.ok) return [...texts];
  let lastChainId: string | undefined;
  // Facts of connections have no labels.
  for (const { address, agent, chainId } of peers.value.connections) {
    add(address.host);
    add(address.suffix);
    add(agent);
    if (chainId !== lastChainId) add(chainId);
    lastChainId = chainId;
  }
  return [...texts];
}

function cleanFailure(failure: Failure, hide: Hide): Failure {
  return { ...failure, message: hide(failure.message) };
}

function cleanIdentity({ version, network, chainId }: NodeIdentity, hide: Hide): NodeIdentity {
  return { version: cleanText(version, hide), network: cleanText(network, hide), chainId: cleanText(chainId, hide) };
}

function cleanPeers(peers: PeerList, hide: Hide): PeerList {
  return { ...peers, connections: peers.connections.map((connection) => cleanConnection(connection, hide)) };
}

function cleanConnection(connection: PeerConnection, hide: Hide): PeerConnection {
  const { address, agent, chainId } = connection;
  return {
    ...connection,
    address: { ...address, host: hide(address.host), suffix: cleanText(address.suffix, hide) },
    agent: cleanText(agent, hide),
    chainId: cleanText(chainId, hide),
  };
}

function cleanSample(sample: ChainSample, hide: Hide): ChainSample {
  return sample.labels.length === 0 ? sample : { ...sample, labels: sample.labels.map(hide) };
}

function cleanText(text: string | undefined, hide: Hide): string | undefined {
  return text === undefined ? undefined : hide(text);
}
