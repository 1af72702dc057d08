import { describe, expect, test } from "vitest";
import { redactedAgain, safeError } from "../../src/lib/safe-error.ts";

const redact = (text: string) => text.replaceAll("s3cret", "<secret>");

describe("an error as it may be shown", () => {
  test("has its type, its code, its message without secrets and its frames", () => {
    const error = Object.assign(new TypeError("no s3cret here"), { code: "ERR_SOME_CODE", headers: "s3cret" });
    const safe = safeError(error, redact);
    expect(safe).toEqual({
      type: "TypeError",
      code: "ERR_SOME_CODE",
      message: "no <secret> here",
      stack: expect.stringMatching(/^TypeError: no <secret> here\n {4}at .*safe-error\.test\.ts:\d+:\d+/),
    });
    expect(safe.stack.split("\n").length).toBeGreaterThan(2);
  });

  test("shows of every URL only scheme, host and port", () => {
    const message = "GET https://u:p@example.com:8443/token?k=v failed, unlike 'redis://h/1' and http://[bad";
    expect(safeError(new Error(message), redact).message).toBe(
      "GET https://example.com:8443 failed, unlike 'redis://h' and <url>",
    );
  });

  test("has its causes, up to a limit", () => {
    const circular = new Error("outer");
    circular.cause = new RangeError("inner s3cret", { cause: circular });
    const safe = safeError(circular, redact);
    expect(safe.cause).toMatchObject({ type: "RangeError", message: "inner <secret>" });
    expect(safe.cause?.cause?.cause).toMatchObject({ type: "RangeError" });
    expect(safe.cause?.cause?.cause?.cause).toBeUndefined();
  });

  test("without known secrets has no message, but the frames that a report needs", () => {
    const safe = safeError(new Error("s3cret"), () => undefined);
    expect(JSON.stringify(safe)).not.toContain("s3cret");
    expect(safe.message).toContain("withheld");
    expect(safe.stack).toMatch(/safe-error\.test\.ts:\d+:\d+/);
  });

  test("takes no line of the message for a frame", () => {
    const error = new Error("a\n    at token (/x/token.js:1:2)\n    at token2");
    error.message = "another";
    error.stack = `Error: a\n    at token2\n    at from:token3\n${error.stack?.split("\n").slice(3).join("\n")}`;
    expect(safeError(error, redact).stack).not.toMatch(/token[23]/);
    const whole = new Error("a\n    at token (/x/token.js:1:2)");
    expect(safeError(whole, () => undefined).stack).not.toContain("token.js");
  });

  test("moves no cursor", () => {
    expect(safeError(new Error("\u001b[2J\u009b5n\r"), redact).message).toBe("\ufffd[2J\ufffd5n\ufffd");
  });

  test("that was made safe before its secrets were known is cleaned of them too", () => {
    const early = safeError(new Error("s3cret one", { cause: new Error("s3cret two") }), (text) => text);
    expect(JSON.stringify(redactedAgain(early, redact))).not.toContain("s3cret");
    expect(redactedAgain(early, redact)).toMatchObject({ message: "<secret> one", cause: { message: "<secret> two" } });
  });

  test("has a bounded message", () => {
    expect(safeError(new Error("x".repeat(100_000)), redact).message.length).toBeLessThan(1010);
  });

  test.each<[string, unknown, object]>([
    ["a text", "s3cret", { type: "string", message: "<secret>" }],
    ["nothing", undefined, { type: "undefined" }],
    ["an object", { password: "s3cret" }, { type: "object", message: "(not an Error: object)" }],
    ["a name that is a text", Object.assign(new Error("x"), { name: "s3cret token" }), { type: "Error", message: "x" }],
    ["a code that is a text", Object.assign(new Error("x"), { code: "a s3cret" }), { type: "Error", message: "x" }],
    [
      "an error that throws when it is read",
      Object.defineProperty(new Error("x"), "message", {
        get() {
          throw new Error("s3cret");
        },
      }),
      { message: "(an error that cannot be read)" },
    ],
  ])("may be thrown as %s", (_, thrown, expected) => {
    const safe = safeError(thrown, redact);
    expect(safe).toMatchObject(expected);
    expect(JSON.stringify(safe)).not.toContain("s3cret");
  });
});
