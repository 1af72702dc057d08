import type { Signal } from "../../lib/abort.ts";
import { factOf } from "../../model/chain-samples.ts";
import { failureOf, nodeError } from "../../model/failure.ts";
import { type Fact, failed, type Head, type Outcome, succeeded } from "../../model/report.ts";
import { type AddressRange, hostProblem, parseRange, type Resolve } from "../../rpc/address-filter.ts";
import type { NodeTarget } from "../adapter.ts";
import { PROBE_REFUSED_PEERS, PROBED_PEERS, REACHABLE_PEERS, REACHABLE_PEERS_BY_VERSION } from "./families.ts";
import type { ChainwebOptions } from "./options.ts";
import type { PeerPages } from "./peers.ts";
import { type Candidate, type ProbeResult, probePeer } from "./probe-peer.ts";
import { inTurn, type Marked } from "./rotation.ts";
import { commonest, versionLabel } from "./version.ts";

/** Asks the peers of a node themselves, some in each poll. */
export type Prober = {
  /** One round, which ends within `budgetMs`. If it could not run that is a failure, never an exception. */
  round(peers: ListedPeers, budgetMs: number, signal: Signal): Promise<Outcome<ProbeRound>>;
};

export type ListedPeers = Pick<PeerPages, "list" | "identities">;

export type ProbeRound = {
  readonly facts: readonly Fact[];
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

type ToldHead = { readonly head: Head; readonly round: number };

export function createProber(
  { name, connectStranger }: Pick<NodeTarget, "name" | "connectStranger">,
  { network, probe }: Pick<ChainwebOptions, "network" | "probe">,
  resolve: Resolve,
): Prober {
  const allowed = probe.allow.map(parseRange).filter((range) => range !== undefined);
  let lastMark: string | undefined;
  let rounds = 0;
  let told: ReadonlyMap<string, ToldHead> = new Map();

  async function run(peers: ListedPeers, budgetMs: number, signal: Signal): Promise<ProbeRound> {
    const timeoutMs = Math.min(probe.timeout, Math.max(budgetMs / 2, MIN_TIMEOUT_MS));
    if (timeoutMs > budgetMs) throw nodeError("timeout", "the poll left no time to ask peers", "raise timeout");
    const settings = { network, filter: { allowed, resolve }, timeoutMs, connectStranger };
    // A peer whose whole time would not fit is not asked at all, so that no answer is cut short.
    const startUntil = performance.now() + budgetMs - timeoutMs;
    const { chosen, refused } = choose(inTurn(candidates(peers), idOf, name, lastMark), probe.peers, allowed);

    const results: ProbeResult[] = [];
    const heads = new Map([...told].filter(([, { round }]) => rounds - round < ROUNDS_KEPT));
    await pooled(chosen, probe.concurrency, async ({ item, mark }) => {
      if (signal.aborted || performance.now() > startUntil) return;
      lastMark = mark;
      const result = await probePeer(item, settings, signal);
      results.push(result);
      if (result.kind === "reachable") heads.set(idOf(item), { head: result.head, round: rounds });
    });
    told = heads;
    return { facts: facts(results, refused), heads: [...heads.values()].map(({ head }) => head) };
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

function facts(results: readonly ProbeResult[], refusedBefore: number): readonly Fact[] {
  const reachable = results.filter((result) => result.kind === "reachable");
  const refused = results.filter(({ kind }) => kind === "refused").length;
  const versions = commonest(
    reachable.map(({ version }) => versionLabel(version)),
    SHOWN_VERSIONS,
  );
  return [
    factOf(PROBED_PEERS, results.length - refused),
    factOf(REACHABLE_PEERS, reachable.length),
    factOf(PROBE_REFUSED_PEERS, refusedBefore + refused),
    ...versions.map(([version, value]) => factOf(REACHABLE_PEERS_BY_VERSION, value, [version])),
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
