import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { openAssets } from "../../src/assets.ts";

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

export function generatedFiles(): readonly GeneratedFile[] {
  const rules = openAssets().rules();
  const dashboards = readdirSync(`${root}grafana/dashboards`).sort();
  return [
    { path: "kubernetes/components/monitoring/prometheusrule.yaml", text: ruleHead + indent(rules) },
    { path: "charts/peer-exporter/files/rules.yaml", text: NOTE + rules },
    ...dashboards.map((name) => ({
      path: `charts/peer-exporter/files/dashboards/${name}`,
      text: readFileSync(`${root}grafana/dashboards/${name}`, "utf8"),
    })),
  ];
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, "  ");
}
