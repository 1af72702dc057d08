import type { Expectations } from "./expectations.ts";

/** The contract of docs/metrics.md: every reason is present, with 0. */
const REASONS = [
  ...["dns", "connect", "timeout", "tls", "tls_pin", "unauthorized", "not_found", "unavailable", "host_header"],
  ...["rate_limited", "busy", "http", "rpc", "too_large", "bad_json", "bad_shape", "wrong_network", "internal"],
] as const;

export type Reason = (typeof REASONS)[number];

export type Side = "inbound" | "outbound";

/** What an exporter that only sees polls can know of a node, in the plainest way. */
export type Memory = {
  polls: number;
  readonly failures: Map<Reason, number>;
  lastSuccessMs: number | undefined;
  /** The connected peers of the last list: each real connection has an identity of its own, also over restarts. */
  connected: ReadonlyMap<string, Side> | undefined;
  readonly connects: Record<Side, number>;
  readonly disconnects: Record<Side, number>;
};

export function createMemory(): Memory {
  return {
    polls: 0,
    failures: new Map(),
    lastSuccessMs: undefined,
    connected: undefined,
    connects: { inbound: 0, outbound: 0 },
    disconnects: { inbound: 0, outbound: 0 },
  };
}

/** @param outcome why the poll got no peer list, or the connected peers of its list */
export function rememberPoll(memory: Memory, outcome: Reason | ReadonlyMap<string, Side>, nowMs: number): void {
  memory.polls += 1;
  if (typeof outcome === "string") {
    memory.failures.set(outcome, (memory.failures.get(outcome) ?? 0) + 1);
    return;
  }
  memory.lastSuccessMs = nowMs;
  const before = memory.connected ?? outcome;
  for (const [id, side] of outcome) if (!before.has(id)) memory.connects[side] += 1;
  for (const [id, side] of before) if (!outcome.has(id)) memory.disconnects[side] += 1;
  memory.connected = outcome;
}

/** The families about the polls themselves. */
export function expectPolls({ expect }: Expectations, memory: Memory, intervalSeconds: number): void {
  expect("p2p_node_polls_total", memory.polls);
  for (const reason of REASONS) expect("p2p_node_poll_failures_total", memory.failures.get(reason) ?? 0, { reason });
  expect("p2p_node_poll_interval_seconds", intervalSeconds);
  expect(
    "p2p_node_last_success_timestamp_seconds",
    memory.lastSuccessMs === undefined ? undefined : memory.lastSuccessMs / 1000,
  );
}

export function expectChurn({ expect }: Expectations, { connects, disconnects }: Memory): void {
  for (const direction of ["inbound", "outbound"] as const) {
    expect("p2p_node_peer_connects_total", connects[direction], { direction });
    expect("p2p_node_peer_disconnects_total", disconnects[direction], { direction });
  }
}
