import type { JobResult } from "./run.ts";

/** What was played, one line for each job, and how the polls ended: all refused at the door would say little. */
export function summaryOf(results: readonly JobResult[], seconds: number): string {
  const lines = results.flatMap((result) => [headLine(result), ...pollLines(result)]);
  const failed = results.filter(({ found }) => found !== undefined).length;
  const cases = results.reduce((sum, result) => sum + result.cases, 0);
  const end = failed === 0 ? "nothing found" : `${failed} found`;
  return `${[...lines, `${cases} cases in ${Math.round(seconds)} s: ${end}`].join("\n")}\n`;
}

const KINDS = { memory: "", sockets: " over sockets", shapes: " by shape", parsers: "" } as const;

function headLine({ kind, target, cases, seconds, slowest, found }: JobResult): string {
  const slow = slowest === undefined ? "" : `, slowest ${slowest.milliseconds.toFixed(1)} ms of CPU`;
  const verdict = found === undefined ? "well" : "FAILED";
  return `${target}${KINDS[kind]}: ${verdict}, ${cases} cases in ${seconds.toFixed(1)} s of a process${slow}`;
}

function pollLines({ counts: { polls, up, headOk, rows, reasons } }: JobResult): readonly string[] {
  if (polls === 0) return [];
  const share = (part: number) => `${Math.round((100 * part) / polls)} %`;
  const failures = Object.entries(reasons)
    .sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => `${reason} ${count}`);
  return [
    `  ${polls} polls: peers read in ${share(up)}, head in ${share(headOk)}, ${rows} rows`,
    `  failures of parts: ${failures.join(", ")}`,
  ];
}
