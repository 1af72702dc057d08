import { describe, expect, test } from "vitest";
import { peerRows, peersJson } from "../../../src/cli/commands/peer-rows.ts";
import { peersText } from "../../../src/cli/commands/peers-text.ts";
import { PEER_COLUMNS, parseSortOrder } from "../../../src/cli/sort-order.ts";
import { harmlessJson } from "../../../src/lib/text/harmless.ts";
import { createStyle } from "../../../src/lib/text/terminal.ts";
import { parseAddress } from "../../../src/model/address.ts";
import { succeeded } from "../../../src/model/report.ts";
import { deadReport, failing, head, NOW, peers, report, row } from "../../poll/support.ts";
import { polledNode } from "./support.ts";

const STYLE = createStyle(false);

function text(...given: Parameters<typeof polledNode>): string {
  return peersText(polledNode(...given), {
    style: STYLE,
    isWide: false,
    sort: undefined,
    maxWidth: undefined,
    nowMs: NOW,
  });
}

const FAMILY = { name: "p2p_wire_x_info", type: "gauge", help: "", source: "", scope: "connection" } as const;

const IN = row({
  id: "in",
  address: parseAddress("203.0.113.7:18080"),
  height: 98,
  receivedBytes: 1536,
  sentBytes: 0,
  ageSeconds: 3700,
});
const OUT = row({ id: "out", direction: "outbound", address: parseAddress("203.0.113.10:18080"), height: 103 });
const BARE = row({ id: "bare", address: parseAddress("203.0.113.9:18080"), state: "handshaking", height: 0 });

test("a node with its peers: outbound first, only columns that have something to say", () => {
  const given = report({
    identity: { version: "0.18.4.4", network: "mainnet" },
    head: head(100, { timestampSeconds: NOW / 1000 - 30 }),
    peers: peers(IN, BARE, OUT),
  });
  expect(
    text(given),
  ).toBe(`node-1  monero 0.18.4.4, mainnet, head 100 (30s ago), lag 0, 2 peers: 1 in, 1 out, 1 not connected
  PEER                DIR  STATE        HEAD  DIFF       IN  OUT  SINCE
  203.0.113.10:18080  out  connected     103    +3        -    -      -
  203.0.113.7:18080   in   connected      98    -2  1.5 KiB  0 B   1h1m
  203.0.113.9:18080   in   handshaking     -     -        -    -      -
`);
});

test("a node without peers has no table", () => {
  expect(text(report())).toBe("node-1  monero, head 100, 0 peers\n");
});

test("a list of known peers has neither directions nor states", () => {
  const known = { id: "a", direction: "unknown", address: parseAddress("a.example:1789") } as const;
  expect(text(report({ peers: peers(known) }), { chain: "chainweb" })).toBe(
    "node-1  chainweb, head 100, 1 known peer\n  PEER\n  a.example:1789\n",
  );
});

test("known peers are not added to connections", () => {
  const known = ["a", "b"].map((id) => row({ id, direction: "unknown", address: parseAddress(`${id}.example:1789`) }));
  expect(text(report({ peers: peers(IN, OUT, ...known) }))).toContain(", 2 peers: 1 in, 1 out, 2 known peers\n");
});

test("a note says that heads of Wire are those of handshakes", () => {
  expect(text(report({ peers: peers(IN) }), { chain: "antelope" })).toContain("HEAD and DIFF as of the last handshake");
  expect(text(report({ peers: peers(IN) }))).not.toContain("handshake");
});

test("a node that is down reports the reason and the advice once", () => {
  expect(text(deadReport())).toBe(`node-1 DOWN  monero at http://192.0.2.10:18081
  peers connect: the call failed (connect)
        → change something
`);
});

test("a failing API is reported next to the results of the others", () => {
  const shown = text(report({ peers: peers(IN), head: failing("timeout"), apis: new Map([["bans", failing("rpc")]]) }));
  expect(shown).toMatch(/^node-1 {2}monero, head not known, 1 peer: 1 in, 0 out\n {2}head timeout: .*\n {7}→ change/);
  expect(shown).toContain("  bans rpc: the call failed (rpc)\n       → change something\n");
  expect(shown).toContain("203.0.113.7:18080");
});

test("rows that could not be read are counted", () => {
  const shown = text(report({ peers: succeeded({ connections: [IN], malformed: 2 }) }));
  expect(shown).toContain("1 peer: 1 in, 0 out, 2 rows of the peer list not readable");
});

test("texts that peers chose contain no escape sequence and no change of direction", () => {
  const evil = "\u001b[2J\u009b31m\u202ecod\u2066\r\n";
  const given = report({
    identity: { version: evil, network: evil },
    peers: peers(row({ agent: evil, address: { host: evil, type: "unknown" } })),
    head: failing("rpc", { message: `found ${evil}`, advice: `do ${evil}` }),
  });
  const shown = text(given);
  expect(shown).not.toMatch(/[\p{Cf}\x00-\x09\x0b-\x1f\x7f-\x9f]/u);
  expect(shown.split("\n")).toHaveLength(6);
  const json = JSON.stringify(peersJson([polledNode(given)], undefined, NOW));
  expect(JSON.parse(harmlessJson(json))).toEqual(JSON.parse(json));
  expect(harmlessJson(json)).not.toMatch(/[\p{Cf}\x00-\x1f\x7f-\x9f]/u);
});

test("a narrow terminal cuts names and agents", () => {
  const long = row({
    address: parseAddress("a-peer-with-a-very-long-name.example.org:9876"),
    agent: "An agent of many words",
  });
  const shown = peersText(polledNode(report({ peers: peers(long) })), {
    style: STYLE,
    isWide: false,
    sort: undefined,
    maxWidth: 60,
    nowMs: NOW,
  });
  for (const line of shown.split("\n").slice(1)) expect(line.length).toBeLessThanOrEqual(60);
  expect(shown).toContain("…");
});

test("wide: every column, whatever the terminal and the values, and no spaces in a cell", () => {
  const info = { family: { ...FAMILY, labels: ["mode", "empty", "note"] }, labels: ["full", "", "two words"] };
  const named = row({
    address: { ...parseAddress("a-peer-with-a-very-long-name.example.org:9876"), ip: "192.0.2.9" },
    ...{ agent: "An agent", receivedBytes: 1536, latencySeconds: 0.0123, chainId: "a".repeat(64), info },
  });
  const [, title = "", line = ""] = peersText(polledNode(report({ peers: peers(named) })), {
    ...{ style: STYLE, isWide: true, sort: undefined, maxWidth: 60, nowMs: NOW },
  }).split("\n");
  const cells = (text: string) => text.trim().split(/ +/);
  expect(Object.fromEntries(cells(title).map((name, index) => [name, cells(line)[index]]))).toEqual({
    ...{ PEER: "a-peer-with-a-very-long-name.example.org:9876", DIR: "in", STATE: "connected", AGENT: "An_agent" },
    ...{ HEAD: "-", DIFF: "-", IN: "1.5KiB", OUT: "-", SINCE: "-", LATENCY: "12.3ms", SYNC: "-" },
    ...{ TYPE: "unknown", IP: "192.0.2.9", NETWORK: "aaaaaaaa\u2026", INFO: "mode=full,note=two_words" },
  });
  expect(cells(line)).toHaveLength(cells(title).length);
});

test("on a terminal the first line of a node is wrapped at words", () => {
  const given = report({ identity: { version: "0.18.4.4", network: "mainnet" }, peers: failing("connect") });
  const shown = peersText(polledNode(given), {
    ...{ style: STYLE, isWide: false, sort: undefined, maxWidth: 40, nowMs: NOW },
  });
  expect(shown.split("\n").slice(0, 2)).toEqual(["node-1 DOWN  monero 0.18.4.4,", "    mainnet, head 100"]);
});

describe("sorted by", () => {
  const rows = [
    row({ id: "1", address: parseAddress("192.0.2.10:1"), height: 5, receivedBytes: 10, ageSeconds: 60, agent: "b" }),
    row({ id: "2", address: parseAddress("192.0.2.9:1"), direction: "outbound", height: 7, ageSeconds: 600 }),
    row({ id: "3", address: parseAddress("192.0.2.1:1"), receivedBytes: 99, agent: "a" }),
  ];
  const order = (column: string) =>
    peerRows(polledNode(report({ peers: peers(...rows) })), parseSortOrder(column, PEER_COLUMNS)).map(
      ({ connection }) => connection.id,
    );

  test.each([
    ["peer", "3 2 1"],
    ["-peer", "1 2 3"],
    ["direction", "3 1 2"],
    ["head", "2 1 3"],
    ["-head", "1 2 3"],
    ["difference", "2 1 3"],
    ["in", "3 1 2"],
    ["since", "2 1 3"],
    ["agent", "3 1 2"],
    ["latency", "2 3 1"],
  ])("%s", (column, expected) => {
    expect(order(column).join(" ")).toBe(expected);
  });
});

test("the JSON document has the keys that docs/cli.md promises, and leaves out what is not known", () => {
  const given = report({
    identity: { version: "0.18.4.4", network: "mainnet" },
    head: head(100, { timestampSeconds: NOW / 1000 }),
    peers: peers(IN),
    apis: new Map([["bans", failing("rpc")]]),
  });
  expect(JSON.parse(JSON.stringify(peersJson([polledNode(given), polledNode(deadReport())], undefined, NOW)))).toEqual({
    time: "2026-01-02T03:04:05.000Z",
    nodes: [
      {
        name: "node-1",
        chain: "monero",
        url: "http://192.0.2.10:18081",
        labels: {},
        up: true,
        poll_seconds: 0.25,
        version: "0.18.4.4",
        network: "mainnet",
        head: { height: 100, timestamp_seconds: NOW / 1000, lag_blocks: 0 },
        failures: [{ api: "bans", reason: "rpc", message: "the call failed (rpc)", advice: "change something" }],
        malformed_rows: 0,
        peers: [
          {
            peer: "203.0.113.7:18080",
            address_type: "ipv4",
            direction: "inbound",
            state: "connected",
            head_height: 98,
            head_difference: -2,
            receive_bytes: 1536,
            transmit_bytes: 0,
            start_timestamp_seconds: NOW / 1000 - 3700,
          },
        ],
      },
      {
        name: "node-1",
        chain: "monero",
        url: "http://192.0.2.10:18081",
        labels: {},
        up: false,
        poll_seconds: 0.25,
        failures: [
          { api: "peers", reason: "connect", message: "the call failed (connect)", advice: "change something" },
        ],
      },
    ],
  });
});
