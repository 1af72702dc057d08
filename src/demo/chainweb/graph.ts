/** The chains of mainnet and their neighbours. A graph is given as adjacency lists. */
export type ChainGraph = ReadonlyMap<number, readonly number[]>;

/** The first 10 chains: the Petersen graph. */
export const TEN_CHAINS: ChainGraph = new Map([
  [0, [2, 3, 5]],
  [1, [3, 4, 6]],
  [2, [0, 4, 7]],
  [3, [0, 1, 8]],
  [4, [1, 2, 9]],
  [5, [0, 6, 9]],
  [6, [1, 5, 7]],
  [7, [2, 6, 8]],
  [8, [3, 7, 9]],
  [9, [4, 5, 8]],
]);

/** All 20 chains, from height 852054 on, as /info of mainnet nodes has them in nodeGraphHistory. */
export const TWENTY_CHAINS: ChainGraph = new Map([
  [0, [5, 10, 15]],
  [1, [6, 11, 16]],
  [2, [7, 12, 17]],
  [3, [8, 13, 18]],
  [4, [9, 14, 19]],
  [5, [0, 7, 8]],
  [6, [1, 8, 9]],
  [7, [2, 5, 9]],
  [8, [3, 5, 6]],
  [9, [4, 6, 7]],
  [10, [0, 11, 19]],
  [11, [1, 10, 12]],
  [12, [2, 11, 13]],
  [13, [3, 12, 14]],
  [14, [4, 13, 15]],
  [15, [0, 14, 16]],
  [16, [1, 15, 17]],
  [17, [2, 16, 18]],
  [18, [3, 17, 19]],
  [19, [4, 10, 18]],
]);

/** The height from which mainnet has 20 chains. */
export const TWENTY_CHAINS_HEIGHT = 852_054;

/** Steps from one chain to every other. */
export function distancesFrom(graph: ChainGraph, start: number): ReadonlyMap<number, number> {
  const distances = new Map([[start, 0]]);
  for (const [chain, distance] of distances) {
    for (const neighbour of graph.get(chain) ?? []) {
      if (!distances.has(neighbour)) distances.set(neighbour, distance + 1);
    }
  }
  return distances;
}
