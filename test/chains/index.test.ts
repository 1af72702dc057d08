import { describe, expect, test } from "vitest";
import { ADAPTERS, CHAIN_NAMES, chains, FIRST_NAMES, isChainName } from "../../src/chains/index.ts";
import { createFullCatalogue } from "../../src/metrics/catalogue.ts";
import { CONNECTION_STATES, DIRECTIONS } from "../../src/model/report.ts";

test("Wire's adapter serves every Antelope node", () => {
  expect(Object.keys(chains)).toEqual(expect.arrayContaining(["wire", "antelope", "monero", "chainweb"]));
  expect(chains.antelope).toBe(chains.wire);
});

test("names and adapters follow from the table", () => {
  expect(CHAIN_NAMES).toEqual(Object.keys(chains));
  expect(FIRST_NAMES).toEqual(CHAIN_NAMES.filter((name) => name !== "antelope"));
  expect(ADAPTERS).toEqual(FIRST_NAMES.map((name) => chains[name]));
  expect(["antelope", "toString", "Wire", "", undefined].map(isChainName)).toEqual([true, false, false, false, false]);
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

test.each(ADAPTERS.map((adapter) => [adapter.optionsKey, adapter] as const))(
  "%s: each of its sources belongs to a shared family",
  (key, adapter) => {
    const shown = createFullCatalogue(ADAPTERS).filter(({ name }) => Object.hasOwn(adapter.sources, name));
    expect(Object.fromEntries(shown.map(({ name, sources }) => [name, sources[key]]))).toEqual(adapter.sources);
  },
);
