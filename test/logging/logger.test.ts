import pino from "pino";
import { expect, test } from "vitest";
import { defaultFormat, pinoOptions, prettyLine } from "../../src/logging/logger.ts";

const HOSTILE = "\u001b[2J \u0085 \u009b31m \u202e \u2028 \u200b \u0000";

/** What a terminal obeys or does not show, but for the end of a line. */
const OBEYED = /[^\P{C}\n]|[\p{Zl}\p{Zp}]/u;

test("a pretty line has nothing that a terminal obeys, in no text of an error and in no field", async () => {
  const error = new Error(`outer ${HOSTILE}`, { cause: new Error(`inner ${HOSTILE}`) });
  error.stack += `\n    at nodes (/etc/${HOSTILE.replaceAll(/\s/g, "")}:1:1)`;
  const lines: string[] = [];
  const log = pino(pinoOptions({ level: "info", redact: (text) => text }), { write: (line) => lines.push(line) });
  log.error({ err: error, target: `a${HOSTILE}`, file: HOSTILE }, `something ${HOSTILE}`);
  const shown = (await prettyLine(false))(lines[0] ?? "");
  expect(shown).not.toMatch(OBEYED);
  expect(shown).toMatch(/ERROR: a\ufffd\[2J .*something .*\n {4}err: .*Error: outer \ufffd\[2J.*inner/s);
  expect(shown).toMatch(/ at .*logger\.test\.ts:/);
  expect(shown).toContain(" at nodes (/etc/");
});

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
      stack: expect.stringMatching(/^Error: outer <secret>\n {4}at .*logger\.test\.ts:/),
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
])("without a configured format, %j gets %s", (terminal, format) => {
  expect(defaultFormat(terminal)).toBe(format);
});
