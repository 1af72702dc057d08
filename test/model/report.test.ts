import { describe, expect, test } from "vitest";
import { nodeError } from "../../src/model/failure.ts";
import { attempt } from "../../src/model/report.ts";

describe("attempt", () => {
  test("a value", async () => {
    expect(await attempt(async () => 7)).toEqual({ ok: true, value: 7 });
  });

  test("a failure of the node", async () => {
    const error = nodeError("busy", "what came", "what to do");
    expect(await attempt(async () => Promise.reject(error))).toEqual({ ok: false, failure: error.failure });
  });

  test("a bug of the exporter stays an exception", async () => {
    await expect(attempt(async () => Promise.reject(new TypeError("bug")))).rejects.toThrow(TypeError);
  });
});
