import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import {
  block,
  durationField,
  headerValueField,
  hostHeaderField,
  mismatch,
  nodeUrlField,
  parsed,
  pathField,
  quoted,
  timeoutField,
} from "../../src/schema/fields.ts";

function messages(schema: z.ZodType, value: unknown): readonly string[] {
  return schema.safeParse(value).error?.issues.map(({ message }) => message) ?? [];
}

describe("block", () => {
  const schema = block({ interval: z.string().optional(), timeout: z.string().optional() });

  test("names each unknown key on a line of its own, in the order of the issue's keys", () => {
    const issue = schema.safeParse({ intervl: "1s", colour: "red", timeout: "1s" }).error?.issues[0];
    expect(issue).toMatchObject({ code: "unrecognized_keys", keys: ["intervl", "colour"] });
    expect(issue?.message.split("\n")).toEqual([
      'unknown key; did you mean "interval"?',
      "unknown key; valid here: interval, timeout",
    ]);
  });

  test("says when it has no keys at all", () => {
    expect(messages(block({}), { a: 1 })).toEqual(["unknown key; this block has no keys"]);
  });

  test.each(["__proto__", "constructor", "toString", "hasOwnProperty"])("refuses %s as an own key", (key) => {
    expect(schema.safeParse(JSON.parse(`{"${key}": 1}`)).success).toBe(false);
  });
});

test.each([
  [undefined, "missing; expected a string"],
  [null, "expected a string, found nothing"],
  [[], "expected a string, found a list"],
  [{}, "expected a string, found a mapping"],
  [5, "expected a string, found a number; put it in quotes"],
  [true, "expected a string, found true or false; put it in quotes"],
])("mismatch: a text instead of %j", (found, message) => {
  expect(mismatch("a string", found)).toBe(message);
});

test("mismatch: an empty text and a text are distinguished, and neither is repeated", () => {
  expect(mismatch("a list", "")).toBe("expected a list, found an empty string");
  expect(mismatch("a list", "s3cret")).toBe("expected a list, found a string");
});

test("parsed turns a text into a value, and an error into its message", () => {
  const field = parsed("a number of legs", (text) => {
    if (text === "snake") throw new Error("expected legs");
    if (text === "odd") throw "no Error";
    return text.length;
  });
  expect(field.parse("spider")).toBe(6);
  expect(messages(field, "snake")).toEqual(["expected legs"]);
  expect(messages(field, "odd")).toEqual(["not valid"]);
  expect(messages(field, 8)).toEqual(["expected a number of legs, found a number"]);
  expect(messages(field, undefined)).toEqual(["missing; expected a number of legs"]);
});

describe("durationField", () => {
  test.each([
    ["1s", 1000],
    ["1m30s", 90_000],
    ["24d", 24 * 86_400_000],
  ])("%s", (text, milliseconds) => {
    expect(durationField.parse(text)).toBe(milliseconds);
  });

  test.each([
    ["999ms", 'expected at least 1s, found "999ms"'],
    ["0s", 'expected at least 1s, found "0s"'],
    ["24d1ms", 'expected at most 24d, found "24d1ms"'],
    ["15", 'expected a duration like 15s or 1m30s, found "15"'],
    [15, "expected a duration like 15s or 1m30s, found a number"],
    ["9".repeat(100), `expected a duration like 15s or 1m30s, found "${"9".repeat(60)}…"`],
  ])("%j", (value, message) => {
    expect(messages(durationField, value)).toEqual([message]);
  });

  test.each([
    ["100ms", 100],
    ["250ms", 250],
    ["1s500ms", 1500],
  ])("a timeout may be %s", (text, milliseconds) => {
    expect(timeoutField.parse(text)).toBe(milliseconds);
  });

  test.each([
    ["99ms", 'expected at least 100ms, found "99ms"'],
    ["0s", 'expected at least 100ms, found "0s"'],
    ["0.5s", 'expected a duration like 15s or 1m30s, found "0.5s"'],
    ["25d", 'expected at most 24d, found "25d"'],
  ])("a timeout may not be %s", (text, message) => {
    expect(messages(timeoutField, text)).toEqual([message]);
  });

  test("fits a timer of Node", () => {
    expect(durationField.parse("24d")).toBeLessThan(2 ** 31);
  });
});

describe("pathField", () => {
  test("starts from the folder of the configuration file, or from the working folder without one", () => {
    expect(pathField("/etc/peer-exporter/config.yaml").parse("secrets/a")).toBe("/etc/peer-exporter/secrets/a");
    expect(pathField("/etc/peer-exporter/config.yaml").parse("/run/a")).toBe("/run/a");
    expect(pathField("config.yaml").parse("a")).toBe(resolve("a"));
    expect(pathField(undefined).parse("a")).toBe(resolve("a"));
  });

  test("is not empty", () => {
    expect(messages(pathField(undefined), "")).toEqual(["expected a path"]);
  });
});

describe("headerValueField", () => {
  test.each(["a", "nodeop.internal:8888", "a b", "~!"])("takes %j", (text) => {
    expect(headerValueField.parse(text)).toBe(text);
  });

  test.each(["", " a", "a ", "a\r\nx: y", "a\nb", "a\tb", "ä", "\u0000", "a\u007f"])("refuses %j", (text) => {
    expect(messages(headerValueField, text)).toEqual(["expected visible ASCII characters"]);
  });
});

describe("hostHeaderField", () => {
  test.each(["node.example", "nodeop.internal:8888", "[2001:db8::1]:443", "10.0.0.1", "node_1"])("takes %j", (text) => {
    expect(hostHeaderField.parse(text)).toBe(text);
  });

  test.each([
    "",
    "https://node.example",
    "node.example/",
    "a b",
    "a,b",
    "u@h",
    "a\r\nx: y",
    "ä",
    "a:port",
    "2001:db8::1",
  ])("refuses %j", (text) => {
    expect(messages(hostHeaderField, text)).toEqual([expect.stringContaining("no scheme or path")]);
  });
});

test("nodeUrlField reads a URL, and its error never repeats it", () => {
  expect(nodeUrlField.parse("http://127.0.0.1:8888/a?b").label).toBe("http://127.0.0.1:8888");
  expect(messages(nodeUrlField, "s3cret")).toEqual([
    "expected http:// or https:// before the host, as in http://HOST:PORT",
  ]);
});

test("quoted does not repeat the token of a URL that came to stand under another key", () => {
  expect(quoted("https://t0ken@gateway.example/t0ken")).toBe('"https://…"');
  expect(quoted("1m\n//t0ken")).toBe('"1m\\n//…"');
});

test("quoted cuts a long text and escapes control characters", () => {
  expect(quoted('a"\n')).toBe('"a\\"\\n"');
  expect(quoted("a".repeat(61))).toBe(`"${"a".repeat(60)}…"`);
});
