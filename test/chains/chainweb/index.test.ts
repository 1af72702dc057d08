import { describe, expect, test } from "vitest";
import { optionsSchema } from "../../../src/chains/chainweb/index.ts";

describe("options", () => {
  test("the defaults", () => {
    expect(optionsSchema.parse({})).toEqual({
      network: "mainnet01",
      mempool_peers: false,
      tip_age: false,
      probe: { peers: 0, timeout: 4000, concurrency: 4, allow: [] },
    });
  });

  test.each([
    { tip_age: "yes" },
    { probe: 5 },
    { probe: { peers: 51 } },
    { probe: { peers: -1 } },
    { probe: { peers: 1.5 } },
    { probe: { timeout: "99ms" } },
    { probe: { timeout: 4 } },
    { probe: { concurrency: 0 } },
    { probe: { concurrency: 17 } },
    { probe: { allow: "10.0.0.0/8" } },
    { probe: { allow: ["10.0.0.0"] } },
    { probe: { allow: ["localhost"] } },
    { probe: { port: 1 } },
  ])("%j is refused", (options) => {
    expect(optionsSchema.safeParse(options).success).toBe(false);
  });

  test("the error repeats an invalid range", () => {
    const { error } = optionsSchema.safeParse({ probe: { allow: ["10/8"] } });
    expect(error?.issues).toMatchObject([
      { path: ["probe", "allow", 0], message: 'expected an address range like 10.0.0.0/8, found "10/8"' },
    ]);
  });
});
