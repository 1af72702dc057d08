import { describe, expect, test } from "vitest";
import { chains } from "../../src/chains/index.ts";
import { nodeError } from "../../src/model/failure.ts";
import { attempt, CONNECTION_STATES, DIRECTIONS } from "../../src/model/report.ts";

test("Wire's adapter serves every Antelope node", () => {
  expect(Object.keys(chains)).toEqual(["wire", "antelope", "monero", "chainweb"]);
  expect(chains.antelope).toBe(chains.wire);
});

describe.each(Object.entries(chains))("%s", (name, { options, optionsKey, traits, families }) => {
  test("works without options, and refuses unknown ones", () => {
    expect(options.parse({}).open).toBeTypeOf("function");
    expect(options.safeParse({ no_such_option: 1 }).success).toBe(false);
  });

  test("has traits out of the closed sets", () => {
    expect(DIRECTIONS).toEqual(expect.arrayContaining([...traits.directions]));
    expect(CONNECTION_STATES).toEqual(expect.arrayContaining([...traits.states]));
  });

  test("names its families after itself", () => {
    expect(optionsKey).toBe(name === "antelope" ? "wire" : name);
    for (const { name: family, labels } of families) {
      expect(family).toMatch(new RegExp(`^p2p_${optionsKey}_[a-z0-9_]+$`));
      for (const label of labels) expect(label).toMatch(/^[a-z_]+$/);
    }
  });
});

test("the options of a chain are shown as they were given", () => {
  expect(chains.chainweb.options.parse({}).values).toMatchObject({ network: "mainnet01", mempool_peers: false });
  expect(chains.wire.options.parse({ host_header: "a:1" }).values).toMatchObject({ host_header: "a:1" });
});

describe("attempt", () => {
  test("a value", async () => {
    expect(await attempt(async () => 7)).toEqual({ ok: true, value: 7 });
  });

  test("a failure of the node", async () => {
    const error = nodeError("busy", "what came", "what to do");
    expect(await attempt(async () => Promise.reject(error))).toEqual({ ok: false, failure: error.failure });
  });

  test("a bug of ours stays an exception", async () => {
    await expect(attempt(async () => Promise.reject(new TypeError("bug")))).rejects.toThrow(TypeError);
  });
});
