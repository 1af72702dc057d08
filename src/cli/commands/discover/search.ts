import { type ChainName, chains, isChainName } from "../../../chains/index.ts";
import { parseConfig } from "../../../config/parse.ts";
import type { Redactor } from "../../../config/redact.ts";
import type { Logger } from "../../../logging/logger.ts";
import { parseNodeUrl } from "../../../rpc/node-url.ts";
import type { ConfigProblem } from "../../../schema/problems.ts";
import { openPolling, openPollLog, type PolledNode } from "../polling.ts";
import { type Access, digestAccess } from "./access.ts";
import { AddressError, type Attempt, type Entry, elsewhere, mayBeSecret, plainEntry } from "./entry.ts";

export type Found = {
  /** The best entry, and the poll with it. */
  readonly best: PolledEntry;
  /** Whether the certificate is pinned, as no authority known to this machine signed it. */
  readonly isPinned: boolean;
  /** Other addresses of this node, or of another node of the chain, which report less. */
  readonly others: readonly PolledEntry[];
};

type SearchResult = { readonly found: readonly Found[]; readonly failed: readonly PolledEntry[] };

/** Finds the best address of each chain among the attempts. */
export async function search(attempts: readonly Attempt[], ask: Ask, access?: Access): Promise<SearchResult> {
  const asBasic = await ask(attempts.map((attempt) => firstEntry(attempt, access)));
  // A login in a URL is basic authentication, until a node wants digest.
  const retried = asBasic.filter(mayWantDigest);
  const first = [
    ...asBasic.filter((answer) => !retried.includes(answer)),
    ...(await ask(await Promise.all(retried.map(({ entry }) => withDigest(entry))))),
  ];
  const named = [
    ...first.filter((answer) => ownName(answer) === undefined),
    ...(await ask(first.flatMap(withOwnName))),
  ];
  const answers = [...named, ...(await ask(named.filter(isOtherNetwork).flatMap(otherVariants)))];
  const good = answers.filter(isFound);
  const found: Found[] = [];
  for (const chain of new Set(good.map(({ entry }) => entry.chain))) {
    const ranked = good.filter(({ entry }) => entry.chain === chain).sort((a, b) => rank(b) - rank(a));
    const [best, ...others] = ranked;
    if (best === undefined) continue;
    const trusted = await withTrust(best, ask);
    found.push({ ...trusted, best: await withCompanions(trusted.best, ask), others });
  }
  return { found, failed: answers.filter((answer) => !isFound(answer)) };
}

/** The first entry does not verify the certificate, as nodes often sign their own, unless it sends a secret. */
function firstEntry({ chain, url }: Attempt, access: Access | undefined): Entry {
  const { auth, tls } = access?.polled ?? {};
  const isUnverified = /^https:/i.test(url) && !mayBeSecret(url) && auth === undefined && tls?.pin === undefined;
  const [options = {}] = chains[chain].discovery.variants;
  return { name: "", chain, url, tls: isUnverified ? { insecure: true } : undefined, options, access };
}

function mayWantDigest({ entry, polled: { report } }: PolledEntry): boolean {
  const wantsDigest = [report.peers, report.head].some(
    (one) => !one.ok && one.failure.message.includes("wants digest"),
  );
  const isTried = entry.access?.polled.auth !== undefined;
  return wantsDigest && !isTried && parseNodeUrl(entry.url).userinfo !== undefined;
}

async function withDigest(entry: Entry): Promise<Entry> {
  const { userinfo } = parseNodeUrl(entry.url);
  if (userinfo === undefined) return entry;
  const url = entry.url.replace(/^(https?:\/\/)[^/?#]*@/i, "$1");
  return { ...entry, url, access: digestAccess(userinfo.username, await userinfo.password.reveal(), entry.access) };
}

/** The chain that the node's software names, where that is another one than was tried. */
function ownName({ entry, polled: { report } }: PolledEntry): ChainName | undefined {
  const { chain } = report.identity;
  return isChainName(chain) && chain !== entry.chain ? chain : undefined;
}

function withOwnName(answer: PolledEntry): readonly Entry[] {
  const chain = ownName(answer);
  return chain === undefined ? [] : [{ ...answer.entry, chain }];
}

function isOtherNetwork({ polled: { report } }: PolledEntry): boolean {
  return !report.peers.ok && report.peers.failure.reason === "wrong_network";
}

function otherVariants({ entry }: PolledEntry): readonly Entry[] {
  return chains[entry.chain].discovery.variants.slice(1).map((options) => ({ ...entry, options }));
}

/** Verifies by the authorities of this machine, or else pins the certificate that the server presents. */
async function withTrust(best: PolledEntry, ask: Ask): Promise<Pick<Found, "best" | "isPinned">> {
  const { entry } = best;
  if (entry.tls === undefined) return { best, isPinned: false };
  const [known, other] = await ask([
    { ...entry, tls: undefined },
    { ...entry, tls: { pin: NO_PIN } },
  ]);
  if (known !== undefined && isFound(known)) return { best: known, isPinned: false };
  const pin = other && presentedPin(other);
  const [pinned] = pin === undefined ? [] : await ask([{ ...entry, tls: { pin } }]);
  return pinned !== undefined && isFound(pinned) ? { best: pinned, isPinned: true } : { best, isPinned: false };
}

/** That of no certificate. The refusal names the one that was presented, also through a proxy or to a client with its own. */
const NO_PIN = "A".repeat(43);

function presentedPin({ polled: { report } }: PolledEntry): string | undefined {
  const failures = [report.peers, report.head].flatMap((one) => (one.ok ? [] : one.failure));
  const refusal = failures.find(({ reason }) => reason === "tls_pin");
  return refusal && /with the id ([\w-]{43})(?![\w-])/.exec(refusal.message)?.[1];
}

/** Adds the other servers of the node that work. */
async function withCompanions(best: PolledEntry, ask: Ask): Promise<PolledEntry> {
  let kept = best;
  for (const [option, endpoint] of Object.entries(chains[best.entry.chain].discovery.companions)) {
    const url = elsewhere(best.entry.url, endpoint);
    if (url === undefined) continue;
    const [answer] = await ask([{ ...kept.entry, options: { ...kept.entry.options, [option]: url } }]);
    const parts = answer === undefined ? [] : [...answer.polled.report.apis.values()];
    if (answer !== undefined && isFound(answer) && parts.every(({ ok }) => ok)) kept = answer;
  }
  return kept;
}

const TIMEOUT = "5s";

export type PolledEntry = { readonly entry: Entry; readonly polled: PolledNode };

export type Ask = (entries: readonly Entry[]) => Promise<readonly PolledEntry[]>;

/**
 * Polls each entry once, like the exporter. The result is empty if `end` is aborted first.
 * @throws AddressError
 */
export function createAsk(redactor: Redactor, end: AbortSignal): Ask {
  let log: Promise<Logger> | undefined;
  return async (entries) => {
    log ??= openPollLog(redactor.redact);
    const answers = new Map<Entry, PolledNode>();
    for (const round of rounds(entries)) {
      for (const [index, polled] of (await pollOnce(round, redactor, log, end)).entries()) {
        const entry = round[index];
        if (entry !== undefined) answers.set(entry, polled);
      }
    }
    if (end.aborted) return [];
    return [...answers].map(([entry, polled]) => ({ entry, polled }));
  };
}

/**
 * All entries at the same time, but those of a server with a digest login one after the other: monerod's login belongs to
 * a connection, and a proxy that keeps several of them spreads requests of several clients.
 */
function rounds(entries: readonly Entry[]): readonly (readonly Entry[])[] {
  const result: Entry[][] = [];
  const logins = new Map<string, number>();
  for (const entry of entries) {
    const round = logins.get(entry.url) ?? 0;
    if ("digest" in (entry.access?.polled.auth ?? {})) logins.set(entry.url, round + 1);
    const together = result[round] ?? [];
    result[round] = together;
    together.push(entry);
  }
  return result;
}

async function pollOnce(
  entries: readonly Entry[],
  redactor: Redactor,
  log: Promise<Logger>,
  end: AbortSignal,
): Promise<readonly PolledNode[]> {
  if (end.aborted) return [];
  // The names only distinguish the entries.
  const nodes = entries.map((entry, index) => plainEntry({ ...entry, name: `n${index}` }, "polled"));
  const parsed = parseConfig({ global: { timeout: TIMEOUT }, nodes }, undefined);
  if (!parsed.ok) throw new AddressError(problemText(parsed.problems[0]));
  redactor.addSecrets(parsed.config);
  const polling = await openPolling(parsed.config.nodes, parsed.config.lag, log);
  try {
    return (await polling.round(end)) ?? [];
  } finally {
    await polling.close();
  }
}

/** A problem with the address, or with what a flag gave for another key. */
function problemText(problem: ConfigProblem | undefined): string {
  if (problem === undefined) return "not a valid address";
  const key = problem.path.slice(2).map(String).join(".");
  return key === "url" ? problem.message : `${key}: ${problem.message}`;
}

/** Whether a node of that chain responded, with its head or with peers: an empty list may come from any server. */
function isFound({ polled: { report } }: PolledEntry): boolean {
  return report.head.ok || (report.peers.ok && report.peers.value.connections.length > 0);
}

/** Higher if the node reports more. */
function rank({ polled: { report } }: PolledEntry): number {
  return (report.peers.ok ? 2 : 0) + (report.head.ok ? 1 : 0);
}
