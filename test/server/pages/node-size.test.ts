import { expect, test } from "vitest";
import { ADAPTERS, chains } from "../../../src/chains/index.ts";
import { createCatalogue } from "../../../src/metrics/catalogue.ts";
import { createConnectionSettings } from "../../../src/metrics/connection-settings.ts";
import { createNodeRenderer } from "../../../src/metrics/render-node.ts";
import { succeeded } from "../../../src/model/report.ts";
import type { NodeHistory } from "../../../src/poll/history.ts";
import { createRecentPolls } from "../../../src/poll/recent-polls.ts";
import { createStore, toStored } from "../../../src/poll/store.ts";
import { head, nodeConfig, peers, report, stateAfter } from "../../poll/support.ts";
import { connectionsOf, KINDS } from "../../support/gallery/kinds.ts";
import { setUp } from "../support.ts";

const MAX_BYTES = 60_000;
const MINUTES = 60;

/** The page of a node with 100 connections whose last hour is full. */
async function pageOf(chain: "monero" | "wire"): Promise<Buffer> {
  const render = createNodeRenderer(
    createCatalogue(ADAPTERS),
    (node) => chains[node.chain].traits,
    createConnectionSettings("a key of some length").of,
  );
  const kind = KINDS[chain];
  const node = nodeConfig({ name: "node-1", chain, labels: { region: "eu-west-1", rack: "r17" } });
  const connections = connectionsOf(kind, { seed: "size", peers: 100, hostile: [] });
  const [store, recentPolls] = [createStore(), createRecentPolls()];
  let history: NodeHistory | undefined;
  for (let minute = MINUTES; minute >= 0; minute -= 1) {
    const endedMs = Date.now() - minute * 60_000;
    const present = connections.slice(0, minute === 0 ? 100 : 100 - ((minute * 7) % 13));
    const given = report({
      peers: peers(...present),
      head: head(kind.height - (minute % 9)),
      totals: succeeded({ received: endedMs * 5 + (minute % 7) * 90_000, sent: endedMs * 9 + (minute % 5) * 70_000 }),
    });
    const state = stateAfter(given, { node, endedMs, ...(history === undefined ? {} : { history }) });
    history = state.history;
    recentPolls.record(state, []);
    if (minute === 0) store.set({ state: toStored(state), lines: render(state).lines });
  }
  const { rawPayload } = await setUp({ nodes: { store, recentPolls } }).server.inject("/nodes/node-1");
  return rawPayload;
}

test.each(["monero", "wire"] as const)(
  "the page of a %s node with 100 connections and a full hour has at most 60,000 bytes, with styles and scripts",
  async (chain) => {
    const page = await pageOf(chain);
    const rows = page.toString().split('id="peers"')[1]?.split("</table>")[0]?.split("<tr>").length ?? 0;
    expect(rows - 2).toBe(100);
    expect(page.length).toBeLessThanOrEqual(MAX_BYTES);
  },
);
