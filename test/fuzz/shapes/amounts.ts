import type { Amounts } from "./limits.ts";

/** Counts what is in a text that may be JSON, by a reading that knows nothing of the program. */
export function amountsOf(bytes: Buffer): Omit<Amounts, "pieces" | "headerBytes" | "rows"> {
  const text = bytes.toString("latin1");
  const tokens = text.match(/"(?:\\[\s\S]|[^"\\])*"?|-?[\d][\d.eE+-]*|[[\]{}]/g) ?? [];
  let [depth, deepest, containers, numbers, strings] = [0, 0, 0, 0, 0];
  for (const token of tokens) {
    const first = token.charAt(0);
    if (first === '"') strings += 1;
    else if (first === "[" || first === "{") {
      containers += 1;
      depth += 1;
      deepest = Math.max(deepest, depth);
    } else if (first === "]" || first === "}") depth -= 1;
    else numbers += 1;
  }
  const keys = text.match(/"(?:\\[\s\S]|[^"\\])*"\s*:/g)?.length ?? 0;
  return { bytes: bytes.length, depth: deepest, containers, keys, strings: strings - keys, numbers };
}
