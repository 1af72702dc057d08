import { buildDashboard } from "../grafana/src/dashboard.ts";
import { dashboardSpecs } from "../grafana/src/index.ts";
import { importVariant } from "../src/documents/import-variant.ts";
import type { GeneratedFile } from "./repository.ts";

/** grafana/dashboards, as grafana/src describes them. */
export function dashboardFiles(): readonly GeneratedFile[] {
  return dashboardSpecs.map((spec) => ({
    path: `grafana/dashboards/${spec.uid}.json`,
    text: `${JSON.stringify(buildDashboard(spec), null, 2)}\n`,
  }));
}

/** grafana/import: the same for Grafana's page "Import" and for grafana.com. */
export function importFiles(dashboards: readonly GeneratedFile[]): readonly GeneratedFile[] {
  return dashboards.map(({ path, text }) => ({
    path: path.replace("/dashboards/", "/import/"),
    text: importVariant(text),
  }));
}
