import { describe, expect, test } from "vitest";
import { createOnceRenderer } from "../../src/metrics/render-once.ts";
import type { NodeReport } from "../../src/model/report.ts";
import { toStored } from "../../src/poll/store.ts";
import { failing, peers, report, row, stateAfter } from "../poll/support.ts";
import { find, value } from "../support/exposition-parser.ts";
import { names, read, SETTINGS } from "./support.ts";

function pageOf(given: NodeReport) {
  const renderer = createOnceRenderer(() => SETTINGS);
  const state = stateAfter(given);
  const chunks = renderer.renderPage(toStored(state), renderer.renderNode(state), "text", "owned");
  return read(Buffer.concat([...chunks]).toString(), "text");
}

describe("the page of a node that is polled once", () => {
  test("has no counts of polls, and why the only one failed", () => {
    const page = pageOf(report({ peers: failing("timeout") }));
    expect(names(page).filter((name) => name.startsWith("p2p_node_poll"))).toEqual(["p2p_node_poll_duration_seconds"]);
    expect(find(page, "p2p_probe_failure_info").map(({ labels }) => labels.get("reason"))).toEqual(["timeout"]);
  });

  test("has no bytes that were added up over polls, which would always be 0", () => {
    const page = pageOf(report({ peers: peers(row({ receivedBytes: 5, sentBytes: 7 })) }));
    expect(names(page)).not.toContain("p2p_node_receive_bytes_total");
    expect(names(page)).toContain("p2p_connection_receive_bytes_total");
  });

  test("has the node's own counters", () => {
    const page = pageOf(report({ totals: { ok: true, value: { received: 5, sent: 7 } } }));
    expect(value(page, "p2p_node_receive_bytes_total")).toBe(5);
  });
});
