import { buildDashboard } from "../grafana/src/dashboard.ts";
import { dashboardSpecs } from "../grafana/src/index.ts";
import type { GeneratedFile } from "./repository.ts";

/** grafana/dashboards, as grafana/src describes them. */
export function dashboardFiles(): readonly GeneratedFile[] {
  return dashboardSpecs.map((spec) => ({
    path: `grafana/dashboards/${spec.uid}.json`,
    text: `${JSON.stringify(buildDashboard(spec), null, 2)}\n`,
  }));
}
