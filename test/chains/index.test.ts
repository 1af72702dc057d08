import { describe, expect, test } from "vitest";
import { listsConnections } from "../../src/chains/adapter.ts";
import { ADAPTERS, CHAIN_NAMES, chains, FIRST_NAMES, isChainName, networkScope } from "../../src/chains/index.ts";
import { createCatalogue } from "../../src/metrics/catalogue.ts";
import { CONNECTION_STATES, DIRECTIONS } from "../../src/model/report.ts";

test("Wire's adapter serves every Antelope node", () => {
  expect(Object.keys(chains)).toEqual(expect.arrayContaining(["wire", "antelope", "monero", "chainweb"]));
  expect(chains.antelope).toBe(chains.wire);
  expect(networkScope("antelope")).toBe("wire");
});

test("nodes of the Bitcoin family have one adapter, and are compared by the names of their chains", () => {
  const names = ["bitcoin", "litecoin", "dogecoin", "bitcoincash", "dash", "zcash"] as const;
  expect(names.map((name) => chains[name])).toEqual(names.map(() => chains.bitcoin));
  expect(names.map(networkScope)).toEqual(names);
});

test("names and adapters follow from the table", () => {
  expect(CHAIN_NAMES).toEqual(Object.keys(chains));
  expect(FIRST_NAMES).toEqual(["wire", "monero", "chainweb", "bitcoin"]);
  expect(ADAPTERS).toEqual(FIRST_NAMES.map((name) => chains[name]));
  expect(["antelope", "toString", "Wire", "", undefined].map(isChainName)).toEqual([true, false, false, false, false]);
});

describe.each(CHAIN_NAMES)("%s", (name) => {
  const { options, optionsKey, traits, families } = chains[name];

  test("works without options, and refuses unknown ones", () => {
    expect(options.parse({}).open).toBeTypeOf("function");
    expect(options.safeParse({ no_such_option: 1 }).success).toBe(false);
  });

  test("has traits out of the closed sets", () => {
    expect(DIRECTIONS).toEqual(expect.arrayContaining([...traits.directions]));
    expect(CONNECTION_STATES).toEqual(expect.arrayContaining([...traits.states]));
  });

  test("has families about what its peer list has, connections or known peers", () => {
    const scopes = new Set(families.flatMap(({ scope }) => scope ?? []));
    expect(listsConnections(traits)).toBe(name !== "chainweb");
    expect([...scopes]).toEqual([listsConnections(traits) ? "connection" : "peer"]);
  });

  test("names its families after itself", () => {
    expect(ADAPTERS.find((adapter) => adapter.optionsKey === optionsKey)).toBe(chains[name]);
    for (const { name: family, labels } of families) {
      expect(family).toMatch(new RegExp(`^p2p_${optionsKey}_[a-z0-9_]+$`));
      for (const label of labels) expect(label).toMatch(/^[a-z_]+$/);
    }
  });
});

describe.each(ADAPTERS.flatMap(({ families }) => families.map((family) => [family.name, family] as const)))(
  "%s",
  (name, { help, source, labels, values = {}, scope, merged, type }) => {
    test("has a HELP that names a field of its source, and the last poll", () => {
      const words = new Set(source.split(/[^A-Za-z0-9_-]+/).filter((word) => word.length > 3));
      const inBrackets = [...help.matchAll(/\(([^()]*)\)|from (get_\w+|in_peers and out_peers) at/g)].join(" ");
      expect([...words].some((word) => inBrackets.includes(word))).toBe(true);
      expect(help).toContain("last poll");
    });

    test("says in its name what it is about, and names closed values of its own labels only", () => {
      const subjects = { connection: /^p2p_[a-z]+_connection_/, peer: /^p2p_[a-z]+_peer_/ };
      if (scope !== undefined) expect(name).toMatch(subjects[scope]);
      else for (const subject of Object.values(subjects)) expect(name).not.toMatch(subject);
      expect(labels).toEqual(expect.arrayContaining(Object.keys(values)));
      // Counters of connections that share a series would fall when one of them ends, and so would not be counters.
      if (type === "counter" || scope === undefined) expect(merged).toBeUndefined();
    });

    test("has closed values for every label that is not a text of a node, a number or a chain of the network", () => {
      const open = ["network_version", "os", "version", "braided_chain"];
      expect(labels.filter((label) => values[label] === undefined && !open.includes(label))).toEqual([]);
    });
  },
);

describe("what discover tries", () => {
  const urls = (name: "wire" | "monero" | "chainweb") =>
    chains[name].discovery.endpoints.map(({ scheme, port }) => `${scheme} ${port}`);

  test("are the usual ports of each chain", () => {
    expect(urls("wire")).toEqual(["http 8888"]);
    expect(urls("monero")).toEqual(["http 18081", "http 18089", "http 28081", "http 38081"]);
    expect(urls("chainweb")).toEqual(["https 1789"]);
    expect(chains.chainweb.discovery.companions).toEqual({ service_url: { scheme: "http", port: 1848 } });
  });

  test("are all public networks of Chainweb, the most common first", () => {
    expect(chains.chainweb.discovery.variants.map(({ network }) => network)).toEqual([
      ...["mainnet01", "testnet06", "testnet04", "testnet05", "development", "recap-development", "fast-development"],
      ...["evm-testnet", "evm-development", "stoa"],
    ]);
  });
});

test("the words of each chain's API are public, so that a URL with them is shown whole", () => {
  const paths = {
    wire: ["chain", "get_info", "net", "connections", "prometheus"],
    monero: ["get_info", "get_connections", "get_net_stats", "get_limit"],
    chainweb: ["0.0", "mainnet01", "cut", "peer", "mempool", "header", "height", "payload", "info"],
  };
  for (const name of ["wire", "monero", "chainweb"] as const)
    expect(chains[name].publicWords).toEqual(expect.arrayContaining(paths[name]));
});

test("the options of a chain are shown as they were given", () => {
  expect(chains.chainweb.options.parse({}).values).toMatchObject({ network: "mainnet01", mempool_peers: false });
  expect(chains.wire.options.parse({ host_header: "a:1" }).values).toMatchObject({ host_header: "a:1" });
});

test.each(ADAPTERS.map((adapter) => [adapter.optionsKey, adapter] as const))(
  "%s: each of its sources belongs to a shared family",
  (key, adapter) => {
    const shown = createCatalogue(ADAPTERS).filter(({ name }) => Object.hasOwn(adapter.sources, name));
    expect(Object.fromEntries(shown.map(({ name, sources }) => [name, sources[key]]))).toEqual(adapter.sources);
  },
);
