import { afterAll, beforeAll, expect, test } from "vitest";
import { NODE_FAULTS } from "../../tools/faults/node-faults.ts";
import { BASE } from "../chains/chainweb/node.ts";
import { callOf } from "../chains/monero/daemon.ts";
import { fixture, list } from "../chains/support.ts";
import { parseText, type Sample } from "../support/exposition-parser.ts";
import type { Handler } from "../support/fake-node.ts";
import { type FaultyNode, startFaultyNode } from "./faulty-node.ts";
import { type Observed, observe } from "./observe.ts";
import { matches } from "./suite.ts";
import { CHAINS, type Chain } from "./well-nodes.ts";

/** The good answers of each chain with one value after the other replaced by one that cannot be. */

const RAW = "\u0001raw ";

/** In the text of an answer: numbers that JavaScript cannot write. */
const text = (document: unknown) => JSON.stringify(document).replace(/"\\u0001raw ([^"]*)"/g, "$1");

const REPLACEMENTS: Readonly<Record<string, unknown>> = {
  null: null,
  string: "abc",
  "NaN as a string": "NaN",
  negative: -1,
  "1e400": `${RAW}1e400`,
  "2^64 - 1": `${RAW}18446744073709551615`,
  array: [],
  object: {},
  true: true,
};

type Path = readonly string[];

/** Every value of a document; of a list, and of the chains of a cut, those of the first entry. */
function pathsOf(document: unknown): readonly Path[] {
  if (typeof document !== "object" || document === null) return [];
  const isList = Array.isArray(document) || "0" in document;
  const entries = Object.entries(document).slice(0, isList ? 1 : undefined);
  return entries.flatMap(([key, inner]) => [[key], ...pathsOf(inner).map((path) => [key, ...path])]);
}

function at(document: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => Object(value)[key], document);
}

function replaced(document: unknown, [key, ...rest]: Path, by: unknown): unknown {
  if (key === undefined) return by;
  if (Array.isArray(document))
    return document.map((value, index) => (String(index) === key ? replaced(value, rest, by) : value));
  return { ...Object(document), [key]: replaced(Object(document)[key], rest, by) };
}

const page = {
  limit: 2,
  next: null,
  items: [
    { id: "a".repeat(43), address: { hostname: "192.0.2.1", port: 1789 } },
    { id: null, address: { hostname: "peer.example", port: 443 } },
  ],
};
const wireRows = list(fixture("wire/w4.json"));

/** What each chain is asked, and its good answer. */
const GOOD: Readonly<Record<Chain, Readonly<Record<string, unknown>>>> = {
  wire: {
    "/v1/net/connections": [wireRows[1], wireRows[0], wireRows[5]],
    "/v1/chain/get_info": fixture("wire/get_info.spring-1.2.json"),
  },
  monero: {
    get_info: fixture("monero/get_info.json"),
    get_connections: fixture("monero/get_connections.json"),
    get_last_block_header: fixture("monero/get_last_block_header.json"),
    get_bans: fixture("monero/get_bans.json"),
    // Its peers are not read.
    sync_info: replaced(fixture("monero/sync_info.json"), ["result", "peers"], []),
    "/get_net_stats": fixture("monero/get_net_stats.json"),
    "/get_limit": fixture("monero/get_limit.json"),
    "/in_peers": fixture("monero/in_peers.json"),
    "/out_peers": fixture("monero/out_peers.json"),
  },
  chainweb: {
    "/cut/peer": page,
    "/cut": fixture("chainweb/cut.10chains.json"),
    "/info": fixture("chainweb/info.3.2.json"),
    "/chain/0/mempool/peer": page,
  },
};

const keyOf: Readonly<Record<Chain, (call: Parameters<Handler>[0]) => string>> = {
  wire: ({ url }) => url,
  monero: callOf,
  chainweb: ({ url }) => (url.replace(BASE, "").split("?")[0] ?? "").replace(/chain\/\d+\/mempool/, "chain/0/mempool"),
};

type Case = { readonly call: string; readonly path: Path; readonly name: string; readonly by: unknown };

function casesOf(chain: Chain): readonly Case[] {
  return Object.entries(GOOD[chain]).flatMap(([call, document]) =>
    [[], ...pathsOf(document)].flatMap((path: Path) =>
      Object.entries(REPLACEMENTS)
        .filter(([name]) => !isPossible(name, at(document, path)))
        .map(([name, by]) => ({ call, path, name, by })),
    ),
  );
}

/** Any text may be a text's value, and true a flag's. */
function isPossible(name: string, good: unknown): boolean {
  return (name.includes("string") && typeof good === "string") || (name === "true" && typeof good === "boolean");
}

const broken: Record<Chain, Case | undefined> = { wire: undefined, monero: undefined, chainweb: undefined };

/** What monerod is asked every five minutes only, unless it was started anew. */
const SELDOM = ["get_bans", "/get_limit", "/in_peers", "/out_peers"];
let starts = 0;

function goodAnswer(chain: Chain, key: string): unknown {
  const document = GOOD[chain][key];
  return key === "get_info" ? replaced(document, ["result", "start_time"], 1_767_000_000 + starts) : document;
}

const handler =
  (chain: Chain): Handler =>
  (call) => {
    const key = keyOf[chain](call);
    const document = goodAnswer(chain, key);
    if (document === undefined) return { status: 404 };
    const change = broken[chain];
    const body = text(change?.call === key ? replaced(document, change.path, change.by) : document);
    return { headers: { "content-type": "application/json" }, body };
  };

let nodes: readonly FaultyNode[];
/** One for each chain: their clocks hurry with each poll that a test wants, and a poll of another chain would miss that time. */
let exporters: ReadonlyMap<Chain, Observed>;
beforeAll(async () => {
  nodes = await Promise.all(CHAINS.map((chain) => startFaultyNode(handler(chain))));
  const started = CHAINS.map(async (chain, index) => {
    const url = nodes[index]?.url ?? "";
    const own = chain === "chainweb" ? { chainweb: { service_url: url, mempool_peers: true } } : {};
    return [chain, await observe([{ name: chain, chain, url, interval: "1h", timeout: "30s", ...own }])] as const;
  });
  exporters = new Map(await Promise.all(started));
});
afterAll(async () => {
  await Promise.all([...(exporters?.values() ?? [])].map((exporter) => exporter.stop()));
  await Promise.all(nodes.map((node) => node.close()));
});

function exporterOf(chain: Chain): Observed {
  const exporter = exporters.get(chain);
  if (exporter === undefined) throw new Error(`no exporter polls ${chain}`);
  return exporter;
}

/** One poll now, and what it put on the page: the values of each family by their labels. */
async function poll(chain: Chain): Promise<Shown> {
  const answer = await fetch(`${exporterOf(chain).url}/probe?node=${chain}`, { headers: { accept: "text/plain" } });
  const page = parseText(await answer.text());
  return new Map(
    page.families.map(({ name, samples }) => [name, new Map(samples.map((it) => [labelsOf(it), it.value]))]),
  );
}

type Shown = ReadonlyMap<string, ReadonlyMap<string, number>>;

const labelsOf = ({ labels }: Sample) => [...labels].map(([name, value]) => `${name}=${value}`).join();

/** What changes from poll to poll anyway, or tells of earlier polls, or of the failure. */
const VOLATILE =
  /^p2p_node_(?:failure_info|poll|last_success|clock_skew|peer_(?:dis)?connects)|^p2p_connection_start_|^p2p_monero_(?:start|connection_last)_|^p2p_wire_vanished_peers$/;

/** Counts of rows and of what they say: one that cannot be read is missing, or counts with those of which less is known. */
const COUNTS =
  /^p2p_node_(?:peers|connections|syncing_peers|peer_subnets|largest_subnet_peers|peers_by_\w+|syncing|up|api_up)$|^p2p_connection_syncing$|^p2p_(?:wire|monero)_peers_by|^p2p_monero_(?:public_rpc|sync_|bans)|^p2p_chainweb_(?:mempool_peers|peers_by)/;

/** Without its block times nothing bounds what the peers of a node may claim. */
const UNBOUNDED = /^p2p_node_(?:reference_height|head_lag_blocks)$/;

/** What is on the page although nobody said so. */
function untrue(shown: Shown, good: Shown): readonly string[] {
  const problems: string[] = [];
  for (const [family, samples] of shown) {
    const known = good.get(family) ?? new Map<string, number>();
    const sum = (of: ReadonlyMap<string, number>) => [...of.values()].reduce((total, value) => total + value, 0);
    for (const [labels, value] of samples) {
      if (!Number.isFinite(value)) problems.push(`${family} is ${value}`);
      if (value < 0 && family !== "p2p_node_clock_skew_seconds") problems.push(`${family} is ${value}`);
      const isSame = known.get(labels) === value || (!known.has(labels) && [...known.values()].includes(value));
      if (isSame || [VOLATILE, COUNTS, UNBOUNDED].some((names) => names.test(family))) continue;
      if (family === "p2p_node_connections_malformed" && value === 1) continue;
      problems.push(`${family} {${labels}} is ${value}, was ${known.get(labels)}`);
    }
    if (COUNTS.test(family) && sum(samples) > sum(known)) problems.push(`${family} counts ${sum(samples)}`);
  }
  return problems;
}

/** By which reason the last poll failed. */
function failedBy(shown: Shown, before: Shown): readonly string[] {
  const [now, then] = [shown, before].map((of) => of.get("p2p_node_poll_failures_total"));
  return [...(now ?? [])].filter(([labels, value]) => value !== then?.get(labels)).map(([labels]) => labels);
}

const { fault, reason, log } = NODE_FAULTS.wrongTypes;

/** Values with a meaning of their own: the status of an answer of monerod, the network of a cut. */
const MEANINGS = [`reason=${reason}`, "reason=rpc", "reason=wrong_network"];

test.concurrent.each(CHAINS)(`${fault}: %s`, async (chain) => {
  const good = await poll(chain);
  const problems: string[] = [];
  const reasons = new Map<string, number>();
  let before = good;
  const cases = casesOf(chain);
  for (const one of cases) {
    if (SELDOM.includes(one.call) || SELDOM.includes(broken[chain]?.call ?? "")) starts += 1;
    broken[chain] = one;
    const shown = await poll(chain);
    const name = `${one.call} ${one.path.join(".")} = ${one.name}`;
    problems.push(...untrue(shown, good).map((problem) => `${name}: ${problem}`));
    for (const labels of failedBy(shown, before)) {
      const reported = MEANINGS.find((meaning) => labels.includes(meaning)) ?? labels;
      reasons.set(reported, (reasons.get(reported) ?? 0) + 1);
      if (!MEANINGS.includes(reported)) problems.push(`${name}: failed by ${labels}`);
    }
    before = shown;
  }
  broken[chain] = undefined;
  expect(problems).toEqual([]);
  expect(cases.length).toBeGreaterThan(200);
  expect(reasons.get(`reason=${reason}`)).toBeGreaterThan(5);
  const mended = await poll(chain);
  expect([...good.keys()].filter((family) => !mended.has(family))).toEqual([]);
  const down = exporterOf(chain)
    .linesOf(chain)
    .filter((line) => line.reason === reason && line.api === "peers");
  expect(down.filter(({ msg }) => !matches(log, msg)).map(({ msg }) => msg)).toEqual([]);
  expect(
    exporterOf(chain)
      .linesOf(chain)
      .filter(({ level }) => level === "error"),
  ).toEqual([]);
});
