import { describe, expect, test } from "vitest";
import type { ChainInfo } from "../../../src/chains/wire/info.ts";
import { nodeSamples } from "../../../src/chains/wire/node-samples.ts";
import type { Fields } from "../support.ts";
import { CHAIN_ID, changedRow, DIALECTS, decodeAll, OTHER_CHAIN_ID, rowsOf, shown } from "./support.ts";

const INFO: ChainInfo = {
  identity: { chainId: CHAIN_ID },
  head: { height: 1000, finalHeight: 997 },
  blocks: [],
  forkDbHeadHeight: 1004,
  earliestBlock: 1,
};
const NOTHING = { rows: undefined, info: undefined, page: undefined };
const [outbound, inbound] = rowsOf("s12-spring-1.2-w2");

function samplesOf(rows: readonly unknown[], info: ChainInfo = INFO) {
  return shown(nodeSamples({ ...NOTHING, rows: decodeAll(rows), info }, []));
}

describe("of get_info", () => {
  const of = (info: Partial<ChainInfo>) => shown(nodeSamples({ ...NOTHING, info: { ...INFO, ...info } }, undefined));

  test("fork database, block log", () => {
    expect(of({})).toEqual({ fork_db_head_height: 1004, earliest_available_block: 1 });
  });

  test("what an old node does not send is absent", () => {
    expect(of({ head: { height: 1000 }, forkDbHeadHeight: undefined, earliestBlock: undefined })).toEqual({});
  });
});

test("nothing is known of a node that does not answer", () => {
  expect(nodeSamples(NOTHING, undefined)).toEqual([]);
  expect(shown(nodeSamples({ ...NOTHING, rows: [] }, []))).toEqual({ duplicate_links: 0, vanished_peers: 0 });
});

test("of the plugin", () => {
  const page = {
    connections: new Map(),
    failedConnections: 214,
    droppedTransactions: undefined,
    requests: 3,
    receivedMs: 5999,
  };
  expect(shown(nodeSamples({ ...NOTHING, page }, undefined))).toEqual({
    failed_connections_total: 214,
    plugin_page_timestamp_seconds: 5,
  });
});

describe("duplicate links", () => {
  const closed = { is_socket_open: false, connecting: false };
  const claims = (p2p_address: string) => changedRow(inbound, {}, { p2p_address });
  const dead = (peer: string, state: object = closed) => changedRow(outbound, { ...state, peer });
  const twin = claims("p2p-x.example:9876 - 6709920");

  test.each<[string, readonly Fields[], number]>([
    ["the inbound row is of the dead row's peer", [dead("p2p-x.example:9876"), twin], 1],
    ["the kind does not count", [dead("p2p-x.example:9876:blk"), claims("p2p-x.example:9876:trx - 6709920")], 1],
    ["while it is dialled again", [dead("p2p-x.example:9876", { is_socket_open: false, connecting: true }), twin], 1],
    ["two dead rows", [dead("p2p-x.example:9876"), dead("p2p-x.example:9876:blk"), twin], 2],
    ["no dead row", [changedRow(outbound, { peer: "p2p-x.example:9876" }), twin], 0],
    ["another port", [dead("p2p-x.example:9877"), twin], 0],
    ["the inbound row is closed as well", [dead("p2p-x.example:9876"), changedRow(twin, closed)], 0],
    ["only an outbound row claims it", [dead("p2p-x.example:9876"), changedRow(outbound, { peer: "y:1" })], 0],
    ["a peer that claims nothing", [dead("p2p-x.example:9876"), claims("")], 0],
  ])("%s", (_, rows, count) => {
    expect(samplesOf(rows)).toMatchObject({ duplicate_links: count });
  });
});

describe("peers on another chain", () => {
  const other = changedRow(outbound, {}, { chain_id: OTHER_CHAIN_ID });

  test("connected rows count", () => {
    expect(samplesOf([{ ...outbound }, { ...inbound }])).toMatchObject({ wrong_chain_peers: 0 });
    expect(samplesOf([{ ...outbound }, other, other])).toMatchObject({ wrong_chain_peers: 2 });
    expect(samplesOf([changedRow(other, { connecting: true })])).toMatchObject({ wrong_chain_peers: 0 });
  });

  test("a chain id of zeros is ignored", () => {
    expect(samplesOf([changedRow(outbound, {}, { chain_id: "0".repeat(64) })])).toMatchObject({ wrong_chain_peers: 0 });
  });

  test("unknown when the node's own chain is", () => {
    expect(Object.keys(samplesOf([other], { ...INFO, identity: {} }))).not.toContain("wrong_chain_peers");
  });

  test.each(DIALECTS)("%s", (dialect) => {
    expect(samplesOf(rowsOf(dialect))).toMatchObject({ wrong_chain_peers: dialect === "l5-leap-5.0-w1" ? 1 : 0 });
  });
});
