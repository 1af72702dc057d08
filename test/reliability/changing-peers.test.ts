import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { NODE_FAULTS } from "../../tools/faults/node-faults.ts";
import { fields, fixture, fixtureResult, list } from "../chains/support.ts";
import { find, type Page, value } from "../support/exposition-parser.ts";
import { type Handler, json } from "../support/fake-node.ts";
import { type FaultyNode, startFaultyNode } from "./faulty-node.ts";
import { isUp, type NodeEntry, type Observed, observe } from "./observe.ts";
import { every } from "./suite.ts";
import { CHAINS, type Chain, WELL } from "./well-nodes.ts";

const PEERS = 300;
const BUDGET = 600;
const CONNECTIONS = { max_new_per_hour: BUDGET };

const wireInfo = fields(fixture("wire/get_info.spring-1.2.json"));
const wireRow = fields(list(fixture("wire/w4.json"))[0]);
const moneroRow = fields(list(fixtureResult("monero/get_connections.json").connections)[0]);

/** Peers with addresses and software that no answer had before. */
function changing(): Readonly<Record<Chain, Handler>> {
  let last = 0;
  const rows = (make: (id: string, host: string) => object) =>
    Array.from({ length: PEERS }, () => {
      last += 1;
      return make(`c${last}`, `1.${last >> 16}.${(last >> 8) & 255}.${last & 255}`);
    });
  return {
    wire: (call) => {
      if (call.url.includes("/net/")) {
        const handshake = fields(wireRow.last_handshake);
        return json(
          rows((agent, host) => ({
            ...wireRow,
            peer: `${host}:9876`,
            last_handshake: { ...handshake, agent },
          })),
        );
      }
      return call.url.includes("get_info") ? json({ ...wireInfo, server_version_string: `v${last}` }) : WELL.wire(call);
    },
    monero: (call) =>
      call.body.includes("get_connections")
        ? json({
            id: "0",
            jsonrpc: "2.0",
            result: {
              status: "OK",
              connections: rows((id, host) => ({ ...moneroRow, address: `${host}:18080`, connection_id: id })),
            },
          })
        : WELL.monero(call),
    chainweb: (call) =>
      call.url.includes("/cut/peer")
        ? json({
            limit: PEERS,
            items: rows((_, hostname) => ({ id: null, address: { hostname, port: 1789 } })),
            next: null,
          })
        : WELL.chainweb(call),
  };
}

let nodes: readonly { readonly chain: Chain; readonly node: FaultyNode }[];
let exporter: Observed;

const entries = (seconds: number): readonly NodeEntry[] =>
  nodes.map(({ chain, node }) => ({ name: chain, chain, url: node.url, ...every(seconds) }));

beforeAll(async () => {
  const handlers = changing();
  nodes = await Promise.all(CHAINS.map(async (chain) => ({ chain, node: await startFaultyNode(handlers[chain]) })));
  exporter = await observe(entries(2), { connections: CONNECTIONS });
});

afterAll(async () => {
  await exporter?.stop();
  await Promise.all(nodes.map(({ node }) => node.close()));
});

test(NODE_FAULTS.changingPeers.fault, async () => {
  const seen = new Map<Chain, Set<string>>(CHAINS.map((chain) => [chain, new Set()]));
  const look = (page: Page) => {
    for (const [target, series] of seen) {
      for (const { labels } of find(page, "p2p_connection_info", { target })) {
        series.add(`${labels.get("direction")} ${labels.get("peer")} ${labels.get("agent")}`);
      }
    }
  };
  const polls = (page: Page, target: string) => value(page, "p2p_node_polls_total", { target });
  const pageWhere = (what: string, isSo: (page: Page, target: Chain) => boolean) =>
    exporter.until(what, (page) => {
      look(page);
      return CHAINS.every((chain) => isSo(page, chain));
    });
  const isWithheld = (page: Page, target: Chain) => isUp(page, target) && withheld(page, target) > 0;
  const withheld = (page: Page, target: Chain) => {
    const [gauge] = find(page, "p2p_node_series_withheld", { target });
    return gauge?.value ?? 0;
  };

  const used = await pageWhere("the budgets to be used up", isWithheld);
  for (const target of CHAINS) {
    const sum = find(used, "p2p_node_peers", { target }).reduce((all, { value: peers }) => all + peers, 0);
    expect(sum).toBe(PEERS);
    const shown = find(used, "p2p_connection_info", { target }).length;
    const omitted = value(used, "p2p_node_connections_omitted", { target });
    expect(shown + omitted + withheld(used, target)).toBe(PEERS);
  }

  await Promise.all(nodes.map(({ node }) => node.break("refuse")));
  await pageWhere("the nodes to be down", (page, target) => !isUp(page, target));
  await Promise.all(nodes.map(({ node }) => node.mend()));
  await pageWhere("the budgets to be used up after an outage", isWithheld);

  writeFileSync(exporter.configFile, JSON.stringify({ connections: CONNECTIONS, nodes: entries(3) }));
  const reloaded = await fetch(`${exporter.url}/-/reload`, { method: "POST" });
  expect(reloaded.status).toBe(200);
  const after = await exporter.page();
  const last = await pageWhere(
    "further polls",
    (page, target) => polls(page, target) >= polls(after, target) + 2 && isWithheld(page, target),
  );
  look(last);
  for (const [target, series] of seen) expect([target, series.size <= BUDGET]).toEqual([target, true]);
  expect(CHAINS.flatMap((chain) => exporter.linesOf(chain)).filter(({ level }) => level === "error")).toEqual([]);
});
