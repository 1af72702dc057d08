import { createHash } from "node:crypto";
import type { Signal } from "../../lib/abort.ts";
import { chainSample } from "../../model/chain-samples.ts";
import { failureOf, nodeError } from "../../model/failure.ts";
import { type ChainSample, failed, type Head, type Outcome, succeeded } from "../../model/report.ts";
import { type AddressRange, hostProblem, parseRange, type Resolve } from "../../rpc/address-filter.ts";
import type { NodeTarget } from "../adapter.ts";
import { type Candidate, checkPeer, type PeerCheckResult } from "./check-peer.ts";
import { CHECKED_PEERS, REACHABLE_PEERS, REACHABLE_PEERS_BY_VERSION, REFUSED_PEERS } from "./families.ts";
import type { ChainwebOptions } from "./index.ts";
import { commonest, versionLabel } from "./info.ts";
import type { PeerPages } from "./peer-page.ts";

/** Asks the peers of a node themselves, some in each poll. */
export type PeerChecker = {
  /** One round, which ends within `budgetMs`. If it could not run that is a failure, never an exception. */
  round(peers: ListedPeers, budgetMs: number, signal: Signal): Promise<Outcome<PeerCheckRound>>;
};

export type ListedPeers = Pick<PeerPages, "list" | "identities">;

export type PeerCheckRound = {
  readonly chainSamples: readonly ChainSample[];
  /** The heads of the peers that answered in this round or shortly before, one for each peer. */
  readonly heads: readonly Head[];
};

/**
 * In so many rounds counts a head that a peer told. One round asks only some of the peers, and a single one supports
 * nothing; an old head is at worst too low, which can make the lag too small, never too large.
 */
const ROUNDS_KEPT = 3;

/** With less time a peer would be called unreachable only because we are late. */
const MIN_TIMEOUT_MS = 1000;

const SHOWN_VERSIONS = 20;

type PeerHead = { readonly head: Head; readonly round: number };

export function createPeerChecker(
  { name, connectUntrusted }: Pick<NodeTarget, "name" | "connectUntrusted">,
  { network, probe }: Pick<ChainwebOptions, "network" | "probe">,
  resolve: Resolve,
): PeerChecker {
  const allowed = probe.allow.map(parseRange).filter((range) => range !== undefined);
  let lastMark: string | undefined;
  let rounds = 0;
  let told: ReadonlyMap<string, PeerHead> = new Map();

  async function run(peers: ListedPeers, budgetMs: number, signal: Signal): Promise<PeerCheckRound> {
    const timeoutMs = Math.min(probe.timeout, Math.max(budgetMs / 2, MIN_TIMEOUT_MS));
    if (timeoutMs > budgetMs) throw nodeError("timeout", "the poll left no time to ask peers", "raise timeout");
    const settings = { network, filter: { allowed, resolve }, timeoutMs, connectUntrusted };
    // A peer whose whole time would not fit is not asked at all, so that no answer is cut short.
    const startUntil = performance.now() + budgetMs - timeoutMs;
    const { chosen, refused } = choose(inTurn(candidates(peers), idOf, name, lastMark), probe.peers, allowed);

    const results: PeerCheckResult[] = [];
    const heads = new Map([...told].filter(([, { round }]) => rounds - round < ROUNDS_KEPT));
    await pooled(chosen, probe.concurrency, async ({ item, mark }) => {
      if (signal.aborted || performance.now() > startUntil) return;
      lastMark = mark;
      const result = await checkPeer(item, settings, signal);
      results.push(result);
      if (result.kind === "reachable") heads.set(idOf(item), { head: result.head, round: rounds });
    });
    told = heads;
    return { chainSamples: roundSamples(results, refused), heads: [...heads.values()].map(({ head }) => head) };
  }

  return {
    async round(peers, budgetMs, signal) {
      rounds += 1;
      try {
        return succeeded(await run(peers, budgetMs, signal));
      } catch (error) {
        // What strangers send must not cost the node's own data, not even through a bug of ours.
        return failed(failureOf(error));
      }
    },
  };
}

function idOf({ peer }: Candidate): string {
  return peer.id;
}

/** Peers whose id is none cannot be recognized, so they are not asked. */
function candidates({ list, identities }: ListedPeers): readonly Candidate[] {
  return list.connections.flatMap((peer) => {
    const identity = identities.get(peer.id);
    return identity === undefined ? [] : [{ peer, identity }];
  });
}

/** The first that may be asked. Those that are refused for their number cost nothing, so they take no other's turn. */
function choose(turn: readonly Marked<Candidate>[], most: number, allowed: readonly AddressRange[]) {
  const chosen: Marked<Candidate>[] = [];
  let refused = 0;
  for (const marked of turn) {
    if (chosen.length >= most) break;
    if (hostProblem(marked.item.peer.address.host, allowed) === undefined) chosen.push(marked);
    else refused += 1;
  }
  return { chosen, refused };
}

function roundSamples(results: readonly PeerCheckResult[], refusedBefore: number): readonly ChainSample[] {
  const reachable = results.filter((result) => result.kind === "reachable");
  const refused = results.filter(({ kind }) => kind === "refused").length;
  const versions = commonest(
    reachable.map(({ version }) => versionLabel(version)),
    SHOWN_VERSIONS,
  );
  return [
    chainSample(CHECKED_PEERS, results.length - refused),
    chainSample(REACHABLE_PEERS, reachable.length),
    chainSample(REFUSED_PEERS, refusedBefore + refused),
    ...versions.map(([version, value]) => chainSample(REACHABLE_PEERS_BY_VERSION, value, [version])),
  ];
}

/** Works through the items in their order, a few at once. */
async function pooled<T>(items: readonly T[], concurrency: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const workers = Array.from({ length: concurrency }, async () => {
    for (const item of queue) await work(item);
  });
  const ends = await Promise.allSettled(workers);
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}

/** An item with its place in the order. */
export type Marked<T> = { readonly item: T; readonly mark: string };

/**
 * Puts items into an order of their own, which depends on neither the list's nor on what else is in it, beginning behind
 * a mark. So each gets its turn in a list that changes all the time, and none can get more turns by coming and going.
 * The salt lets exporters of different nodes ask the same peers at different times.
 */
export function inTurn<T>(
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
