import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { loadAssets } from "../../src/server/assets.ts";

/** What Kubernetes and Helm need a copy of, as neither reads files outside of its own folder. */

export const root = fileURLToPath(new URL("../../", import.meta.url));

const NOTE = "# Made of prometheus/rules.yaml and prometheus/alerts.yaml by `npm run kubernetes`.\n";

const ruleHead = `${NOTE}apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: peer-exporter
  labels:
    app.kubernetes.io/name: peer-exporter
    # What kube-prometheus-stack selects by: the name of its Helm release.
    release: kube-prometheus-stack
spec:
`;

export type GeneratedFile = { readonly path: string; readonly text: string };

/** The folders that hold nothing but generated files. */
export const generatedFolders = ["charts/peer-exporter/files/dashboards"];

export async function generatedFiles(): Promise<readonly GeneratedFile[]> {
  const rules = (await loadAssets()).rules();
  const dashboards = readdirSync(`${root}grafana/dashboards`).sort();
  return [
    { path: "kubernetes/components/monitoring/prometheusrule.yaml", text: ruleHead + indent(rules) },
    { path: "charts/peer-exporter/files/rules.yaml", text: NOTE + rules },
    { path: VALUES_SCHEMA, text: valuesSchema() },
    ...dashboards.map((name) => ({
      path: `charts/peer-exporter/files/dashboards/${name}`,
      text: readFileSync(`${root}grafana/dashboards/${name}`, "utf8"),
    })),
  ];
}

const VALUES_SCHEMA = "charts/peer-exporter/values.schema.json";

/**
 * The schema of the values, written by hand but for `config`: that is the schema of the exporter's configuration, so that
 * Helm refuses what the exporter would. Whether there are nodes is told by a template, in better words.
 */
function valuesSchema(): string {
  const values = JSON.parse(readFileSync(root + VALUES_SCHEMA, "utf8"));
  // Helm's regular expressions are Go's, which cannot look ahead.
  const text = readFileSync(`${root}config.schema.json`, "utf8").replaceAll("(?=.)", "");
  const { $schema: _, anyOf: __, definitions, ...config } = JSON.parse(text);
  const schema = { ...values, properties: { ...values.properties, config }, definitions };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, "  ");
}
