import { createHash } from "node:crypto";
import type { Signal } from "../../lib/abort.ts";
import { inParallel } from "../../lib/queue.ts";
import type { ChainSample } from "../../model/chain-family.ts";
import { failureOf, nodeError } from "../../model/failure.ts";
import {
  chainSample,
  failed,
  type Head,
  knownSamples,
  type Outcome,
  type PeerAddress,
  succeeded,
} from "../../model/report.ts";
import { hostProblem, parseRange, type Resolve } from "../../rpc/address-filter.ts";
import type { NodeTarget } from "../adapter.ts";
import { type Candidate, checkPeer, HTTPS_PORT, type PeerCheckResult } from "./check-peer.ts";
import {
  CHECKED_PEERS,
  PEER_CUT_HEIGHT,
  PEER_REACHABLE,
  REACHABLE_PEERS,
  REACHABLE_PEERS_BY_VERSION,
  REFUSED_PEERS,
} from "./families.ts";
import { mostCommon, versionLabel } from "./info.ts";
import type { PeerPages } from "./peer-page.ts";

/** The options `chainweb.probe`. */
export type PeerCheckOptions = {
  /** Peers in each round; 0: none. */
  readonly peers: number;
  /** Milliseconds for one peer. */
  readonly timeout: number;
  readonly concurrency: number;
  /** Address ranges that are checked although they are not public. */
  readonly allow: readonly string[];
};

/** Asks the peers of a node for their cut, some in each poll. */
export type PeerChecker = {
  /** One round, which ends within `budgetMs`. Returns a failure when it could not run; never throws. */
  round(peers: ListedPeers, budgetMs: number, signal: Signal): Promise<Outcome<PeerCheckRound>>;
};

export type ListedPeers = Pick<PeerPages, "list" | "identities">;

export type PeerCheckRound = {
  readonly chainSamples: readonly ChainSample[];
  /** The heads of the peers that answered in this round or shortly before, one for each peer. */
  readonly heads: readonly Head[];
  /** Samples of the peers that were asked in this round or shortly before, by the ids of their rows. */
  readonly peerSamples: ReadonlyMap<string, readonly ChainSample[]>;
};

/**
 * What a peer answered counts for this many rounds. One round asks only some of the peers, which may be too few to support
 * a head; an old head is at worst too low, which can make the lag too small, never too large.
 */
const RECENT_ROUNDS = 3;

/** With less time, a peer could be counted as unreachable only because the poll is late. */
const MIN_TIMEOUT_MS = 1000;

const MAX_VERSIONS = 20;

type PeerHead = { readonly head: Head; readonly round: number };
type PeerSamples = { readonly samples: readonly ChainSample[]; readonly round: number };

export function createPeerChecker(
  { name, connectUntrusted, isProxied }: Pick<NodeTarget, "name" | "connectUntrusted" | "isProxied">,
  { network, peers: maxPeers, timeout, concurrency, allow }: PeerCheckOptions & { readonly network: string },
  resolve: Resolve,
): PeerChecker {
  const allowed = allow.map(parseRange).filter((range) => range !== undefined);
  let lastMark: string | undefined;
  let rounds = 0;
  let recentHeads: ReadonlyMap<string, PeerHead> = new Map();
  let recentSamples: ReadonlyMap<string, PeerSamples> = new Map();

  async function run(peers: ListedPeers, budgetMs: number, signal: Signal): Promise<PeerCheckRound> {
    const timeoutMs = Math.min(timeout, Math.max(budgetMs / 2, MIN_TIMEOUT_MS));
    if (timeoutMs > budgetMs)
      throw nodeError(
        "timeout",
        "the poll left no time to ask peers",
        "raise timeout, or lower chainweb.probe.timeout",
      );
    const settings = { network, filter: { allowed, resolve }, timeoutMs, connectUntrusted };
    // A peer is not asked when its whole time does not fit, so that no response is cut short.
    const startUntil = performance.now() + budgetMs - timeoutMs;
    const isForbidden = ({ peer: { address } }: Candidate) =>
      hostProblem(address.host, allowed) !== undefined || isNamedBehindProxy(address, isProxied);
    const { chosen, refused } = choose(rotated(candidates(peers), idOf, name, lastMark), maxPeers, isForbidden);

    const results: PeerCheckResult[] = [];
    const heads = recent(recentHeads);
    const samples = recent(recentSamples);
    await inParallel(chosen, concurrency, async ({ item, mark }) => {
      if (signal.aborted || performance.now() > startUntil) return;
      lastMark = mark;
      const result = await checkPeer(item, settings, signal);
      results.push(result);
      const id = idOf(item);
      if (result.kind === "reachable") heads.set(id, { head: result.head, round: rounds });
      samples.set(id, { samples: peerSamples(result), round: rounds });
    });
    recentHeads = heads;
    recentSamples = samples;
    return {
      chainSamples: roundSamples(results, refused),
      heads: [...heads.values()].map(({ head }) => head),
      peerSamples: new Map([...samples].map(([id, peer]) => [id, peer.samples])),
    };
  }

  function recent<T extends { readonly round: number }>(known: ReadonlyMap<string, T>): Map<string, T> {
    return new Map([...known].filter(([, { round }]) => rounds - round < RECENT_ROUNDS));
  }

  return {
    async round(peers, budgetMs, signal) {
      rounds += 1;
      try {
        return succeeded(await run(peers, budgetMs, signal));
      } catch (error) {
        // What untrusted peers send must not cost the data of the node, not even through a bug of this program.
        return failed(failureOf(error));
      }
    },
  };
}

function idOf({ peer }: Candidate): string {
  return peer.id;
}

/**
 * The proxy would resolve the name again, and that address would be unchecked. To resolve it here tells the name servers,
 * which a proxy such as Tor is to prevent.
 */
function isNamedBehindProxy({ host, ip, port = HTTPS_PORT }: PeerAddress, isProxied: NodeTarget["isProxied"]): boolean {
  return ip === undefined && isProxied?.({ hostname: host, port }) === true;
}

/** Peers without a valid id cannot be verified, so they are skipped. */
function candidates({ list, identities }: ListedPeers): readonly Candidate[] {
  return list.connections.flatMap((peer) => {
    const identity = identities.get(peer.id);
    return identity === undefined ? [] : [{ peer, identity }];
  });
}

/** The first peers that may be asked. A peer with a forbidden IP address costs nothing and does not count. */
function choose(ordered: readonly Marked<Candidate>[], max: number, isForbidden: (candidate: Candidate) => boolean) {
  const chosen: Marked<Candidate>[] = [];
  let refused = 0;
  for (const marked of ordered) {
    if (chosen.length >= max) break;
    if (isForbidden(marked.item)) refused += 1;
    else chosen.push(marked);
  }
  return { chosen, refused };
}

function roundSamples(results: readonly PeerCheckResult[], refusedBefore: number): readonly ChainSample[] {
  const reachable = results.filter((result) => result.kind === "reachable");
  const refused = results.filter(({ kind }) => kind === "refused").length;
  const versions = mostCommon(
    reachable.map(({ version }) => versionLabel(version)),
    MAX_VERSIONS,
  );
  return [
    chainSample(CHECKED_PEERS, results.length - refused),
    chainSample(REACHABLE_PEERS, reachable.length),
    chainSample(REFUSED_PEERS, refusedBefore + refused),
    ...versions.map(([version, value]) => chainSample(REACHABLE_PEERS_BY_VERSION, value, [version])),
  ];
}

/** A peer that must not be asked has none, also of an earlier round, when its name had another address. */
function peerSamples(result: PeerCheckResult): readonly ChainSample[] {
  if (result.kind === "refused") return [];
  return knownSamples(
    [PEER_REACHABLE, result.kind === "reachable"],
    [PEER_CUT_HEIGHT, result.kind === "reachable" ? result.head.height : undefined],
  );
}

/** An item with its place in the order. */
type Marked<T> = { readonly item: T; readonly mark: string };

/**
 * Sorts items by a hash of their id, beginning after a mark: the order depends neither on the order of the list nor on its
 * other items. So every item comes up in a list that changes all the time, and none comes up more often by leaving and
 * returning. The salt lets exporters of different nodes ask the same peers at different times.
 */
export function rotated<T>(
  items: readonly T[],
  idOf: (item: T) => string,
  salt: string,
  after: string | undefined,
): readonly Marked<T>[] {
  const marked = items.map((item) => ({ item, mark: markOf(idOf(item), salt) }));
  marked.sort((a, b) => (a.mark < b.mark ? -1 : 1));
  const next = after === undefined ? 0 : marked.findIndex(({ mark }) => mark > after);
  return next <= 0 ? marked : [...marked.slice(next), ...marked.slice(0, next)];
}

function markOf(id: string, salt: string): string {
  return createHash("sha256").update(`${salt}\n${id}`).digest("hex");
}
