import { MAX_ROWS } from "../../../src/chains/decode.ts";
import type { ResponseBudget } from "../../../src/rpc/budget.ts";
import { MAX_FRAMING_BYTES, MAX_HEADER_BYTES, MAX_INTERIM } from "../../../src/rpc/dispatch.ts";

/** What is counted of an answer. */
export type Amounts = ResponseBudget & {
  /** What HTTP has around a body. */
  readonly framing: number;
  /** Bytes of its head, or of its trailers. */
  readonly headers: number;
  /** Answers before it, with a status of 1xx. */
  readonly interim: number;
  readonly rows: number;
};

export type Dimension = keyof Amounts;

export const DIMENSIONS: readonly Dimension[] = [
  ...([
    "bytes",
    "pieces",
    "framing",
    "headers",
    "interim",
    "depth",
    "containers",
    "keys",
    "strings",
    "numbers",
    "rows",
  ] as const),
];

/** What a body alone does not have. */
export type OfHttp = "pieces" | "framing" | "headers" | "interim";

/** How much of each an answer with this budget may have. */
export function limitsOf(budget: ResponseBudget): Amounts {
  return { ...budget, framing: MAX_FRAMING_BYTES, headers: MAX_HEADER_BYTES, interim: MAX_INTERIM, rows: MAX_ROWS };
}
