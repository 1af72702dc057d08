import { NEW_KEY } from "../../../src/lib/json-scan.ts";
import type { Amounts } from "./limits.ts";

/** Counts what is in a text that may be JSON, by a reading that knows nothing of the program. */
export function amountsOf(bytes: Buffer): Omit<Amounts, "pieces" | "framing" | "rows"> {
  const text = bytes.toString("latin1");
  const tokens = text.match(/"(?:\\[\s\S]|[^"\\])*"?(?:\s*:)?|-?[\da-z][\w.+-]*|[[\]{}]/g) ?? [];
  let [deepest, containers, numbers, strings, keys] = [0, 0, 0, 0, 0];
  /** The names so far of each object that is open. */
  const open: string[] = [];
  const known = new Set<string>();
  for (const token of tokens) {
    const first = token.charAt(0);
    if (first === "[" || first === "{") {
      containers += 1;
      open.push("");
      deepest = Math.max(deepest, open.length);
    } else if (first === "]" || first === "}") open.pop();
    else if (first !== '"') numbers += 1;
    else if (!token.endsWith(":")) strings += 1;
    else {
      const names = `${open.pop() ?? ""}${token}`;
      keys += known.has(names) ? 1 : NEW_KEY;
      known.add(names);
      open.push(names);
    }
  }
  return { bytes: bytes.length, depth: deepest, containers, keys, strings, numbers };
}
