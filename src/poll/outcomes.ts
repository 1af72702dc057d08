import type { NodeConfig, NodeRole } from "../config/model.ts";
import { alignColumns } from "../lib/text/format.ts";
import { describeFailure, type Failure } from "../model/failure.ts";
import type { Outcome } from "../model/report.ts";
import type { RpcCall } from "../rpc/client.ts";
import type { Readings } from "./readings.ts";

/** How each API call of a poll ended, without the values that the calls returned. */
export type ReportOutcomes = {
  /** Known right after the poll; not stored until the next. */
  readonly networkKey?: string | undefined;
  readonly peers: Outcome<unknown>;
  readonly head: Outcome<unknown>;
  readonly apis: ReadonlyMap<string, Outcome<unknown>>;
  /** Of a stored report, as its values are not stored. */
  readonly readings?: Readings | undefined;
};

/** What decides whether a node is up: its role, and its last report, which is undefined before the first poll. */
type PolledState = {
  readonly node: Pick<NodeConfig, "role">;
  readonly report: ReportOutcomes | undefined;
};

type NamedOutcome = readonly [api: string, outcome: Outcome<unknown>];

export type ApiFailure = { readonly api: string; readonly failure: Failure };

const MAIN_APIS = { node: "peers", reference: "head" } as const satisfies Record<NodeRole, keyof ReportOutcomes>;

/** The API that decides whether a node is up: the peer list; for a reference, which is polled for its head only, the head. */
export function mainApi(role: NodeRole): "peers" | "head" {
  return MAIN_APIS[role];
}

/** Why the last poll counts as failed; undefined when the node is up or has not been polled. */
export function mainFailure({ node, report }: PolledState): Failure | undefined {
  const main = report?.[mainApi(node.role)];
  return main === undefined || main.ok ? undefined : main.failure;
}

/** Whether the main API of the last poll succeeded. A node that has not been polled is not up. */
export function isUp({ node, report }: PolledState): boolean {
  return report?.[mainApi(node.role)].ok === true;
}

/** Every API that the last poll called, the main one first, by its name in `p2p_node_api_up`. */
export function outcomesOf({ node, report }: PolledState): readonly NamedOutcome[] {
  if (report === undefined) return [];
  const { peers, head, apis } = report;
  return node.role === "reference" ? [["head", head], ...apis] : [["peers", peers], ["head", head], ...apis];
}

/** What failed in the last poll. While the node is down, other APIs that fail for the same reason are left out. */
export function failuresOf(state: PolledState): readonly ApiFailure[] {
  const main = mainApi(state.node.role);
  const down = mainFailure(state);
  return outcomesOf(state).flatMap(([api, outcome]) => {
    if (outcome.ok) return [];
    const { failure } = outcome;
    return api === main || failure.reason !== down?.reason ? [{ api, failure }] : [];
  });
}

/** As failuresOf, for people: APIs that fail for the same cause share one entry, whose `api` names all of them. */
export function causesOf(state: PolledState): readonly ApiFailure[] {
  return groupCauses(failuresOf(state));
}

/** Joins failures that differ only in the call: one refused login fails every call of a node. */
export function groupCauses(failures: readonly ApiFailure[]): readonly ApiFailure[] {
  const groups = new Map<string, ApiFailure[]>();
  for (const one of failures) {
    const { reason, message, advice } = one.failure;
    const cause = JSON.stringify([reason, withoutCall(message), advice]);
    const others = groups.get(cause);
    if (others === undefined) groups.set(cause, [one]);
    else others.push(one);
  }
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (first === undefined || others.length === 0) return first ?? [];
    const { failure } = first;
    const api = [first, ...others].map((one) => one.api).join(", ");
    return [{ api, failure: { ...failure, message: withoutCall(failure.message) } }];
  });
}

/** Errors of calls begin with `CALL at SERVER: `; no call has a colon. */
function withoutCall(message: string): string {
  return message.replace(/^[^:]{1,100}? at (?=\S+: )/, "calls at ");
}

/** What went wrong, without the call and the server of the message. */
export function bareMessage(message: string): string {
  return message.replace(/^[^:]{1,100}? at \S+: /, "");
}

/** One poll as text for people: how each API call ended, then the requests in the order in which they were sent. */
export function traceText(state: PolledState | undefined, calls: readonly RpcCall[]): string {
  const outcomes = state === undefined ? [] : outcomeLines(outcomesOf(state));
  return [...outcomes, "", ...callTable(calls), "", ""].join("\n");
}

function outcomeLines(outcomes: readonly NamedOutcome[]): readonly string[] {
  const failures = outcomes.flatMap(([api, outcome]) => (outcome.ok ? [] : [{ api, failure: outcome.failure }]));
  const causes = new Map(groupCauses(failures).map((cause) => [cause.api.split(", ")[0], cause]));
  return outcomes.flatMap(([name, { ok }]) => {
    const cause = causes.get(name);
    if (cause === undefined) return ok ? [`${name}: success`] : [];
    return [`${cause.api}: ${cause.failure.reason}: ${describeFailure(cause.failure)}`];
  });
}

/** The requests as a table, in the order in which they were sent. */
function callTable(calls: readonly RpcCall[]): readonly string[] {
  const inOrder = [...calls].sort((a, b) => a.startedMs - b.startedMs);
  const first = inOrder[0]?.startedMs ?? 0;
  const rows = inOrder.map((call) => [
    `+${Math.round(call.startedMs - first)} ms`,
    `${Math.round(call.milliseconds)} ms`,
    ...(call.outcome.kind === "answered"
      ? [`HTTP ${call.outcome.status}`, `${call.outcome.bytes} B`]
      : [call.outcome.reason, ""]),
    `${call.method} ${call.name} at ${call.server}`,
  ]);
  return alignColumns([["sent", "took", "result", "size", "request"], ...rows]);
}
