import { dashboardFiles, importFiles } from "./dashboards.ts";
import { alertingDocument } from "./documents/alerting.ts";
import { architectureDocument } from "./documents/architecture.ts";
import { overviewDocument } from "./documents/cardinality.ts";
import { configurationDocument } from "./documents/configuration.ts";
import { forkRunbook, headLagRunbook } from "./documents/head-lag.ts";
import { metricsDocument } from "./documents/metrics.ts";
import { migrationDocument } from "./documents/old-names.ts";
import { reliabilityDocument } from "./documents/reliability.ts";
import { towerPicture } from "./documents/tower-picture.ts";
import { troubleshootingDocument } from "./documents/troubleshooting.ts";
import { kubernetesFiles } from "./kubernetes.ts";
import { type GeneratedFile, textOf } from "./repository.ts";
import { configSchemaText } from "./schema/json-schema.ts";

/** Everything in this repository that is generated, but for docs/cli.md: that needs the built program. */

/** Folders with only generated files. */
export const GENERATED_FOLDERS = [
  "grafana/dashboards",
  "grafana/import",
  "charts/peer-exporter/files/dashboards",
] as const;

export const GROUPS = ["docs", "schema", "dashboards", "kubernetes"] as const;
export type Group = (typeof GROUPS)[number];

/** The files of each group, made from the sources of this moment. Nothing is written. */
export function generatedFiles(): Readonly<Record<Group, readonly GeneratedFile[]>> {
  const dashboards = dashboardFiles();
  const runbook = "docs/runbooks/P2PNodeHeadLagging.md";
  const forks = "docs/runbooks/P2PNodeForked.md";
  const schema = { path: "config.schema.json", text: configSchemaText() };
  return {
    docs: [
      { path: runbook, text: headLagRunbook(textOf(runbook)) },
      { path: forks, text: forkRunbook(textOf(forks)) },
      { path: "docs/alerting.md", text: alertingDocument(textOf("docs/alerting.md")) },
      { path: "docs/architecture.md", text: architectureDocument(textOf("docs/architecture.md")) },
      { path: "docs/images/tower.svg", text: towerPicture() },
      { path: "docs/configuration.md", text: configurationDocument(textOf("docs/configuration.md")) },
      { path: "docs/metrics.md", text: metricsDocument() },
      { path: "docs/migration.md", text: migrationDocument(textOf("docs/migration.md")) },
      { path: "docs/metrics-overview.md", text: overviewDocument(textOf("docs/metrics-overview.md")) },
      { path: "docs/reliability.md", text: reliabilityDocument(textOf("docs/reliability.md")) },
      { path: "docs/troubleshooting.md", text: troubleshootingDocument(textOf("docs/troubleshooting.md")) },
    ],
    schema: [schema],
    dashboards: [...dashboards, ...importFiles(dashboards)],
    kubernetes: kubernetesFiles({ dashboards, configSchema: schema.text }),
  };
}
