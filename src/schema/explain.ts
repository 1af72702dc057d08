import type * as z from "zod";
import { didYouMean, mismatch, quoted } from "./fields.ts";
import type { ConfigProblem } from "./problems.ts";

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
