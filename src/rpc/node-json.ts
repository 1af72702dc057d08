import { type JsonLimits, scanJson } from "../lib/json.ts";

const NO_LIMITS: JsonLimits = {
  depth: Number.POSITIVE_INFINITY,
  containers: Number.POSITIVE_INFINITY,
  keys: Number.POSITIVE_INFINITY,
  strings: Number.POSITIVE_INFINITY,
  numbers: Number.POSITIVE_INFINITY,
};

const utf8 = new TextDecoder("utf-8");

/**
 * Parses JSON as nodes send it: monerod up to 0.18.5.1 writes raw control characters and the escape `\v` (epee's
 * parserse_base_utils.cpp), which JSON.parse refuses; they become spaces. Integers above 2^53 are rounded, but never to a safe
 * integer, so `count` refuses them. Only for texts whose size is bounded.
 * @throws SyntaxError when the text is not JSON even after the repair
 */
export function parseNodeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const bytes = Buffer.from(text);
    const scan = scanJson(bytes, NO_LIMITS);
    if (scan.kind !== "counted" || scan.bytes === bytes) throw error;
    return JSON.parse(utf8.decode(scan.bytes));
  }
}
