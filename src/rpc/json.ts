import { nodeError } from "../errors.ts";

/**
 * JSON as nodes send it. Two things that real nodes do are beyond JSON.parse:
 * - monerod up to 0.18.5.1 writes control characters raw and `\v` as an escape (epee's parserse_base_utils.cpp);
 * - integers above 2^53 (monerod's `free_space` 2^64-1) would be rounded without a word. They are kept exact as
 *   strings of digits, the form in which nodeos sends its large integers.
 */

/** @throws SyntaxError when the text is not JSON even after repair. */
export function parseNodeJson(text: string): unknown {
  const exact = LONG_INTEGER.test(text) ? quoteLongIntegers(text) : text;
  try {
    return JSON.parse(exact);
  } catch (error) {
    const repaired = repairControlCharacters(text);
    if (repaired === text) throw error;
    return JSON.parse(quoteLongIntegers(repaired));
  }
}

/** 2^53 has 16 digits, so shorter numbers are exact. */
const LONG_INTEGER = /(?:^|[:[,\s])-?\d{16}/;

/** A raw control character inside a string is a space's worth of information; outside, it is white space. */
function repairControlCharacters(text: string): string {
  // Between escaped backslashes, each other backslash begins its own escape.
  const parts = text.split("\\\\").map((part) => part.replaceAll("\\v", " "));
  return parts.join("\\\\").replace(/[\x00-\x1f]/g, " ");
}

/**
 * Puts integers of 16 and more digits in quotes. Each number is matched whole and each string is stepped over, so the
 * time stays linear whatever a hostile node sends.
 */
function quoteLongIntegers(text: string): string {
  const next = /"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
  let out = "";
  let copied = 0;
  for (let match = next.exec(text); match !== null; match = next.exec(text)) {
    const [token] = match;
    if (token === '"') {
      next.lastIndex = endOfString(text, match.index);
    } else if (/^-?\d{16,}$/.test(token)) {
      out += `${text.slice(copied, match.index)}"${token}"`;
      copied = next.lastIndex;
    }
  }
  return out + text.slice(copied);
}

/** The index behind the quote that closes the string which opens at `start`, or the end of the text. */
function endOfString(text: string, start: number): number {
  let from = start + 1;
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote < 0) return text.length;
    let backslashes = 0;
    while (text.charAt(quote - 1 - backslashes) === "\\") backslashes += 1;
    if (backslashes % 2 === 0) return quote + 1;
    from = quote + 1;
  }
}

const utf8 = new TextDecoder("utf-8");

/**
 * Decodes the body of an answer.
 * @param call how errors name the call and the server
 * @throws NodeError bad_json
 */
export function decodeJsonBody(body: Uint8Array, call: string): unknown {
  const text = utf8.decode(body);
  try {
    return parseNodeJson(text);
  } catch {
    throw nodeError(
      "bad_json",
      `${call}: expected JSON, found ${describeBody(text)}`,
      "check that the URL is the node's API and that no proxy or login page answers in its place",
    );
  }
}

function describeBody(text: string): string {
  const start = text.trimStart();
  if (start === "") return "an empty body";
  if (start.startsWith("<")) return "an HTML or XML page";
  if (start.startsWith("{") || start.startsWith("[")) return `broken or cut off JSON of ${text.length} characters`;
  if (start.startsWith("\u001f\ufffd")) return "compressed data that was not asked for";
  return `${text.length} characters of other text`;
}
