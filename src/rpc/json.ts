import { nodeError } from "../errors.ts";
import { jsonExcess } from "./json-size.ts";

/**
 * JSON as nodes send it: monerod up to 0.18.5.1 writes control characters raw and `\v` as an escape (epee's
 * parserse_base_utils.cpp), which JSON.parse refuses. Integers above 2^53 come out rounded, and never below 2^53: who
 * reads one with `count` sees that it is none to rely on.
 * @throws SyntaxError when the text is not JSON even after repair.
 */
export function parseNodeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const repaired = repairControlCharacters(text);
    if (repaired === text) throw error;
    return JSON.parse(repaired);
  }
}

/** A raw control character inside a string is a space's worth of information; outside, it is white space. */
function repairControlCharacters(text: string): string {
  // Between escaped backslashes, each other backslash begins its own escape.
  const parts = text.split("\\\\").map((part) => part.replaceAll("\\v", " "));
  return parts.join("\\\\").replace(/[\x00-\x1f]/g, " ");
}

const utf8 = new TextDecoder("utf-8");

/**
 * Decodes the body of an answer.
 * @param call how errors name the call and the server
 * @throws NodeError bad_json, too_large
 */
export function decodeJsonBody(body: Uint8Array, call: string): unknown {
  const excess = jsonExcess(body);
  if (excess !== undefined) {
    throw nodeError("too_large", `${call}: ${excess}`, "check that the URL is the node's API; no node says so much");
  }
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
