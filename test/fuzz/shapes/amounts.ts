import { NEW_KEY } from "../../../src/lib/json.ts";
import type { Amounts, OfHttp } from "./limits.ts";

type Counted = Omit<Amounts, OfHttp | "rows">;

/** Counts what is in a page for Prometheus: lines stand for containers, labels for keys, samples for numbers. */
export function amountsOfPage(bytes: Buffer): Counted {
  const text = bytes.toString("latin1");
  const lines = text.split("\n").length - 1;
  const samples = text.match(/^\s*node(?:os|op)_p2p_/gm)?.length ?? 0;
  const labels = text.match(/[{,]\s*\w+\s*=/g)?.length ?? 0;
  return { bytes: bytes.length, depth: 0, containers: lines, keys: labels, strings: 0, numbers: samples };
}

/** Counts what is in a text that may be JSON, by a reading that knows nothing of the program. */
export function amountsOf(bytes: Buffer): Counted {
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
