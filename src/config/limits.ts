import * as z from "zod";
import { formatSize, parseSize } from "../lib/text/format.ts";
import type { ResponseLimits } from "../rpc/budget.ts";
import { block, mismatch, quoted } from "../schema/fields.ts";

/** The `limits` block: the limits of a node's responses. They replace the defaults of each call. */

const MIN_BYTES = 1024;
/** Half of the longest string that V8 can make. */
const MAX_BYTES = 256 * 1024 * 1024;
const MAX_COUNT = 10_000_000;
const MAX_DEPTH = 1000;

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
  if (bytes < MIN_BYTES) return `expected at least ${formatSize(MIN_BYTES)}, found ${found}`;
  return bytes > MAX_BYTES ? `expected at most ${formatSize(MAX_BYTES)}, found ${found}` : undefined;
}

const countField = z.int().min(1).max(MAX_COUNT);

export const limitsSchema = block({
  bytes: sizeField.optional(),
  pieces: countField.optional(),
  depth: z.int().min(1).max(MAX_DEPTH).optional(),
  containers: countField.optional(),
  keys: countField.optional(),
  strings: countField.optional(),
  numbers: countField.optional(),
});

/** The limits of a node override those of `global`. */
export function joinLimits(global: ResponseLimits | undefined, own: ResponseLimits | undefined): ResponseLimits {
  return { ...global, ...own };
}

/** The limits under the keys of the file. */
export function printLimits({ bytes, ...counts }: ResponseLimits) {
  return { ...(bytes === undefined ? {} : { bytes: formatSize(bytes) }), ...counts };
}
