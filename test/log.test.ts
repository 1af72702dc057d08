import pino from "pino";
import { expect, test } from "vitest";
import { defaultFormat, pinoOptions } from "../src/log.ts";

function logged(redact?: (text: string) => string): (fields: object) => { err?: unknown } & object {
  const lines: string[] = [];
  const log = pino(pinoOptions({ level: "info", ...(redact === undefined ? {} : { redact }) }), {
    write: (line: string) => lines.push(line),
  });
  return (fields) => {
    log.child({ target: "a" }).error(fields, "something");
    return JSON.parse(lines.at(-1) ?? "");
  };
}

test("an unexpected error is logged with its stack, without secrets and without what else hangs on it", () => {
  const cause = Object.assign(new RangeError("inner s3cret"), { request: { headers: { authorization: "s3cret" } } });
  const line = logged((text) => text.replaceAll("s3cret", "<secret>"))({ err: new Error("outer s3cret", { cause }) });
  expect(line).toMatchObject({
    level: "error",
    target: "a",
    msg: "something",
    err: {
      type: "Error",
      message: "outer <secret>",
      stack: expect.stringMatching(/^Error: outer <secret>\n {4}at .*log\.test\.ts:/),
      cause: { type: "RangeError", message: "inner <secret>" },
    },
  });
  expect(JSON.stringify(line)).not.toContain("s3cret");
});

test("where the secrets are not known, the text of an unexpected error is not logged at all", () => {
  expect(JSON.stringify(logged()({ err: new Error("s3cret") }))).not.toContain("s3cret");
});

test.each([
  [{ isTTY: true }, "pretty"],
  [{ isTTY: false }, "json"],
  [{}, "json"],
])("where nobody chose a format, %j gets %s", (terminal, format) => {
  expect(defaultFormat(terminal)).toBe(format);
});
