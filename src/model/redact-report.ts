import type { Hide } from "../lib/hide.ts";
import { hasOtherReadings } from "../lib/readings.ts";
import type { ChainSample } from "./chain-family.ts";
import { type Failure, NodeError } from "./failure.ts";
import type { NodeIdentity, NodeReport, Outcome, PeerConnection, PeerList, RowInfo } from "./report.ts";

/**
 * The report without the node's own credentials. A server may repeat the request, credentials included: in an error text, in
 * its version or as a peer. These texts reach the log, the pages and the metrics.
 * @param hide replaces the credentials in a text
 */
export function redactReport(report: NodeReport, hide: Hide): NodeReport {
  if (isClean(textsOf(report), hide)) return report;
  const clean = withinBounds(hide);
  const { peers, head, apis, totals, identity, chainSamples, networkKey, blocks } = report;
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
    // Part of a hash proves nothing.
    ...(blocks === undefined ? {} : { blocks: blocks.filter(({ hash }) => clean(hash) === hash) }),
  };
}

/** The same for the error of a poll that failed as a whole. */
export function redactError(error: unknown, hide: Hide): unknown {
  if (!(error instanceof NodeError)) return error;
  return new NodeError(cleanFailure(error.failure, withinBounds(hide)), { cause: error.cause });
}

/** Pages, log and metrics show no more characters of a text; credentials that begin before this end within MAX_READ_LENGTH. */
const MAX_SHOWN_LENGTH = 1024;
const MAX_READ_LENGTH = 4096;

/** Characters in texts with escapes, which are decoded in many ways. No real node sends as many. */
const MAX_ESCAPED = 16 * 1024;

/** Characters in all texts of a report: 170 from each of 3,000 peers. */
const MAX_READ = 512 * 1024;

/**
 * Characters in texts that contained credentials. A server that repeats them this often is malicious: hiding one costs as much
 * as reading some hundred other characters.
 */
const MAX_CHANGED = 16 * 1024;

/** Characters that are searched together, so that a text with credentials is found before much work is done. */
const BATCH = 16 * 1024;

const WITHHELD = "<withheld>";

/** In no credential, and keeps two texts from forming one word. */
const SEPARATOR = "\0";

/** Searches many texts together, as nearly all of them are clean: this runs with each poll, over every peer. */
function isClean(texts: readonly string[], hide: Hide): boolean {
  let all = 0;
  for (const { length } of texts) {
    all += length;
    if (length > MAX_SHOWN_LENGTH || all > MAX_READ) return false;
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
    if (escaped > MAX_ESCAPED) return false;
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

/** Hides credentials in the texts of one report, within the limits above. */
function withinBounds(hide: Hide): Hide {
  let all = 0;
  let escaped = 0;
  let changed = 0;
  return (text) => {
    const read = text.slice(0, MAX_READ_LENGTH);
    all += read.length;
    if (all > MAX_READ || changed > MAX_CHANGED) return WITHHELD;
    if (hasOtherReadings(read)) {
      escaped += read.length;
      if (escaped > MAX_ESCAPED) return WITHHELD;
    }
    const hidden = hide(read);
    if (hidden !== read) changed += read.length;
    return hidden.length > MAX_SHOWN_LENGTH ? `${hidden.slice(0, MAX_SHOWN_LENGTH)}…` : hidden;
  };
}

/** Every text of a report that the node or its peers chose. */
function textsOf({
  identity,
  peers,
  head,
  apis,
  totals,
  chainSamples,
  networkKey,
  blocks = [],
}: NodeReport): readonly string[] {
  const texts = new Set<string>();
  const add = (text: string | undefined) => {
    if (text !== undefined && text !== "") texts.add(text);
  };
  for (const text of [identity.version, identity.network, identity.chainId, networkKey]) add(text);
  for (const { hash } of blocks) add(hash);
  for (const outcome of [peers, head, totals, ...apis.values()]) {
    if (outcome?.ok === false) add(outcome.failure.message);
  }
  for (const { labels } of chainSamples) for (const label of labels) add(label);
  if (!peers.ok) return [...texts];
  let lastChainId: string | undefined;
  let lastLabels: RowInfo["labels"] | undefined;
  // The chain samples of connections have no labels.
  for (const { address, agent, chainId, info } of peers.value.connections) {
    add(address.host);
    add(address.suffix);
    add(agent);
    if (chainId !== lastChainId) add(chainId);
    lastChainId = chainId;
    // Most rows have the same array as the row before.
    if (info === undefined || info.labels === lastLabels) continue;
    for (const label of info.labels) add(label);
    lastLabels = info.labels;
  }
  return [...texts];
}

function cleanFailure(failure: Failure, hide: Hide): Failure {
  return { ...failure, message: hide(failure.message) };
}

/** Its chain is a name of this program. */
function cleanIdentity({ version, network, chainId, chain }: NodeIdentity, hide: Hide): NodeIdentity {
  return {
    version: cleanText(version, hide),
    network: cleanText(network, hide),
    chainId: cleanText(chainId, hide),
    ...(chain === undefined ? {} : { chain }),
  };
}

function cleanPeers(peers: PeerList, hide: Hide): PeerList {
  return { ...peers, connections: peers.connections.map((connection) => cleanConnection(connection, hide)) };
}

function cleanConnection(connection: PeerConnection, hide: Hide): PeerConnection {
  const { address, agent, chainId, info } = connection;
  return {
    ...connection,
    address: { ...address, host: hide(address.host), suffix: cleanText(address.suffix, hide) },
    agent: cleanText(agent, hide),
    chainId: cleanText(chainId, hide),
    ...(info === undefined ? {} : { info: { ...info, labels: info.labels.map(hide) } }),
  };
}

function cleanSample(sample: ChainSample, hide: Hide): ChainSample {
  return sample.labels.length === 0 ? sample : { ...sample, labels: sample.labels.map(hide) };
}

function cleanText(text: string | undefined, hide: Hide): string | undefined {
  return text === undefined ? undefined : hide(text);
}
