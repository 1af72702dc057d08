import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { between } from "../../tools/documents/markers.ts";
import { ROOT } from "../../tools/repository.ts";
import { firingIn } from "../prometheus/firing.ts";
import { troubles } from "../prometheus/troubles.ts";
import { type Alertmanager, type Labels, pages, replay, startAlertmanager } from "../support/alertmanager.ts";
import { findServer } from "../support/servers.ts";

/**
 * The table of docs/alerting.md on what a trouble fires and sends: promtool evaluates the shipped rules, and a real Alertmanager
 * with the example configuration gets the result, minute by minute. UPDATE_GOLDEN=1 writes the table.
 */

const isInstalled =
  findServer("promtool", "apt-get install prometheus") !== undefined &&
  findServer("prometheus-alertmanager", "apt-get install prometheus-alertmanager") !== undefined;

const DOCUMENT = `${ROOT}docs/alerting.md`;
const HEAD =
  "| trouble | after 1 minute | after 5 minutes | after 15 minutes | notifications within 15 minutes |\n|---|---|---|---|---|\n";

/** `P2PNodeDown` (warning, 200). */
function cell(firing: readonly Labels[]): string {
  const kinds = new Map<string, number>();
  for (const { alertname, severity } of firing) {
    const kind = `\`${alertname}\` ${severity}`;
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  return (
    [...kinds]
      .sort()
      .map(([kind, count]) => (count === 1 ? kind : `${count} ${kind}`))
      .join(", ") || "–"
  );
}

function notificationCell(sent: readonly string[], minutes: readonly (readonly Labels[])[]): string {
  if (sent.length > 0) return `${sent.length}: ${sent.map((page) => page.replace(/ (\w+)$/, " `$1`")).join(", ")}`;
  const later = minutes.findIndex((firing) => firing.length > 0);
  return later < 0 ? "0" : `0; ${cell(minutes[later] ?? [])} after ${later} minutes`;
}

describe.skipIf(!isInstalled)("troubles", () => {
  const rows = new Map<string, string>();

  beforeAll(async () => {
    const timelines: (readonly [string, readonly (readonly Labels[])[]])[] = [];
    // One after the other: promtool uses all cores.
    for (const trouble of troubles) timelines.push([trouble.name, await firingIn(trouble)]);
    const alertmanagers: Alertmanager[] = await Promise.all(timelines.map(() => startAlertmanager()));
    await Promise.all(
      timelines.map(async ([name, minutes], index) => {
        const alertmanager = alertmanagers[index];
        if (alertmanager === undefined) throw new Error(`no Alertmanager for ${name}`);
        await replay(alertmanager, minutes.slice(0, 16));
        const seen = [1, 5, 15].map((minute) => cell(minutes[minute] ?? []));
        rows.set(
          name,
          `| ${[name, ...seen, notificationCell(pages(alertmanager.notifications), minutes)].join(" | ")} |`,
        );
      }),
    );
    await Promise.all(alertmanagers.map((alertmanager) => alertmanager.stop()));
    // 200 nodes take promtool a minute or two on a busy machine.
  }, 900_000);

  afterAll(() => {
    if (process.env.UPDATE_GOLDEN !== "1" || rows.size < troubles.length) return;
    const table = troubles.map(({ name }) => `${rows.get(name)}\n`).join("");
    writeFileSync(DOCUMENT, between(readFileSync(DOCUMENT, "utf8"), "troubles", HEAD + table));
  });

  // Where all tests are skipped, beforeAll is skipped too.
  test.runIf(process.env.UPDATE_GOLDEN === "1")("the table has a row for every trouble", () => {
    expect([...rows.keys()].sort()).toEqual(troubles.map(({ name }) => name).sort());
  });

  test.skipIf(process.env.UPDATE_GOLDEN === "1").each(troubles)("$name", ({ name }) => {
    const row = readFileSync(DOCUMENT, "utf8")
      .split("\n")
      .find((line) => line.startsWith(`| ${name} |`));
    expect(row).toBe(rows.get(name));
  });
});
