import { createExpectations, type Expectations, oneOf, type Rule } from "./expectations.ts";

/** The contract of docs/metrics.md: every reason is present, with 0. */
const REASONS = [
  ...(["dns", "connect", "timeout", "tls", "tls_pin", "unauthorized", "not_found", "unavailable"] as const),
  ...(["host_header", "rate_limited", "busy", "http", "rpc", "too_large", "bad_json", "bad_shape"] as const),
  ...(["wrong_network", "internal"] as const),
] as const;

export type Reason = (typeof REASONS)[number];

/** Of the polls, by default. */
export const INTERVAL_SECONDS = 15;

const SIDES = ["inbound", "outbound"] as const;
export type Side = (typeof SIDES)[number];

/** What happened to connections: as many as polls must show, and as many as there were. */
export type Churn = Record<"connects" | "disconnects", Record<Side, { least: number; most: number }>>;

export function noChurn(): Churn {
  const none = () => ({ inbound: { least: 0, most: 0 }, outbound: { least: 0, most: 0 } });
  return { connects: none(), disconnects: none() };
}

/** What an exporter that only sees polls can know of a node, in the plainest way. */
export type Memory = {
  polls: number;
  readonly failures: Map<Reason, number>;
  lastSuccessMs: number | undefined;
  /** The connected peers of the last list: each real connection has an identity of its own, also over restarts. */
  connected: ReadonlyMap<string, Side> | undefined;
  /** Since the counters were shown last. */
  churn: Churn;
  /** The counters as shown last. */
  readonly shown: Record<"connects" | "disconnects", Record<Side, number>>;
};

export function createMemory(): Memory {
  return {
    polls: 0,
    failures: new Map(),
    lastSuccessMs: undefined,
    connected: undefined,
    churn: noChurn(),
    shown: { connects: { inbound: 0, outbound: 0 }, disconnects: { inbound: 0, outbound: 0 } },
  };
}

/**
 * @param outcome why the poll got no peer list, or the connected peers of its list
 * @param visible where an API hides some changes: those that it shows
 * @param isUnclear whether all connections may be other ones than before
 */
export function rememberPoll(
  memory: Memory,
  outcome: Reason | ReadonlyMap<string, Side>,
  nowMs: number,
  visible?: Churn,
  isUnclear = false,
): void {
  memory.polls += 1;
  if (typeof outcome === "string") {
    memory.failures.set(outcome, (memory.failures.get(outcome) ?? 0) + 1);
    return;
  }
  memory.lastSuccessMs = nowMs;
  const before = memory.connected ?? outcome;
  const all = noChurn();
  for (const [id, side] of outcome) if (!before.has(id)) all.connects[side].most += 1;
  for (const [id, side] of before) if (!outcome.has(id)) all.disconnects[side].most += 1;
  for (const kind of ["connects", "disconnects"] as const) {
    for (const side of SIDES) {
      const { most } = all[kind][side];
      const list = kind === "connects" ? outcome : before;
      const possible = [...list.values()].filter((each) => each === side).length;
      memory.churn[kind][side].most += isUnclear ? possible : most;
      memory.churn[kind][side].least += Math.min(most, visible?.[kind][side].least ?? most);
    }
  }
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

/** The exporter's own counts, which go on while the node is down. There are none before the first list. */
export function expectChurn({ expect }: Expectations, memory: Memory): void {
  const { churn, shown, connected } = memory;
  if (connected === undefined) return;
  memory.churn = noChurn();
  for (const kind of ["connects", "disconnects"] as const) {
    for (const direction of SIDES) {
      const { least, most } = churn[kind][direction];
      const before = shown[kind][direction];
      const rule = counterRule(before + least, before + most, (found) => {
        shown[kind][direction] = found;
        // What the lists hide may show later, on a page of another API.
        memory.churn[kind][direction].most += Math.max(0, before + most - found);
      });
      expect(`p2p_node_peer_${kind}_total`, rule, { direction });
    }
  }
}

/**
 * Why APIs failed. Which ones did is compared with p2p_node_api_up (see run.ts).
 * @param reasons of those whose reason is known
 */
export function expectFailures(
  { expect, ignore }: Expectations,
  reasons: Readonly<Record<string, Reason | undefined>>,
): void {
  ignore("p2p_node_failure_info");
  for (const [api, reason] of Object.entries(reasons)) {
    if (reason !== undefined) expect("p2p_node_failure_info", 1, { api, reason });
  }
}

/** A counter within bounds that goes on from what it shows now. */
export function counterRule(least: number, most: number, shown: (found: number) => void): Rule {
  return {
    text: least === most ? String(least) : `${least} to ${most}`,
    accepts(found) {
      if (found === undefined) return false;
      shown(found);
      return found >= least && found <= most;
    },
  };
}

/**
 * Data that no poll replaced in time is not shown, whoever reads it: after the process was stopped, or the machine suspended.
 * No poll failed, so no counter moves.
 */
export function expectStale(
  memory: Memory,
  isReference: boolean,
  intervalSeconds: number,
  hasConnections = true,
): Expectations {
  const expectations = createExpectations();
  const { expect, ignore } = expectations;
  if (isReference) {
    expect("p2p_reference_up", 0);
    return expectations;
  }
  expect("p2p_node_up", 0);
  expect("p2p_node_api_up", 0, { api: "peers" });
  expect("p2p_node_api_up", oneOf(0, undefined), { api: "head" });
  expectPolls(expectations, memory, intervalSeconds);
  if (hasConnections) expectChurn(expectations, memory);
  expectFailures(expectations, {});
  ignore("p2p_node_poll_duration_seconds");
  return expectations;
}
