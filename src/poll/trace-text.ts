import { describeFailure } from "../model/failure.ts";
import type { RpcCall } from "../rpc/client.ts";
import { outcomesOf, type ReportOutcomes } from "./store.ts";

/** One poll in words, for people: how each of its parts ended, and its requests. */

export function outcomeLines(report: ReportOutcomes): readonly string[] {
  return outcomesOf(report).map(
    ([api, outcome]) =>
      `${api}: ${outcome.ok ? "good" : `${outcome.failure.reason}: ${describeFailure(outcome.failure)}`}`,
  );
}

/** The requests in the order in which they were sent, as a table. */
export function callLines(calls: readonly RpcCall[]): readonly string[] {
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
  return aligned([["sent", "took", "result", "size", "request"], ...rows]);
}

function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

export function traceText(outcomes: ReportOutcomes | undefined, calls: readonly RpcCall[]): string {
  return [...(outcomes === undefined ? [] : outcomeLines(outcomes)), "", ...callLines(calls), "", ""].join("\n");
}
