import { chains } from "../../chains/index.ts";
import { duration } from "../../lib/text/format.ts";
import { blocks } from "./format.ts";
import { hasNoPeers, isBehind, type Level, lagOf, type NodeOverview } from "./overview.ts";
import { EXPLANATIONS, expiries, ofChains, oldHead, skewedClock } from "./reading-troubles.ts";

/**
 * What is wrong with a node, as far as the pages know it: from the same conditions as the alerts, without the time that those
 * wait. The state of a fleet, the order of its nodes and the headline of a node come from here.
 */

export type Trouble = {
  /** As the address of the page names it. */
  readonly state: string;
  readonly level: Level;
  /** Without the name of the node. */
  readonly text: string;
  /** The alert with this condition, which has a runbook. */
  readonly alert?: string | undefined;
};

type Kind = {
  readonly state: string;
  readonly level: Level;
  /** What it says of several nodes, after their number. */
  readonly ofNodes: string;
  /** It leaves nothing else to tell: the other data of such a node is missing. */
  readonly isAlone?: true;
  readonly alert?: string;
  /** Undefined: the node has no such trouble. */
  readonly textOf: (node: NodeOverview, nowMs: number) => string | undefined;
};

/** From the worst to the least. Of a node that has not been polled nothing is known, of a degraded one that it has a trouble. */
const KINDS: readonly Kind[] = [
  {
    state: "down",
    level: "critical",
    ofNodes: "down",
    isAlone: true,
    alert: "P2PNodeDown",
    textOf: (node, nowMs) => when(node.condition === "down" && !isExplained(node, nowMs), "down"),
  },
  {
    state: "forked",
    level: "critical",
    ofNodes: "forked",
    alert: "P2PNodeForked",
    textOf: ({ isForked }) => when(isForked, "forked"),
  },
  { state: "stalled", level: "critical", ofNodes: "stalled", alert: "P2PNodeHeadStalled", textOf: stalled },
  {
    state: "no-peers",
    level: "critical",
    ofNodes: "without peers",
    alert: "P2PNodeNoPeers",
    textOf: (node) => when(hasNoPeers(node), "no peers"),
  },
  ...expiries("critical"),
  ...ofChains("critical"),
  ...EXPLANATIONS.map((trouble) => ({ ...trouble, isAlone: true as const })),
  { state: "degraded", level: "warning", ofNodes: "degraded", alert: "P2PNodeApiFailing", textOf: degraded },
  {
    state: "waiting",
    level: "waiting",
    ofNodes: "not polled yet",
    isAlone: true,
    textOf: ({ condition }) => when(condition === "waiting", "not polled yet"),
  },
  { state: "stale", level: "warning", ofNodes: "not polled in time", alert: "P2PNodeDataStale", textOf: stale },
  { state: "behind", level: "warning", ofNodes: "behind", alert: "P2PNodeHeadLagging", textOf: behind },
  { state: "old-head", level: "warning", ofNodes: "with an old head", alert: "P2PNodeHeadOld", textOf: oldHead },
  { state: "clock", level: "warning", ofNodes: "with a wrong clock", alert: "P2PNodeClockSkewed", textOf: skewedClock },
  ...ofChains("warning"),
  ...expiries("warning"),
];

/** A node with what is wrong with it. */
export type AssessedNode = {
  readonly node: NodeOverview;
  /** The worst first. */
  readonly troubles: readonly Trouble[];
  /** Of nodes with worse troubles it is lower. */
  readonly rank: number;
};

export function assess(node: NodeOverview, nowMs: number): AssessedNode {
  const troubles = troublesOf(node, nowMs);
  const [worst] = troubles;
  return { node, troubles, rank: worst === undefined ? STATES.length : STATES.indexOf(worst.state) };
}

/** The worst first. */
export function troublesOf(node: NodeOverview, nowMs: number): readonly Trouble[] {
  const found: Trouble[] = [];
  for (const { state, level, alert, isAlone, textOf } of KINDS) {
    const text = textOf(node, nowMs);
    if (text === undefined) continue;
    const trouble = { state, level, text, alert };
    if (isAlone) return [trouble];
    found.push(trouble);
  }
  return found;
}

/** The states of nodes with a trouble, the worst first, by what is said of several nodes. */
export const TROUBLED_STATES: ReadonlyMap<string, { readonly level: Level; readonly ofNodes: string }> = new Map(
  KINDS.map(({ state, level, ofNodes }) => [state, { level, ofNodes }]),
);

const STATES: readonly string[] = [...TROUBLED_STATES.keys()];

function isExplained(node: NodeOverview, nowMs: number): boolean {
  return EXPLANATIONS.some(({ textOf }) => textOf(node, nowMs) !== undefined);
}

function when(condition: boolean, text: string): string | undefined {
  return condition ? text : undefined;
}

/** By the usual seconds between two blocks, as P2PNodeHeadStalled. */
const STALLED: readonly { readonly blockSeconds: number; readonly minutes: number }[] = [
  { blockSeconds: 1, minutes: 2 },
  { blockSeconds: 10, minutes: 7 },
  { blockSeconds: 120, minutes: 40 },
  { blockSeconds: 180, minutes: 60 },
  { blockSeconds: 600, minutes: 180 },
];

function stalled({ stillHead, syncing }: NodeOverview): string | undefined {
  if (stillHead === undefined || syncing === true) return undefined;
  const { seconds, blockSeconds } = stillHead;
  const band = STALLED.find((each) => blockSeconds <= each.blockSeconds);
  const isStalled = band !== undefined && seconds >= band.minutes * 60;
  return when(isStalled, `head stopped for ${duration(seconds)}`);
}

function degraded({ condition, failures }: NodeOverview): string | undefined {
  if (condition !== "degraded") return undefined;
  const apis = failures.flatMap(({ api }) => api.split(", "));
  return apis.length === 1 ? `${apis[0]} fails` : `${apis.length} APIs fail`;
}

/** As P2PNodeDataStale. */
const STALE = { intervals: 3, seconds: 60 };

function stale({ lastSuccessMs, intervalMs }: NodeOverview, nowMs: number): string | undefined {
  if (lastSuccessMs === undefined) return undefined;
  const seconds = (nowMs - lastSuccessMs) / 1000;
  return when(seconds > (STALE.intervals * intervalMs) / 1000 + STALE.seconds, `data is ${duration(seconds)} old`);
}

function behind(node: NodeOverview): string | undefined {
  if (!isBehind(node)) return undefined;
  const lag = lagOf(node) ?? 0;
  const far = when(lag > chains[node.chain].usualLagBlocks, `${blocks(lag)} behind`);
  return [when(node.syncing === true, "syncing"), far].filter((text) => text !== undefined).join(", ");
}
