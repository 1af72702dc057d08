import { MAX_ROWS } from "../../../src/chains/decode.ts";
import type { AnswerBudget } from "../../../src/rpc/budget.ts";
import { FRAMING_BYTES } from "../../../src/rpc/dispatch.ts";

/** What is counted of an answer. */
export type Amounts = AnswerBudget & {
  /** What HTTP has around a body. */
  readonly framing: number;
  readonly rows: number;
};

export type Dimension = keyof Amounts;

export const DIMENSIONS: readonly Dimension[] = [
  ...(["bytes", "pieces", "framing", "depth", "containers", "keys", "strings", "numbers", "rows"] as const),
];

/** How much of each an answer with this budget may have. */
export function limitsOf(budget: AnswerBudget): Amounts {
  return { ...budget, framing: FRAMING_BYTES, rows: MAX_ROWS };
}
