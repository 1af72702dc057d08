import type { JsonLimits } from "../lib/json-scan.ts";
import { formatSize } from "../lib/text/format.ts";

/**
 * What one answer of a node may hold. It is counted while the answer arrives and before anything is built from it, so that
 * no answer takes more than 50 ms of the one thread that polls all nodes and serves all pages.
 */
export type AnswerBudget = JsonLimits & {
  /** Of the body. */
  readonly bytes: number;
  /** In which the body may arrive, beside one for every `BYTES_PER_PIECE` bytes. */
  readonly pieces: number;
};

/** What the operator allows a node instead. */
export type AnswerLimits = { readonly [Limit in keyof AnswerBudget]?: number | undefined };

/** Of many small pieces each costs as much as some hundred bytes; networks and servers make larger ones. */
export const BYTES_PER_PIECE = 512;

const KIB = 1024;

/**
 * A list of peers, connections or bans, or a page of metrics. Well above what nodes send: a monerod with 1,000 connections
 * sends 0.8 MB with 28,000 members, its longest ban list 2 MB with 60,000; a nodeos with 1,000 connections 1.5 MB with 35,000.
 */
export const LIST_ANSWER: AnswerBudget = {
  bytes: 3 * KIB * KIB,
  pieces: 4096,
  depth: 64,
  containers: 30_000,
  keys: 70_000,
  strings: 50_000,
  numbers: 50_000,
};

/**
 * A page of metrics: its lines count as containers, its labels as keys, its samples as numbers. nodeos sends 2.4 KB and 17 lines
 * for each peer that it had since its start.
 */
export const METRICS_ANSWER: AnswerBudget = { ...LIST_ANSWER, keys: 80_000, numbers: 20_000 };

/** What a node says of itself: a few KB, of a chainweb node with 98 chains 30. */
export const INFO_ANSWER: AnswerBudget = {
  bytes: 256 * KIB,
  pieces: 4096,
  depth: 64,
  containers: 10_000,
  keys: 20_000,
  strings: 20_000,
  numbers: 20_000,
};

/** @param limits go before the budget of a call, also where they are lower */
export function joinBudget(budget: AnswerBudget, limits: AnswerLimits): AnswerBudget {
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

/** Something that an answer has too much of. */
export type Excess = {
  readonly limit: keyof AnswerBudget;
  /** What is allowed. */
  readonly most: number;
  /** How much there is, where that is known. */
  readonly found?: number | undefined;
};

const WORDS: Readonly<Record<keyof AnswerBudget, string>> = {
  bytes: "bytes",
  pieces: `pieces beside one for every ${BYTES_PER_PIECE} bytes`,
  depth: "objects and lists in each other",
  containers: "objects and lists",
  keys: "members of objects (one with a new name counts as ten)",
  strings: "strings",
  numbers: "numbers",
};

/** What counts of a page of metrics. */
const PAGE_WORDS: typeof WORDS = { ...WORDS, containers: "lines", keys: "labels", numbers: "samples" };

/** "expected at most 3MiB (limits.bytes), found 16MiB" */
export function describeExcess({ limit, most, found }: Excess, of: "JSON" | "metrics" = "JSON"): string {
  const words = of === "JSON" ? WORDS : PAGE_WORDS;
  const allowed = limit === "bytes" ? formatSize(most) : `${most} ${words[limit]}`;
  const seen = found === undefined ? "more" : limit === "bytes" ? formatSize(found) : String(found);
  return `expected at most ${allowed} (limits.${limit}), found ${seen}`;
}

export function excessAdvice({ limit }: Pick<Excess, "limit">): string {
  return `check that the URL is the node's API; if it is, raise limits.${limit} of this node`;
}
