import { createHash } from "node:crypto";
import { isIP } from "node:net";
import { connect } from "node:tls";
import { chains } from "../../../chains/index.ts";
import { parseConfig } from "../../../config/parse.ts";
import type { Redactor } from "../../../config/redact.ts";
import { openPolling, type PolledNode } from "../polling.ts";
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

type PinOf = (url: string) => Promise<string | undefined>;

/** Finds the best address of each chain among the attempts. */
export async function search(attempts: readonly Attempt[], ask: Ask, pinOf: PinOf): Promise<SearchResult> {
  const first = await ask(attempts.map(firstEntry));
  const answers = [...first, ...(await ask(first.filter(isOtherNetwork).flatMap(otherVariants)))];
  const good = answers.filter(isFound);
  const found: Found[] = [];
  for (const chain of new Set(good.map(({ entry }) => entry.chain))) {
    const ranked = good.filter(({ entry }) => entry.chain === chain).sort((a, b) => rank(b) - rank(a));
    const [best, ...others] = ranked;
    if (best === undefined) continue;
    const trusted = await withTrust(best, ask, pinOf);
    found.push({ ...trusted, best: await withCompanions(trusted.best, ask), others });
  }
  return { found, failed: answers.filter((answer) => !isFound(answer)) };
}

/** The first entry does not verify the certificate, as nodes often sign their own, unless it sends a secret. */
function firstEntry({ chain, url }: Attempt): Entry {
  const isUnverified = /^https:/i.test(url) && !mayBeSecret(url);
  const [options = {}] = chains[chain].discovery.variants;
  return { name: "", chain, url, tls: isUnverified ? { insecure: true } : undefined, options };
}

function isOtherNetwork({ polled: { report } }: PolledEntry): boolean {
  return !report.peers.ok && report.peers.failure.reason === "wrong_network";
}

function otherVariants({ entry }: PolledEntry): readonly Entry[] {
  return chains[entry.chain].discovery.variants.slice(1).map((options) => ({ ...entry, options }));
}

/** Verifies by the authorities of this machine, or else pins the certificate that the server presents. */
async function withTrust(best: PolledEntry, ask: Ask, pinOf: PinOf): Promise<Pick<Found, "best" | "isPinned">> {
  const { entry } = best;
  if (entry.tls === undefined) return { best, isPinned: false };
  const pin = await pinOf(entry.url);
  const choices: Entry[] = [{ ...entry, tls: undefined }, ...(pin === undefined ? [] : [{ ...entry, tls: { pin } }])];
  const answers = (await ask(choices)).filter(isFound);
  const chosen = answers[0] ?? best;
  return { best: chosen, isPinned: chosen.entry.tls?.pin !== undefined };
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
  return async (entries) => {
    if (entries.length === 0 || end.aborted) return [];
    // The names only distinguish the entries.
    const nodes = entries.map((entry, index) => plainEntry({ ...entry, name: `n${index}` }));
    const parsed = parseConfig({ global: { timeout: TIMEOUT }, nodes }, undefined);
    if (!parsed.ok) throw new AddressError(parsed.problems[0]?.message ?? "not a valid address");
    redactor.addSecrets(parsed.config);
    const polling = await openPolling(parsed.config.nodes, parsed.config.lag, redactor.redact);
    try {
      const polled = (await polling.round(end)) ?? [];
      return polled.flatMap((one, index) => {
        const entry = entries[index];
        return entry === undefined ? [] : [{ entry, polled: one }];
      });
    } finally {
      await polling.close();
    }
  };
}

/** Whether a node of that chain responded, with its head or with peers: an empty list may come from any server. */
function isFound({ polled: { report } }: PolledEntry): boolean {
  return report.head.ok || (report.peers.ok && report.peers.value.connections.length > 0);
}

/** Higher if the node reports more. */
function rank({ polled: { report } }: PolledEntry): number {
  return (report.peers.ok ? 2 : 0) + (report.head.ok ? 1 : 0);
}

/** The SHA-256 of the certificate that a server presents, in the form of `tls.pin`; undefined if it presents none in time. */
export function presentedPin(url: string, timeoutMs: number, end: AbortSignal): Promise<string | undefined> {
  const { hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, "");
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port: Number(port === "" ? 443 : port),
      // Nothing is sent over this connection, and the printed entry says that the pin must be verified.
      rejectUnauthorized: false,
      ...(isIP(host) === 0 ? { servername: host } : {}),
    });
    const give = (pin: string | undefined) => {
      end.removeEventListener("abort", giveUp);
      socket.destroy();
      resolve(pin);
    };
    const giveUp = () => give(undefined);
    end.addEventListener("abort", giveUp, { once: true });
    socket.setTimeout(timeoutMs, giveUp);
    socket.once("error", giveUp);
    socket.once("secureConnect", () => {
      const certificate = socket.getPeerX509Certificate();
      give(certificate && createHash("sha256").update(certificate.raw).digest("base64url"));
    });
  });
}
