import type { Expectations } from "./expectations.ts";

/**
 * Connected peers by their heads against the node's own one.
 * @param own the node's head; undefined: not known, and nothing is compared
 * @param heights of the connected peers; undefined: the peer has told none that says something about now
 */
export function expectPositions(
  { expect }: Expectations,
  own: number | undefined,
  heights: readonly (number | undefined)[],
): void {
  if (own === undefined) return;
  const count = (fits: (height: number | undefined) => boolean) => heights.filter(fits).length;
  const known = (fits: (height: number) => boolean) => count((height) => height !== undefined && fits(height));
  expect(
    "p2p_node_peers_by_head",
    known((height) => height > own),
    { position: "ahead" },
  );
  expect(
    "p2p_node_peers_by_head",
    known((height) => height === own),
    { position: "equal" },
  );
  expect(
    "p2p_node_peers_by_head",
    known((height) => height < own),
    { position: "behind" },
  );
  expect(
    "p2p_node_peers_by_head",
    count((height) => height === undefined),
    { position: "unknown" },
  );
}
