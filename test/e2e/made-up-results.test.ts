import { readdirSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import type { PanelSpec } from "../../grafana/src/spec.ts";
import { textOf } from "../../tools/repository.ts";
import { framesOf } from "../grafana/backend.ts";
import { faultsOf } from "../grafana/checks.ts";
import { hasGrafana, loadGrafana } from "../grafana/grafana.ts";
import type { Labels, SentQuery } from "../grafana/library/evaluate.mjs";
import { type Look, looksAt } from "../grafana/looks.ts";
import { dashboardFolder } from "../grafana/support.ts";

/** Every panel with made-up results that have all labels that it may show, also those that the demo never has. */

const TO = 1_800_000_000;

/** Two series for a query, or one if nothing of them could differ. */
function madeUp({ legendFormat = "", refId }: SentQuery, spec: PanelSpec): readonly Labels[] {
  const columns = spec.kind === "table" ? spec.columns : [];
  const shown = [
    ...columns.map(({ from }) => from).filter((from) => !from.startsWith("#")),
    ...[...legendFormat.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(([, label = ""]) => label),
  ];
  // Every series of a node has its chain.
  const names = shown.includes("target") ? [...new Set([...shown, "chain"])] : shown;
  const texts = new Map(columns.map(({ from, words }) => [from, Object.keys(words ?? {})[0]]));
  const series = ["a", "b"].map((which) =>
    Object.fromEntries(names.map((name) => [name, texts.get(name) ?? `${name} ${refId} ${which}`])),
  );
  return names.length === 0 ? series.slice(0, 1) : series;
}

describe.skipIf(!hasGrafana())("the dashboards with made-up results", () => {
  let grafana: Awaited<ReturnType<typeof loadGrafana>>;
  let looks: readonly Look[];

  beforeAll(async () => {
    grafana = await loadGrafana();
    looks = await looksAt(grafana, {
      ask: async (query, { scrapeSeconds }, spec) => {
        const series = madeUp(query, spec);
        const sample: [number, string] = [TO, "1"];
        const result = series.map((metric) => ({ metric: { ...metric }, values: [sample], value: sample }));
        return query.instant
          ? framesOf(query, { resultType: "vector", result }, scrapeSeconds)
          : framesOf(query, { resultType: "matrix", result }, scrapeSeconds);
      },
      scrapeSeconds: 15,
      rangeMs: 3_600_000,
      moments: [{ name: "made up", toMs: TO * 1000, target: "wire-1", chain: "wire" }],
    });
  });

  test("show every column, name every series, and have no override in vain", () => {
    expect(looks.length).toBeGreaterThan(80);
    expect(faultsOf(looks, grafana, { absent: new Set(), instance: "127.0.0.1:10900" })).toEqual([]);
  });

  test.each(readdirSync(dashboardFolder))("%s shows the data source that was chosen when it was imported", (name) => {
    const imported = textOf(`grafana/import/${name}`).replaceAll(`\${DS_PROMETHEUS}`, "uid-of-choice");
    const view = { fromMs: 0, toMs: TO * 1000, timeInterval: "15s" };
    const { replace } = grafana.openDashboard(JSON.parse(imported), {
      ...view,
      values: { chain: "wire", target: "a" },
    });
    expect(replace(`\${datasource} \${datasource:queryparam}`)).toBe("uid-of-choice var-datasource=uid-of-choice");
  });
});
