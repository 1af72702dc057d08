import type { NodeRole } from "../config/model.ts";
import type { Head, NodeReport } from "../model/report.ts";

/** Fresh heads of the other nodes on the same network, the highest first. They can be iterated once. */
export type OtherHeads = {
  /** Of the configured nodes. */
  readonly fleet: Iterable<Head>;
  /** Of the configured references. */
  readonly configured: Iterable<Head>;
  /** Since when the node itself has its head, as far as its polls show; unix milliseconds. */
  readonly ownSinceMs?: number | undefined;
};

export const NO_OTHER_HEADS: OtherHeads = { fleet: [], configured: [] };

/** Whether another node's head is on the same chain: nodes that call their network alike may be on other chains. */
type IsComparable = (other: string) => boolean;

/** The last head of every node, ranked by network: searching all reports after each poll would cost more than the poll. */
type KnownHeads = {
  /** @param freshUntilMs unix milliseconds */
  remember(name: string, role: NodeRole, report: NodeReport, freshUntilMs: number): void;
  /** Forgets nodes that are no longer polled or have another server now, in one pass over the heads. */
  forgetAll(names: readonly string[]): void;
  /** The heads of the others on the node's network; none while the network of the node is unknown. */
  othersOnNetwork(name: string, networkKey: string | undefined, nowMs: number, isComparable: IsComparable): OtherHeads;
};

type KnownHead = { readonly name: string; readonly head: Head; readonly freshUntilMs: number };

/** The highest head first. */
type Ranking = KnownHead[];

type Network = Record<NodeRole, Ranking>;

export function createKnownHeads(): KnownHeads {
  const networks = new Map<string, Network>();
  const rankedNodes = new Map<
    string,
    { readonly networkKey: string; readonly ranking: Ranking; readonly known: KnownHead }
  >();

  function forget(name: string): void {
    const ranked = rankedNodes.get(name);
    if (ranked === undefined) return;
    const { networkKey, ranking, known } = ranked;
    ranking.splice(ranking.indexOf(known), 1);
    rankedNodes.delete(name);
    dropIfEmpty(networkKey);
  }

  function forgetAll(names: readonly string[]): void {
    const gone = new Set(names);
    for (const [networkKey, network] of networks) {
      for (const ranking of [network.node, network.reference]) {
        const others = ranking.filter(({ name }) => !gone.has(name));
        if (others.length === ranking.length) continue;
        ranking.length = 0;
        for (const known of others) ranking.push(known);
      }
      dropIfEmpty(networkKey);
    }
    for (const name of gone) rankedNodes.delete(name);
  }

  function dropIfEmpty(networkKey: string): void {
    const network = networks.get(networkKey);
    if (network?.node.length === 0 && network.reference.length === 0) networks.delete(networkKey);
  }

  return {
    forgetAll,
    remember(name, role, { networkKey, head }, freshUntilMs) {
      forget(name);
      if (networkKey === undefined || !head.ok) return;
      const network = networks.get(networkKey) ?? { node: [], reference: [] };
      const ranking = network[role];
      const known = { name, head: head.value, freshUntilMs };
      ranking.splice(rankOf(head.value, ranking), 0, known);
      networks.set(networkKey, network);
      rankedNodes.set(name, { networkKey, ranking, known });
    },
    othersOnNetwork(name, networkKey, nowMs, isComparable) {
      const network = networkKey === undefined ? undefined : networks.get(networkKey);
      if (network === undefined) return NO_OTHER_HEADS;
      const isOther = (known: KnownHead) =>
        known.name !== name && nowMs <= known.freshUntilMs && isComparable(known.name);
      return { fleet: headsOf(network.node, isOther), configured: headsOf(network.reference, isOther) };
    },
  };
}

/** The index of a head in the ranking: before all lower ones. */
function rankOf({ height }: Head, ranking: Ranking): number {
  let low = 0;
  let high = ranking.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranking[middle]?.head.height ?? 0) > height) low = middle + 1;
    else high = middle;
  }
  return low;
}

function* headsOf(ranking: Ranking, isOther: (known: KnownHead) => boolean): Iterable<Head> {
  for (const known of ranking) if (isOther(known)) yield known.head;
}
