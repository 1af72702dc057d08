import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { fields, fixture, fixtureResult, list } from "../chains/support.ts";
import { type Page, value } from "../support/exposition-parser.ts";
import type { OnSocket } from "../support/fake-node.ts";
import { endlessBody } from "../support/faults.ts";
import type { Fault } from "./faulty-node.ts";
import { answer, each, type Injection, socket } from "./injection.ts";
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

/** 15 MiB, which V8 alone would read for seconds. */
const DEEP = "[".repeat(7.5 * MIB) + "]".repeat(7.5 * MIB);

const PEERS = 10_000;

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

const many = each("manyPeers", (chain) => withRows(chain, manyRows(chain)), { left: "all" });

const HEAVY: readonly Injection[] = [
  ...each("endless", socket(endlessBody("["))),
  ...each("huge", socket(fiftyMiB)),
  ...each("gzipBomb", answer({ headers: { "content-encoding": "gzip" }, body: GIB_IN_GZIP })),
  ...each("millionRows", (chain) => withRows(chain, millionRows), { left: "head" }),
  ...each("deepNesting", answer({ body: DEEP })),
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
      const rows = during().families.find(({ name }) => name === "p2p_connection_info")?.samples ?? [];
      expect(rows.filter(({ labels }) => labels.get("target") === target)).toHaveLength(250);
      expect(value(during(), "p2p_node_connections_omitted", { target })).toBe(PEERS - 250);
      expect(value(during(), "p2p_node_poll_duration_seconds", { target })).toBeLessThan(20);
    },
  );
});

test("the memory stays within bounds", () => {
  const resident = (page: Page) => value(page, "process_resident_memory_bytes") / MIB;
  expect(resident(during()) - resident(before())).toBeLessThan(300);
});
