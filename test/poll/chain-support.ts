import type { WantedBlock } from "../../src/chains/adapter.ts";
import type { NodeConfig } from "../../src/config/model.ts";
import type { BlockId, NodeReport } from "../../src/model/report.ts";
import { createKnownNodes } from "../../src/poll/other-nodes.ts";
import { failing, head, LAG_SETTINGS, NOW, nodeConfig, report } from "./support.ts";

/** Nodes with blocks, polled by a clock of their own. */

/** A branch by the hashes of its blocks; the height of the first is 0. */
export type Branch = readonly string[];

/** A branch that has `shared` blocks of another one, then its own up to `height`. */
export function grow(name: string, height: number, from: Branch = [], shared = from.length): Branch {
  const blocks = from.slice(0, shared);
  while (blocks.length <= height) blocks.push(`${name}${blocks.length}`);
  return blocks.slice(0, height + 1);
}

export type FleetOptions = {
  readonly networkKey?: string;
  readonly chainId?: string | undefined;
  /** Whether nodes report their first block. */
  readonly genesis?: boolean;
  readonly blockSeconds?: number;
  readonly intervalMs?: number;
  readonly reorgDepth?: number;
  /** How many braided chains there are, all of the same height; their blocks are found only by their hashes. */
  readonly braided?: number;
};

export type SimulatedNode = { readonly config: NodeConfig; branch: Branch | undefined };

/** What the poller does with each poll, without sockets. */
export function createFleet(options: FleetOptions = {}) {
  const { networkKey = "monero mainnet", chainId, genesis = false } = options;
  const { blockSeconds = 120, intervalMs = 15_000, reorgDepth = 10, braided } = options;
  const known = createKnownNodes();
  const lag = { ...LAG_SETTINGS, reorgDepth: { monero: reorgDepth } };
  const nodes = new Map<string, SimulatedNode>();
  const calls = new Map<string, number>();
  let nowMs = NOW;

  function reportOf({ branch }: SimulatedNode, wanted: WantedBlock | undefined): NodeReport {
    if (branch === undefined) return report({ head: failing("connect") });
    const top = branch.length - 1;
    if (braided !== undefined) return braidedReport(branch, wanted, braided, { networkKey, blockSeconds });
    const heights = new Set([top, ...(genesis ? [0] : [])]);
    if (wanted !== undefined && wanted.height <= top) heights.add(wanted.height);
    const blocks = [...heights].map((height): BlockId => ({ height, hash: branch[height] ?? "" }));
    const identity = { chainId };
    return report({ identity, networkKey, head: head(top + 1), blocks, blockSeconds });
  }

  function poll(name: string) {
    const node = nodes.get(name);
    if (node === undefined) throw new Error(`no node ${name}`);
    const { block } = known.request(name, nowMs);
    if (block !== undefined) calls.set(name, (calls.get(name) ?? 0) + 1);
    const given = reportOf(node, block);
    known.remember(node.config, given, { nowMs, freshUntilMs: nowMs + 2 * intervalMs + 10_000 }, lag);
    const { forks, heads } = known.compare(node.config, given, nowMs);
    const heights = (of: Iterable<{ readonly height: number }>) => [...of].map(({ height }) => height);
    return { depths: forks.depths, fleet: heights(heads.fleet), configured: heights(heads.configured) };
  }

  return {
    nodes,
    calls,
    poll,
    now: () => nowMs,
    pass(ms: number) {
      nowMs += ms;
    },
    add(name: string, branch: Branch, overrides: Partial<NodeConfig> = {}) {
      nodes.set(name, { config: nodeConfig({ name, ...overrides }), branch });
    },
    follow(name: string, branch: Branch | undefined) {
      const node = nodes.get(name);
      if (node !== undefined) node.branch = branch;
    },
    forget: (name: string) => known.forgetAll([name]),
    /** All nodes once, one after the other, in one interval. */
    round() {
      const results = new Map<string, ReturnType<typeof poll>>();
      for (const name of nodes.keys()) {
        results.set(name, poll(name));
        nowMs += intervalMs / nodes.size;
      }
      return results;
    },
  };
}

export type Fleet = ReturnType<typeof createFleet>;

/** The fork depths after the last of some rounds, by node; absent: nothing to compare with. */
export function depthsAfter(fleet: Fleet, rounds: number): Readonly<Record<string, number | undefined>> {
  let last = fleet.round();
  for (let round = 1; round < rounds; round += 1) last = fleet.round();
  return Object.fromEntries([...last].map(([name, { depths }]) => [name, depths.get("fleet")]));
}

/** A cut, and whether the node has the wanted block. */
function braidedReport(
  branch: Branch,
  wanted: WantedBlock | undefined,
  chains: number,
  rest: Pick<NodeReport, "networkKey" | "blockSeconds">,
): NodeReport {
  const top = branch.length - 1;
  const names = Array.from({ length: chains }, (_, chain) => String(chain));
  const blocks = names.map((chain): BlockId => ({ chain, height: top, hash: `${chain}-${branch[top]}` }));
  const lackingBlocks: BlockId[] = [];
  if (wanted?.hash !== undefined && wanted.height <= top) {
    const { chain, height, hash } = wanted;
    const isFound = hash === `${chain}-${branch[height]}`;
    (isFound ? blocks : lackingBlocks).push({ chain, height, hash });
  }
  const chainHeights = new Map(names.map((chain) => [chain, top]));
  return report({ ...rest, head: head(top * chains, { chainHeights }), blocks, lackingBlocks });
}
