import type { ColumnSpec, Step, Words } from "./spec.ts";

export const UP_DOWN: Words = { 0: ["down", "red"], 1: ["up", "green"] };
export const YES_NO: Words = { 0: ["no", "text"], 1: ["yes", "blue"] };
/** The same as the values of a label. */
export const TRUE_FALSE: Words = { false: ["no", "text"], true: ["yes", "blue"] };
/** Yes needs attention. */
export const YES_IS_BAD: Words = { 0: ["no", "green"], 1: ["yes", "orange"] };

/** Series that exist only while something fails. */
export const FAILING: Words = { 1: ["failed", "red"] };

/** 0 is bad. */
export const SOME_GREEN: readonly Step[] = [
  [null, "red"],
  [1, "green"],
];

/** Anything but 0 is bad. */
export const SOME_RED: readonly Step[] = [
  [null, "green"],
  [1, "red"],
];

export const SOME_ORANGE: readonly Step[] = [
  [null, "green"],
  [1, "orange"],
];

/** With few peers a node may be cut off or deceived. */
export const PEERS: readonly Step[] = [
  [null, "red"],
  [2, "orange"],
  [5, "green"],
];

/** Share of a node's peers in one subnet, which one operator may own. */
export const SUBNET_SHARE: readonly Step[] = [
  [null, "green"],
  [0.5, "orange"],
];

/** With few networks among its peers, a node is easy to surround. */
export const SUBNETS: readonly Step[] = [
  [null, "red"],
  [2, "orange"],
  [4, "green"],
];

export const LAG: readonly Step[] = [
  [null, "green"],
  [10, "orange"],
  [100, "red"],
];

/** The same in seconds; P2PNodeHeadLagging fires beyond the first step. */
export const LAG_TIME: readonly Step[] = [
  [null, "green"],
  [90, "orange"],
  [600, "red"],
];

/** Share of the time in which a node was up. */
export const UP_SHARE: readonly Step[] = [
  [null, "red"],
  [0.95, "orange"],
  [0.999, "green"],
];

/** Most peers have a head that the node does not have. */
export const PEERS_AHEAD: readonly Step[] = [
  [null, "text"],
  [0.5, "orange"],
];

/** Age of data in poll intervals. */
export const INTERVALS: readonly Step[] = [
  [null, "green"],
  [2, "orange"],
  [5, "red"],
];

/** Seconds until an expiry. */
export const TIME_LEFT: readonly Step[] = [
  [null, "red"],
  [7 * 86_400, "orange"],
  [30 * 86_400, "green"],
];

/** The columns that name a node, which open its dashboard. */
export const NODE_COLUMNS: readonly ColumnSpec[] = [
  { from: "target", title: "Node", link: "node" },
  { from: "chain", title: "Chain", width: 85 },
  // Only where the series have it: the namespace of a sidecar.
  { from: "namespace", title: "Namespace", width: 130 },
];

/** One color for each state, in bands and in lines. */
export const STATE_COLORS = { up: "green", syncing: "blue", "on another branch": "purple", down: "red" } as const;

export const SYNCING: Words = { 0: ["in sync", "green"], 1: ["syncing", STATE_COLORS.syncing] };
export const FORKED: Words = { 0: ["with most", "green"], 1: ["on another branch", STATE_COLORS["on another branch"]] };

/** Alerts by how bad they are. */
export const SEVERITIES: Words = { 3: ["critical", "red"], 2: ["warning", "orange"], 1: ["info", "blue"] };

/** Bytes received and sent have the same colors in all graphs. */
export const BYTES = { received: "green", sent: "blue" } as const;
