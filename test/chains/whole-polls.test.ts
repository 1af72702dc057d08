import { describe, expect, test } from "vitest";
import type { PollRequest } from "../../src/chains/adapter.ts";
import { type ChainName, chains, FIRST_NAMES } from "../../src/chains/index.ts";
import type { NodeReport } from "../../src/model/report.ts";
import { CORE_30, INFO } from "./bitcoin/answers.ts";
import { hashOf, header } from "./chainweb/support.ts";
import { openInMemory, poll } from "./sessions.ts";
import { fixture, fixtureText, jsonReply, type Reply } from "./support.ts";

/** A poll of a healthy node of each chain with every option that adds a call. */

type WholePoll = {
  /** By a part of the request. */
  readonly answers: Readonly<Record<string, Reply>>;
  readonly options?: object;
  readonly request: PollRequest;
  readonly blockSeconds: number;
};

const HASH = hashOf("a block of another node");

const POLLS: Partial<Record<ChainName, WholePoll>> = {
  wire: {
    answers: {
      "net/connections": jsonReply(fixture("wire/w4.json")),
      get_info: jsonReply(fixture("wire/get_info.spring-1.2.json")),
      get_block_info: jsonReply({ block_num: 700, id: `000002bc${"ab".repeat(28)}` }),
      "prometheus/metrics": { body: fixtureText("wire/prometheus.w4.txt") },
    },
    options: { prometheus_url: "http://127.0.0.1:8889" },
    request: { block: { height: 700 } },
    blockSeconds: 0.5,
  },
  monero: {
    answers: {
      get_block_header_by_height: jsonReply({
        result: { status: "OK", block_header: { height: 700, hash: "ab".repeat(32) } },
      }),
      get_info: jsonReply(fixture("monero/get_info.json")),
      get_connections: jsonReply(fixture("monero/get_connections.json")),
      get_last_block_header: jsonReply(fixture("monero/get_last_block_header.json")),
      get_net_stats: jsonReply(fixture("monero/get_net_stats.json")),
      get_bans: jsonReply(fixture("monero/get_bans.json")),
      get_limit: jsonReply(fixture("monero/get_limit.json")),
      in_peers: jsonReply(fixture("monero/in_peers.json")),
      out_peers: jsonReply(fixture("monero/out_peers.json")),
      sync_info: jsonReply(fixture("monero/sync_info.json")),
    },
    request: { block: { height: 700 } },
    blockSeconds: 120,
  },
  chainweb: {
    answers: {
      "mempool/peer": jsonReply(fixture("chainweb/peers.page2.json")),
      "cut/peer": jsonReply(fixture("chainweb/peers.page2.json")),
      "header/": jsonReply(header(HASH, 7n, 3, 700n)),
      "/info": jsonReply(fixture("chainweb/info.3.2.json")),
      cut: jsonReply(fixture("chainweb/cut.20chains.json")),
    },
    options: {
      ...{ mempool_peers: true, tip_age: true, service_url: "http://127.0.0.1:1848" },
      probe: { peers: 2, allow: ["0.0.0.0/0", "::/0"] },
    },
    request: { block: { chain: "0", height: 700, hash: HASH } },
    blockSeconds: 1.5,
  },
  bitcoin: {
    // Releases before 23 do not send the time of the head, so its header is asked for as well.
    answers: Object.fromEntries(
      Object.entries({ ...CORE_30, getblockchaininfo: { ...INFO, time: undefined } }).map(([method, result]) => [
        `"${method}"`,
        jsonReply({ result, error: null, id: "0" }),
      ]),
    ),
    request: { block: { height: 700 } },
    blockSeconds: 600,
  },
};

async function pollWhole(chain: ChainName, missing = "", headOnly = false): Promise<NodeReport> {
  const { answers, options, request } = wholePoll(chain);
  const session = openInMemory(
    chain,
    ({ path, body = "" }) => {
      const key = Object.keys(answers).find((part) => `${path} ${body}`.includes(part));
      return (key === undefined || key === missing ? undefined : answers[key]) ?? { status: 500 };
    },
    options,
    headOnly,
  );
  return poll(session, undefined, request);
}

function wholePoll(chain: ChainName): WholePoll {
  const whole = POLLS[chain];
  if (whole === undefined) throw new Error(`no whole poll of ${chain}`);
  return whole;
}

describe.each(FIRST_NAMES.map((name) => [name]))("%s", (name) => {
  test("calls every API that the adapter names, and no other", async () => {
    const { apis } = await pollWhole(name);
    expect(["peers", "head", ...apis.keys()].sort()).toEqual([...chains[name].apis].sort());
  });

  test("a node is behind by the same rule on every chain: by more blocks than come in 90 s, and by more than 5", async () => {
    const { blockSeconds = 0 } = await pollWhole(name);
    expect(blockSeconds).toBe(wholePoll(name).blockSeconds);
    expect(chains[name].usualLagBlocks).toBe(Math.max(5, 90 / blockSeconds));
  });
});

test.each(FIRST_NAMES.map((name) => [name]))(
  "a reference of %s knows the time between blocks as well",
  async (name) => {
    const { blockSeconds, peers } = await pollWhole(name, "", true);
    expect([peers.ok, blockSeconds]).toEqual([false, wholePoll(name).blockSeconds]);
  },
);

test.each<[ChainName, string, number | undefined]>([
  // A constant of the chain.
  ["wire", "get_info", 0.5],
  ["wire", "net/connections", 0.5],
  // The network, and so its target, is not known.
  ["monero", "get_info", undefined],
  ["monero", "get_connections", 120],
  // The number of chains is not known.
  ["chainweb", "cut", undefined],
  ["chainweb", "cut/peer", 1.5],
  ["chainweb", "/info", 1.5],
  // The network is not known.
  ["bitcoin", '"getblockchaininfo"', undefined],
  ["bitcoin", '"getpeerinfo"', 600],
  ["bitcoin", '"getnetworkinfo"', 600],
])("%s without %s has blocks every %s s", async (name, missing, seconds) => {
  expect((await pollWhole(name, missing)).blockSeconds).toBe(seconds);
});
