import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { startApp } from "../../src/app/app.ts";
import type { Config } from "../../src/config/model.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { parseListenAddress } from "../../src/server/listen-address.ts";
import { logSink } from "../poll/support.ts";
import { find, type Page, parseText, value } from "../support/exposition-parser.ts";
import { startFakeNode } from "../support/fake-node.ts";
import { tempFolder, waitFor } from "../support/servers.ts";
import { untilReady } from "../support/waits.ts";
import { CONNECTION, wellMonerod } from "../support/well-monerod.ts";

/** `connections` of nodes and modules in the whole program, and how a reload changes them. */

type Block = Readonly<Record<string, unknown>>;

function parse(raw: Block): Config {
  const parsed = parseConfig(raw, undefined);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.config;
}

const FULL = ["192.0.2.7:18080", "192.0.2.8:18080", "198.51.100.9:18080"];
const SUBNETS = ["192.0.0.0/16", "198.51.0.0/16"];

/** A monerod with three peers. */
async function monerod() {
  const handler = wellMonerod(
    () => FULL.map((address, index) => ({ ...CONNECTION, address, connection_id: `c${index}` })),
    () => 1_767_323_000,
  );
  const node = await startFakeNode(handler);
  onTestFinished(node.close);
  return node;
}

/** Starts the program; `reload` gives it another configuration. */
async function start(raw: Block) {
  let next = parse(raw);
  const { log, lines } = logSink();
  const app = await startApp({
    config: next,
    load: async () => next,
    addresses: [parseListenAddress("127.0.0.1:0")],
    telemetryPath: "/metrics",
    log,
  });
  onTestFinished(app.close);
  const url = app.addresses[0] ?? "";
  await untilReady({ url });
  return {
    url,
    lines,
    page: () => read(`${url}/metrics`),
    reload: (other: Block) => {
      next = parse(other);
      return app.reload("test");
    },
  };
}

async function read(url: string): Promise<Page> {
  const response = await fetch(url);
  expect(response.status).toBe(200);
  return parseText(await response.text());
}

/** The labels `peer` of the connections of a node, each once. */
function peersOf(page: Page, target: string): readonly (string | undefined)[] {
  return [...new Set(find(page, "p2p_connection_info", { target }).map(({ labels }) => labels.get("peer")))].sort();
}

test("each node has its own settings, and the shared ones where it sets none", async () => {
  const node = await monerod();
  const monero = (name: string, connections: Block = {}) => ({ name, chain: "monero", url: node.url, connections });
  const { page } = await start({
    connections: { address: "subnet" },
    nodes: [
      monero("shared"),
      monero("full", { address: "full" }),
      monero("few", { address: "full", max_per_node: 2 }),
      monero("slow", { address: "full", max_new_per_hour: 1 }),
      monero("off", { series: false }),
      monero("none", { address: "none" }),
    ],
  });
  const given = await page();
  expect(peersOf(given, "shared")).toEqual(SUBNETS);
  expect(peersOf(given, "full")).toEqual(FULL);
  expect(peersOf(given, "few")).toHaveLength(2);
  expect(value(given, "p2p_node_connections_omitted", { target: "few" })).toBe(1);
  expect(peersOf(given, "slow")).toHaveLength(1);
  expect(peersOf(given, "off")).toEqual([]);
  expect(peersOf(given, "none")).toEqual([undefined]);
});

describe("a reload", () => {
  test.each<[string, Block, Block, string]>([
    [
      "the shared settings",
      { connections: { address: "subnet" } },
      {},
      "nodes: 0 added, 2 changed, 0 removed, 0 unchanged",
    ],
    ["settings of its own", {}, { address: "subnet" }, "nodes: 0 added, 1 changed, 0 removed, 1 unchanged"],
  ])("applies %s with the next poll, and nothing of the node is lost", async (_, shared, own, summary) => {
    const node = await monerod();
    const base = { chain: "monero", url: node.url, interval: "1h", timeout: "2s" };
    const nodes = [
      { name: "a", ...base },
      { name: "b", ...base },
    ];
    const before = { connections: { address: "full" }, nodes };
    const { url, page, reload, lines } = await start(before);
    await fetch(`${url}/probe?node=a`);
    const earlier = await page();
    expect(peersOf(earlier, "a")).toEqual(FULL);
    const polls = (given: Page) => value(given, "p2p_node_polls_total", { target: "a" });
    expect(await reload({ ...before, ...shared, nodes: [{ ...nodes[0], connections: own }, nodes[1]] })).toEqual({
      ok: true,
      summary,
    });
    expect(lines.at(-1)?.msg).toBe(`configuration reloaded: ${summary}`);
    expect(await (await fetch(`${url}/config`)).text()).toContain("address: subnet");
    const later = await waitFor(async () => {
      const given = await page();
      return polls(given) > polls(earlier) && given;
    }, "the next poll, which comes soon");
    expect(peersOf(later, "a")).toEqual(SUBNETS);
    for (const name of ["p2p_node_peer_connects_total", "p2p_node_peer_disconnects_total"]) {
      expect(value(later, name, { target: "a", direction: "outbound" })).toBe(0);
    }
  });

  test("reads the files of hash keys again, also those of nodes that did not change", async () => {
    const node = await monerod();
    const file = join(tempFolder(), "key");
    writeFileSync(file, "0123456789abcdef");
    const connections = { address: "hashed", hash_key_file: file };
    const raw = { nodes: [{ name: "a", chain: "monero", url: node.url, interval: "1s", timeout: "1s", connections }] };
    const { page, reload } = await start(raw);
    const before = peersOf(await page(), "a");
    expect(before).toHaveLength(3);
    writeFileSync(file, "another key of hashes");
    expect(await reload(raw)).toMatchObject({ summary: "nodes: 0 added, 0 changed, 0 removed, 1 unchanged" });
    await waitFor(async () => `${peersOf(await page(), "a")}` !== `${before}`, "other pseudonyms");
  });
});

test("a target of /probe has the settings of its module", async () => {
  const node = await monerod();
  const module = (connections: Block) => ({ chain: "monero", connections });
  const probe = (full: Block) => ({
    allow: ["127.0.0.0/8:*"],
    modules: { shared: { chain: "monero" }, own: module(full), none: module({ address: "none" }) },
  });
  const raw = (full: Block) => ({ connections: { address: "subnet" }, nodes: [], probe: probe(full) });
  const { url, reload } = await start(raw({ address: "full" }));
  const target = `127.0.0.1:${node.port}`;
  const shown = async (name: string) => peersOf(await read(`${url}/probe?target=${target}&module=${name}`), target);
  expect(await shown("shared")).toEqual(SUBNETS);
  expect(await shown("own")).toEqual(FULL);
  expect(await shown("none")).toEqual([undefined]);
  await reload(raw({ series: false }));
  expect(await shown("own")).toEqual([]);
});
