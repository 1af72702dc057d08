import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { fields, fixture, fixtureResult, list } from "../chains/support.ts";
import { type Page, value } from "../support/exposition-parser.ts";
import type { Answer, OnSocket, ReceivedRequest } from "../support/fake-node.ts";
import { CHUNKED, endlessBody, endlessBytes } from "../support/faults.ts";
import type { Fault } from "./faulty-node.ts";
import { answer, each, type Injection, one, socket } from "./injection.ts";
import { describeFaults } from "./suite.ts";
import { type Chain, WELL } from "./well-nodes.ts";

/** Answers that would exhaust a program that takes all of them. */

const MIB = 1024 * 1024;
const member = gzipSync(Buffer.alloc(16 * MIB));
const GIB_IN_GZIP = Buffer.concat(Array.from({ length: 64 }, () => member));

/** A whole answer of 50 MiB, as fast as the client reads. */
const fiftyMiB: OnSocket = (connection) => {
  const chunk = Buffer.alloc(MIB, "x");
  let sent = 0;
  const pump = () => {
    while (sent < 50 && connection.writable) {
      sent += 1;
      if (!connection.write(chunk)) return;
    }
  };
  connection.on("drain", pump);
  connection.once("data", () => {
    connection.write(`HTTP/1.1 200 OK\r\nContent-Length: ${50 * MIB}\r\n\r\n`);
    pump();
  });
};

const rowsText = (count: number, row: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => row(i)).join(",");

/** A peer list of each chain with these rows, by their text; the rest of the node is well. */
function withRows(chain: Chain, rows: string): Fault {
  switch (chain) {
    case "wire":
      return { answer: (call) => (call.url.includes("/net/") ? { body: `[${rows}]` } : WELL.wire(call)) };
    case "monero": {
      const body = `{"id":"0","jsonrpc":"2.0","result":{"status":"OK","connections":[${rows}]}}`;
      return { answer: (call) => (call.body.includes("get_connections") ? { body } : WELL.monero(call)) };
    }
    case "chainweb":
      return {
        answer: (call) =>
          call.url.includes("/cut/peer") ? { body: `{"limit":1,"items":[${rows}],"next":null}` } : WELL.chainweb(call),
      };
  }
}

const millionRows = rowsText(1_000_000, () => "{}");

/** As many of these as an answer may have bytes. */
const filled = (part: string) => part.repeat(Math.floor((3 * MIB - 10) / part.length));

const DEEP = "[".repeat(MIB) + "]".repeat(MIB);
const KEYS = `{${rowsText(250_000, (index) => `"${index.toString(36)}x":0`)}}`;

/** Well more than nodes have; a row has 0.8 KB. */
const PEERS = 1500;
/** The default of connections.max_per_node. */
const SHOWN = 100;

const wireRow = fields(list(fixture("wire/w4.json"))[0]);
const moneroRow = fields(list(fixtureResult("monero/get_connections.json").connections)[0]);

/** As the node's own rows, each from an address of its own. */
function manyRows(chain: Chain): string {
  const host = (index: number) => `1.2.${index >> 8}.${index & 255}`;
  switch (chain) {
    case "wire":
      return rowsText(PEERS, (i) => JSON.stringify({ ...wireRow, peer: `${host(i)}:9876` }));
    case "monero":
      return rowsText(PEERS, (i) =>
        JSON.stringify({
          ...moneroRow,
          address: `${host(i)}:18080`,
          connection_id: `c${i}`,
          state: i === 0 ? "synchronizing" : "normal",
        }),
      );
    case "chainweb":
      return rowsText(PEERS, (i) => JSON.stringify({ id: null, address: { hostname: host(i), port: 1789 } }));
  }
}

const PEER_CALLS: Readonly<Record<Chain, (call: ReceivedRequest) => boolean>> = {
  wire: ({ url }) => url.includes("/net/"),
  monero: ({ body }) => body.includes("get_connections"),
  chainweb: ({ url }) => url.includes("/cut/peer"),
};

/** A node that is well but for its peer list. */
function asPeers(chain: Chain, given: Answer): Fault {
  return { answer: (call) => (PEER_CALLS[chain](call) ? given : WELL[chain](call)) };
}

const many = each("manyPeers", (chain) => withRows(chain, manyRows(chain)), { left: "all" });

const HEAVY: readonly Injection[] = [
  ...each("endless", socket(endlessBody("["))),
  ...each("huge", socket(fiftyMiB)),
  ...each("gzipBomb", (chain) => asPeers(chain, { headers: { "content-encoding": "gzip" }, body: GIB_IN_GZIP }), {
    left: "head",
  }),
  ...each("millionRows", (chain) => withRows(chain, millionRows), { left: "head" }),
  ...each("deepNesting", answer({ body: DEEP })),
  ...each("tinyChunks", socket(endlessBytes(CHUNKED, "1\r\n[\r\n"))),
  one("interimAnswers", "wire", socket(endlessBytes("", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"))),
  one("chunkExtensions", "monero", socket(endlessBytes(`${CHUNKED}2;x=`, "y"))),
  one("endlessTrailers", "chainweb", socket(endlessBytes(`${CHUNKED}2\r\n{}\r\n0\r\n`, "X-Trailer: yes\r\n"))),
  one("manyKeys", "wire", answer({ body: KEYS })),
  one("manyStrings", "monero", answer({ body: `[${filled('"",')}0]` })),
  one("manyNumbers", "chainweb", answer({ body: `[${filled("0,")}0]` })),
  one("manyFloats", "wire", answer({ body: `[${filled("1e-9,")}0]` })),
  one("controlCharacters", "monero", asPeers("monero", { body: `["${filled("\u0001")}"]` }), { left: "head" }),
  one("unknownEscapes", "wire", asPeers("wire", { body: `["${filled("\\v")}"]` }), { left: "head" }),
  one("openBackslashes", "chainweb", asPeers("chainweb", { body: `["${filled("\\\\")}` }), { left: "head" }),
  ...many,
];

const { before, during, nameOf } = describeFaults(HEAVY, { healthySeconds: 15 });

describe("a flood of peers", () => {
  test.each(many.map((injection) => [injection.chain, injection] as const))(
    "%s: sums and bounded series",
    (_, injection) => {
      const target = nameOf(injection);
      const sum = during().families.find(({ name }) => name === "p2p_node_peers")?.samples ?? [];
      const peers = sum
        .filter(({ labels }) => labels.get("target") === target)
        .reduce((total, { value: n }) => total + n, 0);
      expect(peers).toBe(PEERS);
      const info = injection.chain === "chainweb" ? "p2p_chainweb_peer_info" : "p2p_connection_info";
      const rows = during().families.find(({ name }) => name === info)?.samples ?? [];
      expect(rows.filter(({ labels }) => labels.get("target") === target)).toHaveLength(SHOWN);
      expect(value(during(), "p2p_node_connections_omitted", { target })).toBe(PEERS - SHOWN);
    },
  );
});

test("the memory stays within bounds", () => {
  const resident = (page: Page) => value(page, "process_resident_memory_bytes") / MIB;
  expect(resident(during()) - resident(before())).toBeLessThan(300);
});
