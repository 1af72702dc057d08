import type { NodeConfig } from "../config/model.ts";
import { eachStep, type Steps } from "../lib/slices.ts";

/** What other nodes than before mean for what is kept of each, by name. */
export type NodeChange<Kept extends { readonly node: NodeConfig }, Opened extends { readonly runtime: Kept }> = {
  /** In the order of the nodes. */
  readonly after: ReadonlyMap<string, Kept>;
  readonly opened: readonly Opened[];
  /** Those of before that have no place any more. */
  readonly gone: readonly Kept[];
  /** Names that nobody has any more. */
  readonly removed: readonly string[];
};

/**
 * A node that is the same object as before keeps what it has; any other gets something new from `open`.
 * @param close gives back what was opened when something goes wrong: all or none
 * @throws what `open` throws
 */
export function* nodeChange<Kept extends { readonly node: NodeConfig }, Opened extends { readonly runtime: Kept }>(
  before: ReadonlyMap<string, Kept>,
  nodes: readonly NodeConfig[],
  open: (node: NodeConfig, earlier: Kept | undefined) => Opened,
  close: (opened: Opened) => void,
): Steps<NodeChange<Kept, Opened>> {
  const after = new Map<string, Kept>();
  const opened: Opened[] = [];
  const gone: Kept[] = [];
  try {
    for (const node of nodes) {
      const earlier = before.get(node.name);
      if (earlier?.node === node) after.set(node.name, earlier);
      else {
        const own = open(node, earlier);
        opened.push(own);
        after.set(node.name, own.runtime);
      }
      yield;
    }
    yield* eachStep(before, ([name, kept]) => {
      if (after.get(name) !== kept) gone.push(kept);
    });
  } catch (error) {
    for (const each of opened) close(each);
    throw error;
  }
  const removed = gone.map(({ node }) => node.name).filter((name) => !after.has(name));
  return { after, opened, gone, removed };
}
