import { dirname, resolve } from "node:path";
import { closest, distance } from "fastest-levenshtein";
import * as z from "zod";
import { parseDuration } from "../lib/duration.ts";
import { type NodeUrl, parseNodeUrl } from "../rpc/node-url.ts";
import type { ConfigProblem } from "./problems.ts";

/** Field types that the configuration and the chains' own blocks share. Each turns its text into a value once. */

/**
 * A mapping that refuses unknown keys. The error has one line for each unknown key, in the order of `issue.keys`, so
 * that each can be shown at its own place in the file.
 */
export function block<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? issue.keys.map((key) => unknownKey(key, Object.keys(shape))).join("\n")
        : undefined,
  });
}

/**
 * What config.schema.json says of keys that exclude each other, for `meta` of their block. A JSON Schema knows nothing of
 * the checks themselves, which stand in `transform` and name both keys.
 */
export function exactlyOne(...keys: readonly string[]) {
  return { oneOf: keys.map((key) => ({ required: [key] })) };
}

/** For config.schema.json: which keys may not stand beside another one. */
export function excludes(others: Readonly<Record<string, readonly string[]>>) {
  const rules = Object.entries(others).map(([key, excluded]) => [
    key,
    { properties: Object.fromEntries(excluded.map((other) => [other, false])) },
  ]);
  return { dependencies: Object.fromEntries(rules) };
}

function unknownKey(key: string, valid: readonly string[]): string {
  if (valid.length === 0) return "unknown key; this block has no keys";
  return `unknown key${didYouMean(key, valid) ?? `; valid here: ${valid.join(", ")}`}`;
}

/** "; did you mean …?" when one of the valid words is near enough to be meant. */
export function didYouMean(word: string, valid: readonly string[]): string | undefined {
  if (valid.length === 0 || word.length > 100) return undefined;
  const best = closest(word, [...valid]);
  return distance(word, best) <= Math.max(1, Math.floor((best.length + 1) / 3))
    ? `; did you mean "${best}"?`
    : undefined;
}

/** What is wrong with a value of another kind than expected, in the words of YAML. Never repeats the value. */
export function mismatch(expected: string, found: unknown): string {
  if (found === undefined) return `missing; expected ${expected}`;
  const quotes = expected === "a text" && ["number", "boolean"].includes(typeof found) ? "; put it in quotes" : "";
  return `expected ${expected}, found ${kindOf(found)}${quotes}`;
}

function kindOf(value: unknown): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  switch (typeof value) {
    case "string":
      return value === "" ? "an empty text" : "a text";
    case "number":
      return "a number";
    case "boolean":
      return "true or false";
    default:
      return "a mapping";
  }
}

/**
 * Text that `parse` turns into a value; the message of its error is shown.
 * @param what how an error calls the value, for example "a duration like 15s"
 */
export function parsed<T>(what: string, parse: (text: string) => T) {
  const text = z.string({ error: ({ input }) => mismatch(what, input) });
  return text.transform((text, context): T => {
    try {
      return parse(text);
    } catch (error) {
      context.addIssue({ code: "custom", message: error instanceof Error ? error.message : "not valid" });
      return z.NEVER;
    }
  });
}

export const nodeUrlField = parsed<NodeUrl>("a URL like http://127.0.0.1:8888 or unix:/run/node.sock", parseNodeUrl);

const DURATION = "a duration like 15s or 1m30s";

/** A duration of at least a second, in milliseconds. */
export const durationField = parsed(DURATION, (text) => {
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined) throw new Error(`expected ${DURATION}, found ${quoted(text)}`);
  if (milliseconds < 1000) throw new Error(`expected at least 1s, found ${quoted(text)}`);
  // Timers of Node hold at most 2^31 - 1 milliseconds.
  if (milliseconds > 24 * 86_400_000) throw new Error(`expected at most 24d, found ${quoted(text)}`);
  return milliseconds;
});

/** A path, relative to the folder of the configuration file. */
export function pathField(configFile: string | undefined) {
  return z
    .string()
    .min(1, "expected a path")
    .transform((path) => (configFile === undefined ? resolve(path) : resolve(dirname(configFile), path)));
}

/** A value of an HTTP header: visible ASCII, as anything else could break the request apart. */
export const headerValueField = z
  .string()
  .regex(/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/, "expected visible ASCII characters");

/** Repeats a value of the file in an error; only for keys that hold no secret, and not a URL that came to stand there. */
export function quoted(text: string): string {
  const shown = text.replace(/\/\/.+$/s, "//…");
  return JSON.stringify(shown.length > 60 ? `${shown.slice(0, 60)}…` : shown);
}

/** What the schema library finds wrong, in the words of the people who write the file. */

/** One problem for each unknown key, at the key; any other issue is one problem. */
export function problemsOf(issue: z.core.$ZodIssue, base: readonly PropertyKey[]): ConfigProblem[] {
  const path = [...base, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    const lines = issue.message.split("\n");
    return issue.keys.map((key, index) => ({ path: [...path, key], message: lines[index] ?? "unknown key" }));
  }
  return [{ path, message: issue.message }];
}

/** Names of kinds of values for people who write YAML. */
const KINDS: Partial<Record<string, string>> = {
  string: "a text",
  boolean: "true or false",
  number: "a number",
  int: "a whole number",
  array: "a list",
  object: "a mapping",
  record: "a mapping",
};

/** The message of an issue for which the schema has none of its own. */
export function explain(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return issue.expected === "int" && typeof issue.input === "number"
        ? "expected a whole number"
        : mismatch(KINDS[issue.expected] ?? issue.expected, issue.input);
    case "invalid_value": {
      const names = issue.values.map(String);
      const expected = `one of ${names.join(", ")}`;
      if (typeof issue.input !== "string") return mismatch(expected, issue.input);
      return `expected ${expected}, found ${quoted(issue.input)}${didYouMean(issue.input, names) ?? ""}`;
    }
    case "invalid_key":
      return issue.issues[0]?.message;
    case "too_small":
      return `expected at least ${issue.minimum}`;
    case "too_big":
      return `expected at most ${issue.maximum}`;
    default:
      return undefined;
  }
}
