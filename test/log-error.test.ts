import { expect, test } from "vitest";
import { loggedError } from "../src/log-error.ts";

test("an error is told by type, message, code and stack", () => {
  const logged = loggedError(Object.assign(new RangeError("too far"), { code: "FAR" }));
  expect(logged).toMatchObject({ type: "RangeError", message: "too far", code: "FAR" });
  expect(logged.stack).toMatch(/^RangeError: too far\n +at .*log-error\.test\.ts:\d+:\d+/);
});

test("what a URL holds beside its host is left out of message, stack and cause", () => {
  const cause = new Error("GET https://key:s3cret@gate.example:8443/s3cret/x?k=s3cret failed");
  const bad = "cannot read 'http://s3cret@one.example/s3cret' or http://user:s3cret/s3cret@two.example";
  const text = JSON.stringify(loggedError(new Error(bad, { cause })));
  expect(text).not.toContain("s3cret");
  expect(text).toContain("cannot read 'http://one.example' or http://…");
  expect(text).toContain("GET https://gate.example:8443 failed");
});

test("properties of the error stay inside: Node puts the whole URL into `input`", () => {
  const found = (() => {
    try {
      return new URL("http://user:s3cret@[/");
    } catch (error) {
      return error;
    }
  })();
  expect(found).toHaveProperty("input");
  expect(JSON.stringify(loggedError(found))).not.toContain("s3cret");
});

test("long texts are cut, and control characters do not reach a terminal", () => {
  const logged = loggedError(new Error(`\u001b[2J\u009b5n\r${"x".repeat(1e6)}`));
  expect(JSON.stringify(logged).length).toBeLessThan(6000);
  expect(logged.message).toMatch(/^\ufffd\[2J\ufffd5n\ufffdx+ …$/);
});

test("whatever is thrown can be told", () => {
  expect(loggedError("words")).toEqual({ type: "string", message: "words" });
  expect(loggedError(undefined)).toEqual({ type: "undefined", message: "undefined" });
  const loop = new Error("loop");
  loop.cause = loop;
  expect(JSON.stringify(loggedError(loop)).match(/"loop"/g)).toHaveLength(4);
});
