import * as z from "zod";
import { formatSize, parseSize } from "../lib/text/format.ts";
import type { AnswerLimits } from "../rpc/budget.ts";
import { block, mismatch, quoted } from "../schema/fields.ts";

/** The `limits` block: what an answer of a node may hold, instead of what is enough for each call. */

const LEAST_BYTES = 1024;
/** V8 has no longer strings than 512 MiB; more than half of it is no answer. */
const MOST_BYTES = 256 * 1024 * 1024;
const MOST_PARTS = 10_000_000;
const DEEPEST = 1000;

const SIZE = "a size like 8MiB or a number of bytes";

export const sizeField = z
  .union([z.string(), z.number()], { error: ({ input }) => mismatch(SIZE, input) })
  .transform((given, context): number => {
    const bytes = typeof given === "number" ? given : parseSize(given);
    const problem = sizeProblem(bytes, given);
    if (bytes !== undefined && problem === undefined) return bytes;
    context.addIssue({ code: "custom", message: problem ?? `expected ${SIZE}` });
    return z.NEVER;
  });

function sizeProblem(bytes: number | undefined, given: string | number): string | undefined {
  const found = typeof given === "number" ? String(given) : quoted(given);
  if (bytes === undefined || !Number.isInteger(bytes)) return `expected ${SIZE}, found ${found}`;
  if (bytes < LEAST_BYTES) return `expected at least ${formatSize(LEAST_BYTES)}, found ${found}`;
  return bytes > MOST_BYTES ? `expected at most ${formatSize(MOST_BYTES)}, found ${found}` : undefined;
}

const partsField = z.int().min(1).max(MOST_PARTS);

export const limitsSchema = block({
  bytes: sizeField.optional(),
  pieces: partsField.optional(),
  depth: z.int().min(1).max(DEEPEST).optional(),
  containers: partsField.optional(),
  keys: partsField.optional(),
  strings: partsField.optional(),
  numbers: partsField.optional(),
});

/** What stands at a node goes before what stands at `global`. */
export function joinLimits(global: AnswerLimits | undefined, own: AnswerLimits | undefined): AnswerLimits {
  return { ...global, ...own };
}

/** With the keys of the file. */
export function printLimits({ bytes, ...counts }: AnswerLimits) {
  return { ...(bytes === undefined ? {} : { bytes: formatSize(bytes) }), ...counts };
}
