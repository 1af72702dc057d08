import { expect, test } from "vitest";
import type { NodeReport } from "../../../src/model/report.ts";
import { deadReport, NOW, nodeConfig, peers, report, row, stateAfter } from "../../poll/support.ts";
import { find, type Page, parseOpenMetrics, parseText } from "../../support/exposition-parser.ts";
import { render } from "../support.ts";

test("the node's own byte counters are not shown once their data was withdrawn, although the history has them", () => {
  const state = stateAfter(report({ totals: { ok: true, value: { received: 5, sent: 7 } } }));
  const samples = (given: typeof state) => find(parseText(render([given], "text")), "p2p_node_receive_bytes_total");
  expect(samples(state)).toHaveLength(1);
  expect(samples({ ...state, report: deadReport("timeout") })).toEqual([]);
});

const CHURN = ["p2p_node_peer_connects_total", "p2p_node_peer_disconnects_total"];

/** Each sample of connects and disconnects, also the times from which they count. */
function churn(page: Page) {
  return CHURN.flatMap((name) => [name, name.replace("_total", "_created")])
    .flatMap((name) => find(page, name))
    .map(({ name, labels, value }) => `${name} ${labels.get("direction")} ${value}`);
}

test("connects and disconnects are counts of the exporter, so they stay while the node is down and while its data is withdrawn", () => {
  const node = nodeConfig({ chain: "wire" });
  const after = (given: NodeReport, before?: ReturnType<typeof stateAfter>) =>
    stateAfter(given, { node, endedMs: NOW + 15_000, ...(before && { history: before.history }) });
  const first = stateAfter(report({ peers: peers(row(), row({ id: "2" })) }), { node });
  const second = after(report({ peers: peers(row(), row({ id: "3", direction: "outbound" })) }), first);
  const shown = (state: typeof first) => churn(parseOpenMetrics(render([state], "openmetrics")));
  const created = (first.history.sinceMs ?? Number.NaN) / 1000;
  expect(shown(second)).toEqual([
    "p2p_node_peer_connects_total inbound 0",
    "p2p_node_peer_connects_total outbound 1",
    `p2p_node_peer_connects_created inbound ${created}`,
    `p2p_node_peer_connects_created outbound ${created}`,
    "p2p_node_peer_disconnects_total inbound 1",
    "p2p_node_peer_disconnects_total outbound 0",
    `p2p_node_peer_disconnects_created inbound ${created}`,
    `p2p_node_peer_disconnects_created outbound ${created}`,
  ]);
  expect(shown(after(deadReport("timeout"), second))).toEqual(shown(second));
  expect(shown({ ...second, report: deadReport("timeout") })).toEqual(shown(second));
});

test("without a peer list so far, and for a list of known peers, nothing was counted", () => {
  expect(churn(parseText(render([stateAfter(deadReport())], "text")))).toEqual([]);
  const node = nodeConfig({ chain: "chainweb" });
  const known = peers(row({ state: undefined, direction: "unknown" }));
  expect(churn(parseText(render([stateAfter(report({ peers: known }), { node })], "text")))).toEqual([]);
});
