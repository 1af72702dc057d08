import type { NodeRole } from "../config/model.ts";
import type { Head, NodeReport } from "../model/report.ts";

/** Heads of other nodes of the same network whose data is fresh, the highest first. To be gone through once. */
export type OtherHeads = {
  /** Of the other nodes of the configuration. */
  readonly fleet: Iterable<Head>;
  /** Of its references. */
  readonly configured: Iterable<Head>;
};

/** The last head of every node, ranked by network: to look through all reports for each poll would cost more than polling. */
export type KnownHeads = {
  /** @param freshUntilMs unix milliseconds */
  remember(name: string, role: NodeRole, report: NodeReport, freshUntilMs: number): void;
  /** The node is asked no more, or is another one now. */
  forget(name: string): void;
  /** The same for many at once, in one pass over the heads. */
  forgetAll(names: readonly string[]): void;
  /** What others of the network say now; nothing while the own network is not known. */
  others(name: string, networkKey: string | undefined, nowMs: number): OtherHeads;
};

type KnownHead = { readonly name: string; readonly head: Head; readonly freshUntilMs: number };

/** The highest first. */
type Ranking = KnownHead[];

type Network = Record<NodeRole, Ranking>;

const NOBODY: OtherHeads = { fleet: [], configured: [] };

export function createKnownHeads(): KnownHeads {
  const networks = new Map<string, Network>();
  const places = new Map<
    string,
    { readonly networkKey: string; readonly ranking: Ranking; readonly known: KnownHead }
  >();

  function forget(name: string): void {
    const place = places.get(name);
    if (place === undefined) return;
    const { networkKey, ranking, known } = place;
    ranking.splice(ranking.indexOf(known), 1);
    places.delete(name);
    dropIfEmpty(networkKey);
  }

  function forgetAll(names: readonly string[]): void {
    const gone = new Set(names);
    for (const [networkKey, network] of networks) {
      for (const ranking of [network.node, network.reference]) {
        const rest = ranking.filter(({ name }) => !gone.has(name));
        if (rest.length === ranking.length) continue;
        ranking.length = 0;
        for (const known of rest) ranking.push(known);
      }
      dropIfEmpty(networkKey);
    }
    for (const name of gone) places.delete(name);
  }

  function dropIfEmpty(networkKey: string): void {
    const network = networks.get(networkKey);
    if (network?.node.length === 0 && network.reference.length === 0) networks.delete(networkKey);
  }

  return {
    forget,
    forgetAll,
    remember(name, role, { networkKey, head }, freshUntilMs) {
      forget(name);
      if (networkKey === undefined || !head.ok) return;
      const network = networks.get(networkKey) ?? { node: [], reference: [] };
      const ranking = network[role];
      const known = { name, head: head.value, freshUntilMs };
      ranking.splice(rankOf(head.value, ranking), 0, known);
      networks.set(networkKey, network);
      places.set(name, { networkKey, ranking, known });
    },
    others(name, networkKey, nowMs) {
      const network = networkKey === undefined ? undefined : networks.get(networkKey);
      if (network === undefined) return NOBODY;
      return {
        fleet: freshOf(network.node, name, nowMs),
        configured: freshOf(network.reference, name, nowMs),
      };
    },
  };
}

/** Where a head belongs: before all that are lower. */
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

function* freshOf(ranking: Ranking, own: string, nowMs: number): Iterable<Head> {
  for (const { name, head, freshUntilMs } of ranking) {
    if (name !== own && nowMs <= freshUntilMs) yield head;
  }
}
