import { createRecentPolls } from "../../../src/poll/recent-polls.ts";
import { type NodeState, toStored } from "../../../src/poll/store.ts";
import { overviewOf } from "../../../src/server/pages/overview.ts";
import { type AssessedNode, assess } from "../../../src/server/pages/troubles.ts";
import { failing, head, NOW, nodeConfig, peers, report, row, stateAfter } from "../../poll/support.ts";

/** The nodes as the page at `/` shows them, each after its one poll. */
export function assessedAt(state: NodeState, nowMs = NOW): AssessedNode {
  const recentPolls = createRecentPolls();
  recentPolls.record(state, []);
  return assess(overviewOf(toStored(state), recentPolls.of(state.node.name)), nowMs);
}

type Given = Parameters<typeof nodeConfig>[0];

export function well(given: Given = {}): AssessedNode {
  return assessedAt(stateAfter(report({ peers: peers(row()), head: head(100) }), { node: nodeConfig(given) }));
}

/** A node whose peers cannot be read. */
export function down(given: Given, reason: Parameters<typeof failing>[0], texts: Parameters<typeof failing>[1] = {}) {
  const failed = failing(reason, texts);
  return assessedAt(stateAfter(report({ peers: failed, head: head(100) }), { node: nodeConfig(given) }));
}
