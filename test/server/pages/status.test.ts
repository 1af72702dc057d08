import { expect, test } from "vitest";
import { createRecentPolls } from "../../../src/poll/recent-polls.ts";
import { toStored } from "../../../src/poll/store.ts";
import { overviewOf } from "../../../src/server/pages/overview.ts";
import { statusSteps } from "../../../src/server/pages/status.ts";
import { deadReport, NOW, stateAfter } from "../../poll/support.ts";

const NODES = 50;

/** How often other work gets a turn while the page is made. */
function pausesOf(query: ReadonlyMap<string, string>): number {
  const node = overviewOf(toStored(stateAfter(deadReport())), createRecentPolls().of("node"));
  const nodes = Array.from({ length: NODES }, (_, index) => ({ ...node, name: `node-${index}` }));
  const steps = statusSteps({ nodes, query, nowMs: NOW, telemetryPath: "/metrics", linkPrefix: "" });
  let pauses = 0;
  while (!steps.next().done) pauses += 1;
  return pauses;
}

test("scrapes do not wait for the whole page of a fleet: its nodes are judged, and searched, one a step", () => {
  expect(pausesOf(new Map())).toBeGreaterThan(2 * NODES);
  expect(pausesOf(new Map([["q", "node"]]))).toBeGreaterThan(2 * NODES);
});
