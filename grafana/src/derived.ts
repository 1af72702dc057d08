import { node, once, oneText, over } from "./select.ts";

// Values of a node that several dashboards compute from its families in the same way.

const headHeight = once(node("p2p_node_head_height"));

/** The lag in time, which nodes of different chains can be compared by: blocks by the usual time between two of them. */
export const LAG_SECONDS = `${once(node("p2p_node_head_lag_blocks"))} * ${once(node("p2p_node_block_interval_seconds"))}`;

/** The share of the scrapes of the time range in which each node was up. */
export const AVAILABILITY = once(`avg_over_time(${node("p2p_node_up")}[$__range])`);

/** Blocks since a node left the branch of most others. */
export const FORK_DEPTH = over("max", ["reference"], node("p2p_node_fork_depth_blocks"));

/** 1 for nodes that are deeper on another branch than in a usual reorganisation of their chain, else 0. */
export const DEEPLY_FORKED = `(${FORK_DEPTH} > bool ${once(node("p2p_node_reorg_depth_blocks"))})`;

/** Blocks between the head and the last irreversible block. */
export const FINALITY_LAG = `${headHeight} - ${once(node("p2p_node_final_height"))}`;

/** Blocks that a Wire node received and has not applied. */
export const UNAPPLIED_BLOCKS = `${once(node("p2p_wire_fork_db_head_height"))} - ${headHeight}`;

/** The connected peers of a node, or those that it knows where its API lists no connections. */
export const ALL_PEERS = over("sum", ["direction"], node("p2p_node_peers"));

/** Share of a node's peers that are in the subnet with most of them; absent for a node without peers. */
export const LARGEST_SUBNET_SHARE = `${once(node("p2p_node_largest_subnet_peers"))} / (${ALL_PEERS} > 0)`;

/** Share of a node's peers whose head is higher than its own. */
export const PEERS_AHEAD_SHARE = (() => {
  const ahead = once(node("p2p_node_peers_by_head", 'position="ahead"'), "position");
  return `${ahead} / (${over("sum", ["position"], node("p2p_node_peers_by_head"))} > 0)`;
})();

/** The reason of each node that is down, as the label `reason`. A node that one of two exporters reaches is up. */
export const DOWN_REASON = (() => {
  const failure = oneText(["reason"], node("p2p_node_failure_info", 'api="peers"'));
  return `max without (api) (${failure}) and ignoring (reason) ${once(node("p2p_node_up"))} == 0`;
})();

/**
 * One state for each name of a connection: connected, if any of the connections that share the name is. The value only makes
 * the choice. `peers` are matchers of connections.
 */
export function connectionState(...peers: string[]): string {
  const state = (...matchers: string[]) =>
    once(node("p2p_connection_state", [...peers, ...matchers].join(", ") || undefined));
  return `topk without (state) (1, 2 * ${state('state="connected"')} or ${state()})`;
}
