/**
 * How much JSON may hold. V8 takes seconds for 16 MiB of `[[[…` or `{},{},…` (1.4 to 3.7 s measured on Node 20), in which no
 * other node is polled and no page is served; to count what opens takes 20 ms.
 */

/** Far above any answer of a node: 20,000 rows have some 80,000, and the longest ban lists as many. */
export const MOST_CONTAINERS = 250_000;
/** Nodes nest five deep. */
export const DEEPEST = 64;

/** A smaller text is parsed in less than a tenth of a second, whatever it holds. */
const SMALL_BYTES = 256 * 1024;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Objects and lists differ in this bit only: `[` and `{`, `]` and `}`. */
const OBJECT_BIT = 0x20;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** What is too much in a text that may be JSON, as "expected at most …, found …"; undefined when nothing is. */
export function jsonExcess(bytes: Uint8Array): string | undefined {
  if (bytes.length < SMALL_BYTES) return undefined;
  let containers = 0;
  let depth = 0;
  let isText = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (isText) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) isText = false;
    } else if (byte === QUOTE) {
      isText = true;
    } else if ((byte | OBJECT_BIT) === OPEN) {
      containers += 1;
      depth += 1;
      if (containers > MOST_CONTAINERS) return `expected at most ${MOST_CONTAINERS} objects and lists, found more`;
      if (depth > DEEPEST) return `expected JSON nested at most ${DEEPEST} deep, found it deeper`;
    } else if ((byte | OBJECT_BIT) === CLOSE) {
      depth -= 1;
    }
  }
  return undefined;
}
