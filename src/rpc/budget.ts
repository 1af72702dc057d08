import type { JsonLimits } from "../lib/json.ts";
import { formatSize } from "../lib/text/format.ts";

/**
 * The limits of one response of a node. They are checked while the response arrives and before anything is built from it, so
 * that no response takes more than 50 ms of the thread that polls all nodes and serves all pages.
 */
export type ResponseBudget = JsonLimits & {
  /** The size of the body. */
  readonly bytes: number;
  /** The number of pieces of the body, in addition to one for every `BYTES_PER_PIECE` bytes. */
  readonly pieces: number;
};

/** Limits that the operator sets for a node, instead of those of a budget. */
export type ResponseLimits = { readonly [Limit in keyof ResponseBudget]?: number | undefined };

/** A small piece costs as much time as some hundred bytes; networks and servers usually send larger ones. */
export const BYTES_PER_PIECE = 512;

const KIB = 1024;

/**
 * For a list of peers, connections or bans, or a page of metrics. Well above what nodes send: a monerod with 1,000 connections
 * sends 0.8 MB with 28,000 members, its longest ban list 2 MB with 60,000, a nodeos with 1,000 connections 1.5 MB with 35,000.
 */
export const LIST_BUDGET: ResponseBudget = {
  bytes: 3 * KIB * KIB,
  pieces: 4096,
  depth: 64,
  containers: 30_000,
  keys: 70_000,
  strings: 50_000,
  numbers: 50_000,
};

/**
 * For a page of metrics: lines count as containers, labels as keys, samples as numbers. nodeos sends 2.4 KB and 17 lines for
 * each peer that it had since its start.
 */
export const METRICS_BUDGET: ResponseBudget = { ...LIST_BUDGET, keys: 80_000, numbers: 20_000 };

/** For data about the node itself: a few KB, 30 KB for a chainweb node with 98 chains. */
export const INFO_BUDGET: ResponseBudget = {
  bytes: 256 * KIB,
  pieces: 4096,
  depth: 64,
  containers: 10_000,
  keys: 20_000,
  strings: 20_000,
  numbers: 20_000,
};

/** The budget of a call with the limits of its node, which may be higher or lower. */
export function joinBudget(budget: ResponseBudget, limits: ResponseLimits): ResponseBudget {
  return {
    bytes: limits.bytes ?? budget.bytes,
    pieces: limits.pieces ?? budget.pieces,
    depth: limits.depth ?? budget.depth,
    containers: limits.containers ?? budget.containers,
    keys: limits.keys ?? budget.keys,
    strings: limits.strings ?? budget.strings,
    numbers: limits.numbers ?? budget.numbers,
  };
}

/** A limit that a response exceeds. */
export type Excess = {
  readonly limit: keyof ResponseBudget;
  /** The allowed amount. */
  readonly max: number;
  /** The amount of the response, if known. */
  readonly found?: number | undefined;
};

const NAMES: Readonly<Record<keyof ResponseBudget, string>> = {
  bytes: "bytes",
  pieces: `pieces plus one for every ${BYTES_PER_PIECE} bytes`,
  depth: "levels of nested objects and arrays",
  containers: "objects and arrays",
  keys: "object members (one with a new name counts as ten)",
  strings: "strings",
  numbers: "numbers",
};

/** Names of the limits for a page of metrics. */
const PAGE_NAMES: typeof NAMES = { ...NAMES, containers: "lines", keys: "labels", numbers: "samples" };

/** "expected at most 3MiB (limits.bytes), found 16MiB" */
export function describeExcess({ limit, max, found }: Excess, of: "JSON" | "metrics" = "JSON"): string {
  const names = of === "JSON" ? NAMES : PAGE_NAMES;
  const allowed = limit === "bytes" ? formatSize(max) : `${max} ${names[limit]}`;
  const actual = found === undefined ? "more" : limit === "bytes" ? formatSize(found) : String(found);
  return `expected at most ${allowed} (limits.${limit}), found ${actual}`;
}

export function excessAdvice({ limit }: Pick<Excess, "limit">): string {
  return `check that the URL is the node's API; if it is, raise limits.${limit} of this node`;
}
