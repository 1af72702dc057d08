import { expect, test } from "vitest";
import { failed, succeeded } from "../../../src/model/report.ts";
import {
  deadReport,
  failing,
  failure,
  firstState,
  nodeConfig,
  peers,
  report,
  row,
  stateAfter,
} from "../../poll/support.ts";
import { find, type Page, value } from "../../support/exposition-parser.ts";
import { readPage } from "../support.ts";

function failures(page: Page): readonly string[] {
  return find(page, "p2p_node_failure_info").map(
    ({ labels, value: shown }) => `${labels.get("api")} ${labels.get("reason")} ${shown}`,
  );
}

test("each API that failed in the last poll has its reason, and is down", () => {
  const apis = new Map([
    ["totals", failed(failure("not_found"))],
    ["bans", succeeded(undefined)],
  ]);
  const page = readPage([stateAfter(report({ peers: failing("unavailable"), apis }))]);
  expect(failures(page)).toEqual(["peers unavailable 1", "totals not_found 1"]);
  for (const { labels } of find(page, "p2p_node_failure_info"))
    expect(value(page, "p2p_node_api_up", { api: labels.get("api") ?? "" })).toBe(0);
  expect(find(page, "p2p_node_api_up").filter(({ value: up }) => up === 0)).toHaveLength(2);
});

test("a node that does not answer, or whose data was withdrawn, has the reason of both APIs; one that answers has none", () => {
  const good = stateAfter(report({ peers: peers(row()) }));
  expect(failures(readPage([good]))).toEqual([]);
  expect(failures(readPage([{ ...good, report: deadReport("timeout") }]))).toEqual([
    "peers timeout 1",
    "head timeout 1",
  ]);
  expect(failures(readPage([firstState()]))).toEqual([]);
});

test("a reference has no failures: p2p_reference_up says that it is down", () => {
  const node = nodeConfig({ role: "reference" });
  expect(failures(readPage([stateAfter(deadReport(), { node })]))).toEqual([]);
});

test("the usual time between two blocks is there while the head is", () => {
  const shown = (given: Parameters<typeof report>[0]) =>
    find(readPage([stateAfter(report(given))]), "p2p_node_block_interval_seconds").map(({ value: seconds }) => seconds);
  expect(shown({ blockSeconds: 0.5 })).toEqual([0.5]);
  expect(shown({ blockSeconds: 0.5, head: failing("timeout") })).toEqual([]);
  // Not known, as in a private network.
  expect(shown({})).toEqual([]);
});
