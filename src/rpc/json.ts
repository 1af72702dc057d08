import { type JsonLimits, scanJson } from "../lib/json-scan.ts";
import { nodeError } from "../model/failure.ts";
import { type AnswerBudget, describeExcess, excessAdvice, INFO_ANSWER, LIST_ANSWER } from "./budget.ts";

const NO_LIMITS: JsonLimits = {
  depth: Number.POSITIVE_INFINITY,
  containers: Number.POSITIVE_INFINITY,
  keys: Number.POSITIVE_INFINITY,
  strings: Number.POSITIVE_INFINITY,
  numbers: Number.POSITIVE_INFINITY,
};

const utf8 = new TextDecoder("utf-8");

/**
 * JSON as nodes send it: monerod up to 0.18.5.1 writes control characters raw and `\v` as an escape (epee's
 * parserse_base_utils.cpp), which JSON.parse refuses: they are read as spaces. Integers above 2^53 come out rounded, and
 * never below 2^53: who reads one with `count` sees that it is none to rely on. For texts whose size is bounded.
 * @throws SyntaxError when the text is not JSON even after repair.
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

/**
 * A smaller answer is parsed without counting, where the operator set no limits: whatever it holds takes 10 ms (98,304 bytes
 * of 12,000 members with names of their own, 49,000 lists in each other, on Node 20), and most polls have no larger one.
 */
export const UNCOUNTED_BYTES = 96 * 1024;

/**
 * Decodes the body of an answer.
 * @param call how errors name the call and the server
 * @throws NodeError bad_json, too_large
 */
export function decodeJsonBody(body: Uint8Array, call: string, budget: AnswerBudget = LIST_ANSWER): unknown {
  if (body.length <= UNCOUNTED_BYTES && (budget === LIST_ANSWER || budget === INFO_ANSWER)) {
    const text = utf8.decode(body);
    try {
      return parseNodeJson(text);
    } catch {
      throw notJson(body, text.length, call);
    }
  }
  const scan = scanJson(body, budget);
  if (scan.kind === "excess") {
    const { limit } = scan;
    const problem = describeExcess({ limit, most: budget[limit] });
    throw nodeError("too_large", `${call}: ${problem}`, excessAdvice(scan));
  }
  const text = utf8.decode(scan.bytes);
  try {
    return JSON.parse(text);
  } catch {
    throw notJson(body, text.length, call);
  }
}

function notJson(body: Uint8Array, characters: number, call: string) {
  return nodeError(
    "bad_json",
    `${call}: expected JSON, found ${describeBody(body, characters)}`,
    "check that the URL is the node's API and that no proxy or login page answers in its place",
  );
}

/** @param body as it came, as the repair makes compressed data look like text */
function describeBody(body: Uint8Array, characters: number): string {
  const start = utf8.decode(body.subarray(0, LOOKED_AT)).trimStart();
  if (start === "") return "an empty body";
  if (start.startsWith("<")) return "an HTML or XML page";
  if (start.startsWith("{") || start.startsWith("[")) return `broken or cut off JSON of ${characters} characters`;
  if (start.startsWith("\u001f\ufffd")) return "compressed data that was not asked for";
  return `${characters} characters of other text`;
}

/** Nobody begins with more white space. */
const LOOKED_AT = 1024;
