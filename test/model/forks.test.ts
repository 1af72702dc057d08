import { createHash } from "node:crypto";
import { describe, expect, onTestFinished, test } from "vitest";
import { header } from "../chains/chainweb/support.ts";
import { find, type Page, parseText } from "../support/exposition-parser.ts";
import { type Clock, startClock } from "./clock.ts";
import { startExporter } from "./exporter.ts";
import { fields, json, type Server } from "./http.ts";

/** Forks as the real adapters and the real poller see them, on simulated nodes of each chain. */

type Chain = "wire" | "monero" | "chainweb";

/** A node of a simulated chain. It may change while polls go on. */
type SimulatedNode = {
  readonly name: string;
  /** From which block on it is on another branch; undefined: never. */
  forkedFrom?: number | undefined;
  branch?: string;
  /** Blocks that it is behind. */
  behind?: number;
  /** A branch may have stopped: the height that it does not pass. */
  stoppedAt?: number;
};

const START_MS = Date.UTC(2026, 0, 2);
const START_HEIGHT = 1_000_000;
const BLOCK_SECONDS: Readonly<Record<Chain, number>> = { wire: 0.5, monero: 120, chainweb: 30 };
const BEHIND = 100;
const CHAINS = ["0", "1", "2"];
/** How far back a node finds a block by its hash. */
const SEARCHED = 5000;

type World = {
  readonly chain: Chain;
  readonly clock: Clock;
  /** The coin: all of them call their network alike. */
  readonly coin?: string;
};

function heightOf(
  { chain, clock }: World,
  { behind = 0, stoppedAt = Number.POSITIVE_INFINITY }: SimulatedNode,
): number {
  const made = Math.floor((clock.nowMs() - START_MS) / 1000 / BLOCK_SECONDS[chain]);
  return Math.min(START_HEIGHT + made - behind, stoppedAt);
}

/** The digests of this file, which are asked for again and again. */
const digests = new Map<string, Buffer>();

function digest(world: World, node: SimulatedNode, height: number, braided = ""): Buffer {
  const branch = height >= (node.forkedFrom ?? Number.POSITIVE_INFINITY) ? (node.branch ?? node.name) : "main";
  const text = `${world.coin} ${world.chain} ${braided} ${branch} ${height}`;
  const known = digests.get(text) ?? createHash("sha256").update(text).digest();
  digests.set(text, known);
  return known;
}

const hex = (world: World, node: SimulatedNode, height: number) => digest(world, node, height).toString("hex");

function wireId(world: World, node: SimulatedNode, height: number): string {
  return height.toString(16).padStart(8, "0") + hex(world, node, height).slice(8);
}

function wireServer(world: World, node: SimulatedNode): Server {
  return ({ path, body }) => {
    const head = heightOf(world, node);
    if (path === "/v1/net/connections") return json([], 201);
    if (path === "/v1/chain/get_info") {
      return json({
        ...{ chain_id: "ab".repeat(32), head_block_num: head, head_block_id: wireId(world, node, head) },
        ...{ last_irreversible_block_num: head - 3, last_irreversible_block_id: wireId(world, node, head - 3) },
        head_block_time: new Date(world.clock.nowMs() - (node.behind ?? 0) * 500).toISOString().slice(0, -1),
      });
    }
    const { block_num: number } = fields(JSON.parse(body));
    if (path !== "/v1/chain/get_block_info" || typeof number !== "number") throw new Error(path);
    if (number > head) return json({ code: 400, message: "Unknown Block", error: { code: 3_100_002 } }, 400);
    return json({ block_num: number, id: wireId(world, node, number) });
  };
}

function moneroServer(world: World, node: SimulatedNode): Server {
  return ({ body }) => {
    const height = heightOf(world, node) + 1;
    const { method, params } = fields(JSON.parse(body));
    const headerAt = (number: number) => ({
      block_header: {
        ...{ height: number, hash: hex(world, node, number), prev_hash: hex(world, node, number - 1) },
        timestamp: START_MS / 1000 + (number - START_HEIGHT) * 120,
      },
    });
    const results: Readonly<Record<string, object>> = {
      get_info: {
        ...{ height, top_block_hash: hex(world, node, height - 1), nettype: "mainnet", target: 120 },
        ...{ synchronized: true, target_height: 0, restricted: true },
      },
      get_last_block_header: headerAt(height - 1),
      get_block_header_by_height: headerAt(Number(fields(params).height)),
    };
    const result = results[String(method)];
    return result === undefined
      ? json({ id: "0", jsonrpc: "2.0", error: { code: -32601, message: "Method not found" } })
      : json({ id: "0", jsonrpc: "2.0", result: { status: "OK", untrusted: false, ...result } });
  };
}

function chainwebServer(world: World, node: SimulatedNode): Server {
  const hashAt = (braided: string, height: number) => digest(world, node, height, braided).toString("base64url");
  return ({ path }) => {
    const height = heightOf(world, node);
    if (path.includes("/cut/peer")) return json({ items: [], limit: 0, next: null });
    if (path.endsWith("/cut")) {
      const hashes = Object.fromEntries(CHAINS.map((each) => [each, { height, hash: hashAt(each, height) }]));
      return json({ hashes, height: height * CHAINS.length, instance: "mainnet01" });
    }
    const [, braided = "", hash = ""] = /\/chain\/(\d+)\/header\/(.+)$/.exec(path) ?? [];
    for (let at = height; at > height - SEARCHED; at -= 1) {
      if (hashAt(braided, at) === hash) return json(header(hash, 7n, 3, BigInt(at)));
    }
    return json({ key: hash, reason: "key not found" }, 404);
  };
}

const SERVERS = { wire: wireServer, monero: moneroServer, chainweb: chainwebServer };

type Entry = { readonly node: SimulatedNode; readonly coin?: string; readonly more?: object };

const INTERVAL_MS = 30_000;

async function simulate(chain: Chain, entries: readonly Entry[]) {
  const clock = startClock(START_MS);
  onTestFinished(() => clock.stop());
  const origin = (name: string) => `http://${name}.example:8080`;
  const servers = new Map(
    entries.map(({ node, coin = "coin" }) => [origin(node.name), SERVERS[chain]({ chain, clock, coin }, node)]),
  );
  const nodes = entries.map(({ node: { name }, more }) => ({ name, chain, url: origin(name), ...more }));
  const exporter = await startExporter({ nodes, global: { interval: `${INTERVAL_MS / 1000}s` } }, servers, clock);
  onTestFinished(() => exporter.close());

  /** Goes on for some minutes and gives the page after each poll, where it is wanted: to parse it takes longer than the poll. */
  async function* run(minutes: number): AsyncGenerator<() => Page> {
    for (let passed = 0; passed < minutes * 60_000; passed += INTERVAL_MS) {
      for (const { node } of entries) {
        await exporter.poll(node.name);
        yield () => parsePage(exporter.page());
        clock.advance(INTERVAL_MS / entries.length);
      }
    }
  }

  return {
    clock,
    run,
    async pageAfter(minutes: number): Promise<Page> {
      for await (const _ of run(minutes));
      return parsePage(exporter.page());
    },
    heightOf: (node: SimulatedNode) => heightOf({ chain, clock }, node),
  };
}

/** The families that these tests look at. */
const LOOKED_AT = /^(?:# (?:HELP|TYPE) )?p2p_node_(?:forked|head_lag_blocks|reference_height|info)[ {]/;

function parsePage(text: string): Page {
  const lines = text.split("\n").filter((line) => LOOKED_AT.test(line));
  return parseText(`${lines.join("\n")}\n`);
}

function valuesOf(page: Page, name: string, targets: readonly SimulatedNode[]): readonly (number | undefined)[] {
  return targets.map((node) => find(page, name, { target: node.name })[0]?.value);
}

describe.each(["wire", "monero", "chainweb"] as const)("%s", (chain) => {
  const lagOf = (blocks: number) => (chain === "chainweb" ? blocks * CHAINS.length : blocks);

  test("nodes of one branch are never forked, also some blocks behind each other", async () => {
    const nodes = [{ name: "a" }, { name: "b", behind: 1 }, { name: "c", behind: 3 }];
    const { run } = await simulate(
      chain,
      nodes.map((node) => ({ node })),
    );
    for await (const page of run(12)) {
      for (const forked of valuesOf(page(), "p2p_node_forked", nodes)) expect(forked ?? 0).toBe(0);
    }
  });

  test("one that leaves is forked within minutes, the others are not, and it is no more when it is back", async () => {
    const nodes: readonly SimulatedNode[] = [{ name: "a" }, { name: "b" }, { name: "c" }];
    const leaver = nodes[2];
    if (leaver === undefined) throw new Error("no node");
    const { pageAfter, heightOf } = await simulate(
      chain,
      nodes.map((node) => ({ node })),
    );
    expect(valuesOf(await pageAfter(12), "p2p_node_forked", nodes)).toEqual([0, 0, 0]);
    leaver.forkedFrom = heightOf(leaver) + 1;
    const apart = await pageAfter(12);
    expect(valuesOf(apart, "p2p_node_forked", nodes)).toEqual([0, 0, 1]);
    leaver.forkedFrom = undefined;
    expect(valuesOf(await pageAfter(12), "p2p_node_forked", nodes)).toEqual([0, 0, 0]);
  });

  test("a branch that stopped long ago has no lag to the other one, and is forked", async () => {
    const stoppedAt = START_HEIGHT - 400;
    const old = { branch: "old", forkedFrom: stoppedAt - 300, stoppedAt };
    const nodes = [{ name: "a" }, { name: "b" }, { name: "old", ...old }];
    const { run } = await simulate(
      chain,
      nodes.map((node) => ({ node })),
    );
    let last: Page | undefined;
    for await (const page of run(12)) {
      last = page();
      const [lag] = valuesOf(last, "p2p_node_head_lag_blocks", nodes.slice(2));
      // Nodes of one chain id are compared until blocks show that they are apart.
      if (chain !== "wire") expect(lag).toBeUndefined();
    }
    if (last === undefined) throw new Error("nothing was polled");
    expect(valuesOf(last, "p2p_node_forked", nodes)).toEqual([0, 0, 1]);
    expect(valuesOf(last, "p2p_node_head_lag_blocks", nodes)[2]).toBeUndefined();
    expect(valuesOf(last, "p2p_node_head_lag_blocks", nodes.slice(0, 2))).toEqual([0, 0]);
  });

  test("one that is behind on the same branch has its lag", async () => {
    const nodes = [{ name: "a" }, { name: "b" }, { name: "behind", behind: BEHIND }];
    const { pageAfter } = await simulate(
      chain,
      nodes.map((node) => ({ node })),
    );
    const [a, b, behind = 0] = valuesOf(await pageAfter(12), "p2p_node_head_lag_blocks", nodes);
    // Nodes are polled one after the other.
    const between = lagOf(Math.ceil(INTERVAL_MS / 1000 / BLOCK_SECONDS[chain]));
    for (const lag of [a, b]) expect(lag).toBeLessThanOrEqual(between);
    expect(Math.abs(behind - lagOf(BEHIND))).toBeLessThanOrEqual(between);
  });
});

test("two coins that call their network mainnet never share a reference", async () => {
  const nodes = [{ name: "a" }, { name: "b" }, { name: "other", behind: 700_000 }];
  const entries = nodes.map((node) => ({ node, coin: node.name === "other" ? "other coin" : "coin" }));
  const { run } = await simulate("monero", entries);
  for await (const read of run(12)) {
    const page = read();
    expect(find(page, "p2p_node_reference_height", { target: "other" })).toEqual([]);
    expect(find(page, "p2p_node_head_lag_blocks", { target: "other" })).toEqual([]);
    for (const lag of valuesOf(page, "p2p_node_head_lag_blocks", nodes.slice(0, 2))) expect(lag ?? 0).toBeLessThan(2);
  }
});

test("a network that is set by hand parts and joins nodes, whatever they report", async () => {
  const nodes = [{ name: "a" }, { name: "b", behind: 9 }, { name: "c", behind: 500 }];
  const entries = nodes.map((node) => ({ node, more: { network: node.name === "c" ? "two" : "one" } }));
  const page = await (await simulate("monero", entries)).pageAfter(5);
  expect(valuesOf(page, "p2p_node_head_lag_blocks", nodes)).toEqual([0, 9, undefined]);
  expect(find(page, "p2p_node_info", { network: "one" }).map(({ labels }) => labels.get("target"))).toEqual(["a", "b"]);
});
