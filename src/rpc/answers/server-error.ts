import { isObject, type JsonObject } from "../../lib/json.ts";
import { INVISIBLE_IN_TEXT } from "../../lib/text/harmless.ts";
import type { RpcResponse } from "../message.ts";

/** An error as a server sent it, in any of the shapes of gateways. */
export type ServerError = {
  readonly code: number | undefined;
  /** What it says to people, most important first; none: nothing. */
  readonly texts: readonly string[];
  /** How long it asks to wait, in seconds. */
  readonly waitSeconds: number | undefined;
};

const NOTHING: ServerError = { code: undefined, texts: [], waitSeconds: undefined };

/** Keys whose text is an error, where the answer has nothing that was asked for. */
const ERROR_KEYS = ["message", "error", "error_message", "error_msg", "errorMessage", "msg", "detail"];

const TEXT_KEYS = [
  ...ERROR_KEYS,
  ...["error_description", "details", "description", "reason", "title", "data", "info", "text", "type"],
];
const CODE_KEYS = ["code", "statusCode", "status_code", "status", "errorCode", "error_code"];

/** The error of an answer; undefined: it has none. A gateway that only says that there is one has the text next to it. */
export function errorOf(answer: JsonObject): unknown {
  const { error } = answer;
  if (error === null || error === false) return undefined;
  return error === true ? answer : error;
}

/** Errors are objects, texts, codes, or lists of these. */
export function readError(error: unknown): ServerError {
  const first = firstAnswer(error);
  if (typeof first === "string") return ofTexts(first === "" ? [] : [first]);
  if (typeof first === "number" && Number.isSafeInteger(first)) return { ...NOTHING, code: first };
  if (!isObject(first)) return NOTHING;
  const inTexts = ofTexts(textsIn(first));
  return { ...inTexts, code: codeIn(first), waitSeconds: waitOf(first) ?? inTexts.waitSeconds };
}

/** How much of a text is read. */
const MAX_READ_CHARACTERS = 1024;

function ofTexts(all: readonly string[]): ServerError {
  const texts = all.map((text) => text.slice(0, MAX_READ_CHARACTERS));
  return { code: undefined, texts, waitSeconds: waitIn(texts) };
}

/** Some gateways put the one answer into a list, as JSON-RPC does for several. */
export function firstAnswer(answer: unknown): unknown {
  return Array.isArray(answer) ? answer[0] : answer;
}

/** An answer without an envelope, such as `{"message": "Unknown API key"}`. */
export function readBare(given: unknown): ServerError {
  const answer = firstAnswer(given);
  if (!isObject(answer)) return readError(answer);
  const { result, errors } = answer;
  if (errors !== undefined) return readError(errors);
  return typeof result === "string" ? { ...ofTexts([result]), code: codeIn(answer) } : readError(answer);
}

/** The error of an answer in whatever shape. */
export function readAnswer(given: unknown): ServerError {
  const answer = firstAnswer(given);
  const error = isObject(answer) ? errorOf(answer) : undefined;
  return error === undefined ? readBare(answer) : readError(error);
}

/** Whether an object says by its keys that it is an error. */
export function isErrorAnswer(given: unknown): boolean {
  const answer = firstAnswer(given);
  return isObject(answer) && ["errors", ...ERROR_KEYS].some((key) => isSaid(answer[key]));
}

function isSaid(value: unknown): boolean {
  return (typeof value === "string" && value !== "") || isObject(value) || (Array.isArray(value) && value.length > 0);
}

function textsIn(object: JsonObject): readonly string[] {
  const texts: string[] = [];
  for (const key of TEXT_KEYS) {
    const value = object[key];
    if (typeof value === "string" && value !== "") texts.push(value);
    const inner = isObject(value) ? (value.message ?? value.text) : undefined;
    if (typeof inner === "string" && inner !== "") texts.push(inner);
  }
  // Some gateways have words as codes: RATE_LIMITED.
  for (const key of CODE_KEYS) {
    const value = object[key];
    if (typeof value === "string" && /[A-Za-z]/.test(value)) texts.push(value);
  }
  return texts.slice(0, MAX_TEXTS);
}

const MAX_TEXTS = 4;

function codeIn(object: JsonObject): number | undefined {
  for (const key of CODE_KEYS) {
    const value = object[key];
    // Some gateways send a number as text: an HTTP status, or a code of JSON-RPC.
    const code = typeof value === "string" && /^(?:[1-5]\d\d|-32\d{3})$/.test(value) ? Number(value) : value;
    if (typeof code === "number" && Number.isSafeInteger(code)) return code;
  }
  return undefined;
}

/** Keys for a time to wait, in seconds: `data.rate.backoff_seconds` (Infura) and what others call it. */
const WAIT_KEYS = [
  "retry_after",
  "retryAfter",
  "retry-after",
  "retry_after_seconds",
  "backoff_seconds",
  "try_again_in",
];

/** Objects inside an error that may have the time, and inside these. */
const DATA_KEYS = ["data", "rate", "details"];

function waitOf(error: JsonObject): number | undefined {
  const inner = innerOf(error);
  for (const object of [error, ...inner, ...inner.flatMap(innerOf)]) {
    for (const key of WAIT_KEYS) {
      const seconds = secondsOf(object[key]);
      if (seconds !== undefined) return seconds;
    }
  }
  return undefined;
}

function innerOf(object: JsonObject): readonly JsonObject[] {
  return DATA_KEYS.map((key) => object[key]).filter(isObject);
}

function secondsOf(value: unknown): number | undefined {
  if (typeof value === "number") return value > 0 ? value : undefined;
  if (typeof value !== "string") return undefined;
  const [, number, unit] = /^(\d{1,9}(?:\.\d{1,9})?) ?(ms|s|m|h)?$/.exec(value) ?? [];
  return number === undefined ? undefined : toSeconds(Number(number), unit ?? "s");
}

/** "try again in 12 seconds", "retry in 10s", "retry after 1.5 minutes" */
const WAIT =
  /\b(?:retry|again|wait|reset)[a-z]{0,6} (?:in|after|for|at least|within) (\d{1,9}(?:\.\d{1,9})?) ?(ms|millisecond|s|m|h)/i;

function waitIn(texts: readonly string[]): number | undefined {
  for (const text of texts) {
    const [, number, unit] = WAIT.exec(text) ?? [];
    if (number !== undefined && unit !== undefined) return toSeconds(Number(number), unit.toLowerCase());
  }
  return undefined;
}

function toSeconds(number: number, unit: string): number | undefined {
  const seconds = number * (SECONDS[unit] ?? 1);
  return seconds > 0 ? seconds : undefined;
}

const SECONDS: Readonly<Record<string, number>> = { ms: 0.001, millisecond: 0.001, s: 1, m: 60, h: 3600 };

const MAX_SHOWN_CHARACTERS = 120;

const WITHHELD = "<withheld>";

/**
 * The server's own text, for the message: in one line, at most so long, and never with a word that may be a key.
 * @param response whose credentials are hidden before the text is cut, as a part of one would not be found afterwards
 */
export function shown({ texts }: ServerError, response: Pick<RpcResponse, "hide"> | undefined): string {
  const [text] = texts;
  if (text === undefined) return "";
  const words = cleaned(response?.hide?.(text) ?? text).split(" ");
  if (words.join("") === "") return "";
  let line = "";
  for (const [index, word] of words.entries()) {
    const safe = isKeyLike(word) ? WITHHELD : word;
    const next = index === 0 ? safe : `${line} ${safe}`;
    if (next.length > MAX_SHOWN_CHARACTERS) {
      line += " …";
      break;
    }
    line = next;
  }
  return ` ${JSON.stringify(line)}`;
}

/** A change of the color of a terminal; without its first character it would be a word of its own. */
const TERMINAL_COLOR = /\x1b\[[0-9;]{0,20}m/g;

/** Tags of HTML, of a length that cannot cost much. */
const TAG = /<[/!a-z][^<>]{0,200}>/gi;

function cleaned(text: string): string {
  const plain = text.toWellFormed().replace(TERMINAL_COLOR, "").replace(INVISIBLE_IN_TEXT, "");
  return plain.replace(TAG, " ").replace(/\s+/g, " ").trim();
}

function isKeyLike(word: string): boolean {
  return word.length > MAX_SHOWN_CHARACTERS / 4 || MASKED.test(word) || word.split(/[^\p{L}\p{N}_-]+/u).some(mayBeKey);
}

/** A key that keeps some letters: `abcd****`, `abcd...wxyz`. */
const MASKED = /\*\*|[A-Za-z0-9]\.\.\.[A-Za-z0-9]/;

/** Long, or letters and digits mixed, or capitals in the middle: no word of a sentence. */
function mayBeKey(word: string): boolean {
  if (word.length > 20) return true;
  const hasBoth = /\d/.test(word) && /[A-Za-z]/.test(word);
  return word.length > 5 && (hasBoth || /[a-z][A-Z].*[a-z][A-Z]/.test(word) || /^\d{10,}$/.test(word));
}
