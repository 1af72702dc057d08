// What every bench gives, and how it runs alone.
import { fileURLToPath } from "node:url";
import { hangUp } from "./http.mjs";

/**
 * @typedef {{ what: string, target: string, figure: string, met: boolean | undefined }} Row
 *   met: undefined where there is no target, or where it was not measured
 * @typedef {{ head: readonly string[], rows: readonly (readonly string[])[] }} Table
 * @typedef {{
 *   title: string, method: string, rows: readonly Row[], headline: string,
 *   note?: string, table?: Table, image?: { file: string, alt: string, svg: string },
 * }} Result
 * @typedef {{ progress: (text: string) => void }} Context
 */

/**
 * A row whose figure must not be larger than the target.
 * @param {string} what @param {number} value @param {number} target
 * @param {(value: number) => string} write @param {string} [detail] shown behind the figure
 * @returns {Row}
 */
export function atMost(what, value, target, write, detail) {
  return { what, target: `≤ ${write(target)}`, figure: withDetail(write(value), detail), met: value <= target };
}

/** A row whose figure must not be smaller than the target; the rest as in atMost. @returns {Row} */
export function atLeast(what, value, target, write, detail) {
  return { what, target: `≥ ${write(target)}`, figure: withDetail(write(value), detail), met: value >= target };
}

function withDetail(text, detail) {
  return detail === undefined ? text : `${text} (${detail})`;
}

/** A figure without a target. @returns {Row} */
export function figure(what, text) {
  return { what, target: "", figure: text, met: undefined };
}

/** Why a row has no figure. @returns {Row} */
export function notMeasured(what, why) {
  return { what, target: "", figure: `not measured: ${why}`, met: undefined };
}

export function verdict({ target, met }) {
  if (target === "") return "";
  return met === undefined ? "not measured" : met ? "met" : "missed";
}

/**
 * Runs the bench when its file was started by itself: the rows, then the headline as the last line.
 * @param {string} moduleUrl @param {(context: Context) => Promise<Result>} run
 */
export async function runAlone(moduleUrl, run) {
  if (process.argv[1] !== fileURLToPath(moduleUrl)) return;
  const progress = createProgress();
  const result = await run({ progress: progress.say });
  progress.end();
  hangUp();
  const rows = result.rows.map((row) => [row.what, row.figure, row.target, verdict(row)]);
  print([["", "figure", "target", ""], ...rows]);
  if (result.table !== undefined) print([result.table.head, ...result.table.rows]);
  if (result.note !== undefined) process.stdout.write(`${result.note}\n`);
  process.stdout.write(`${result.headline}\n`);
}

function print(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  for (const row of rows) {
    process.stdout.write(
      `${row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join("  ")
        .trimEnd()}\n`,
    );
  }
  process.stdout.write("\n");
}

/** Says on standard error what is going on; on a terminal with the seconds so far. */
export function createProgress() {
  const { stderr } = process;
  let text = "";
  let began = performance.now();
  const seconds = () => `${((performance.now() - began) / 1000).toFixed(0)} s`;
  const draw = () => void stderr.write(`\r\x1b[K${text} (${seconds()})`);
  const finish = () => {
    if (stderr.isTTY && text !== "") stderr.write(`\r\x1b[K${text} (${seconds()})\n`);
    text = "";
  };
  const timer = stderr.isTTY ? setInterval(() => text !== "" && draw(), 1000) : undefined;
  timer?.unref();
  return {
    say(next) {
      finish();
      began = performance.now();
      text = next;
      if (stderr.isTTY) draw();
      else stderr.write(`${next}\n`);
    },
    /** Ends the line; the next `say` begins another. */
    end: finish,
  };
}
