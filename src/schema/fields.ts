import { dirname, resolve } from "node:path";
import * as z from "zod";
import { formatDuration, parseDuration } from "../lib/duration.ts";
import { secretIn } from "../lib/secret.ts";
import { didYouMean } from "../lib/suggest.ts";
import { type NodeUrl, parseNodeUrl } from "../rpc/node-url.ts";
import type { ConfigProblem } from "./problems.ts";

// Functions that zod makes from texts cost a start 4 ms, and save a fleet of 5,000 nodes nothing that can be measured.
z.config({ jitless: true });

/** Field types and error messages that the configuration, the chains' blocks and the web configuration share. */

/** Checks the parts of one document and collects all their problems. */
export type Checker = {
  readonly problems: readonly ConfigProblem[];
  /** @returns the parsed value; undefined when it has problems, which are reported */
  check<T>(schema: z.ZodType<T>, value: unknown, path: readonly PropertyKey[]): T | undefined;
  report(path: readonly PropertyKey[], message: string): void;
};

export function createChecker(): Checker {
  const problems: ConfigProblem[] = [];
  return {
    problems,
    check(schema, value, path) {
      const result = schema.safeParse(value, { error: explain });
      if (!result.success) problems.push(...result.error.issues.flatMap((issue) => problemsOf(issue, path)));
      return result.data;
    },
    report: (path, message) => void problems.push({ path, message }),
  };
}

/** One problem for each unknown key, at the key; any other issue is one problem. */
function problemsOf(issue: z.core.$ZodIssue, base: readonly PropertyKey[]): ConfigProblem[] {
  const path = [...base, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    const lines = issue.message.split("\n");
    return issue.keys.map((key, index) => ({ path: [...path, key], message: lines[index] ?? "unknown key" }));
  }
  return [{ path, message: issue.message }];
}

/** Names of kinds of values for people who write YAML. */
const KINDS: Partial<Record<string, string>> = {
  string: "a string",
  boolean: "true or false",
  number: "a number",
  int: "a whole number",
  array: "a list",
  object: "a mapping",
  record: "a mapping",
};

/** The message of an issue for which the schema has none of its own. */
function explain(issue: z.core.$ZodRawIssue): string | undefined {
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
 * Exactly one of these keys, for `meta` of their block: config.schema.json cannot contain the checks themselves, which are
 * code in `transform` and name the keys.
 */
export function exactlyOne(...keys: readonly string[]) {
  return { oneOf: keys.map((key) => ({ required: [key] })) };
}

/** For each key the keys that exclude it, for `meta` of their block in config.schema.json. */
export function excludes(others: Readonly<Record<string, readonly string[]>>) {
  const rules = Object.entries(others).map(([key, excluded]) => [
    key,
    { properties: Object.fromEntries(excluded.map((other) => [other, false])) },
  ]);
  return { dependencies: Object.fromEntries(rules) };
}

function unknownKey(key: string, valid: readonly string[]): string {
  if (key === "<<") return "unknown key; write << without quotes to merge a mapping";
  if (valid.length === 0) return "unknown key; this block has no keys";
  return `unknown key${didYouMean(key, valid) ?? `; valid here: ${valid.join(", ")}`}`;
}

/** Says that a value has another type than expected, in the words of YAML. Never repeats the value. */
export function mismatch(expected: string, found: unknown): string {
  if (found === undefined) return `missing; expected ${expected}`;
  const quotes = expected === KINDS.string && ["number", "boolean"].includes(typeof found) ? "; put it in quotes" : "";
  return `expected ${expected}, found ${kindOf(found)}${quotes}`;
}

function kindOf(value: unknown): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  switch (typeof value) {
    case "string":
      return value === "" ? "an empty string" : "a string";
    case "number":
      return "a number";
    case "boolean":
      return "true or false";
    default:
      return "a mapping";
  }
}

/**
 * A string that `parse` turns into a value; the message of its error is shown.
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

export const nodeUrlField = parsed<NodeUrl>("a URL like http://127.0.0.1:8888 or unix:/run/node.sock", (text) =>
  // A URL with a token or a login is a secret as a whole.
  parseNodeUrl(secretIn(text)),
);

const DURATION = "a duration like 15s or 1m30s";

/** A duration from a second to 24 days, in milliseconds. */
export const durationField = durationFrom(1000);

/** How long a request may take, in milliseconds: a server nearby answers in less than a second. */
export const timeoutField = durationFrom(100);

function durationFrom(leastMs: number) {
  return parsed(DURATION, (text) => readDuration(text, leastMs));
}

function readDuration(text: string, leastMs: number): number {
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined) throw new Error(`expected ${DURATION}, found ${quoted(text)}`);
  if (milliseconds < leastMs) throw new Error(`expected at least ${formatDuration(leastMs)}, found ${quoted(text)}`);
  // Timers of Node.js take at most 2^31 - 1 milliseconds.
  if (milliseconds > 24 * 86_400_000) throw new Error(`expected at most 24d, found ${quoted(text)}`);
  return milliseconds;
}

/** A path, relative to the folder of the configuration file. */
export function pathField(configFile: string | undefined) {
  return z
    .string()
    .min(1, "expected a path")
    .transform((path) => (configFile === undefined ? resolve(path) : resolve(dirname(configFile), path)));
}

/** A value of an HTTP header: visible ASCII, as other characters could split the request. */
export const headerValueField = z
  .string()
  .regex(/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/, "expected visible ASCII characters");

/** A Host header (RFC 9110 7.2). */
export const hostHeaderField = z
  .string()
  .regex(
    /^(?:[\w.~%-]+|\[[\da-fA-F:.]+\])(?::\d{1,5})?$/,
    "expected a host name or address, also with :port, and no scheme or path",
  );

/** Repeats a value of the file in an error; only for keys without secrets. Of a misplaced URL only the scheme is shown. */
export function quoted(text: string): string {
  const shown = text.replace(/\/\/.+$/s, "//…");
  return JSON.stringify(shown.length > 60 ? `${shown.slice(0, 60)}…` : shown);
}
