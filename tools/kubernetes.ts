import { basename } from "node:path";
import { parse } from "yaml";
import * as z from "zod";
import { joinRules } from "../src/documents/assets.ts";
import { alertmanagerFiles } from "./alertmanager.ts";
import type { GeneratedFile } from "./repository.ts";
import { textOf } from "./repository.ts";

/** What Kubernetes and Helm need a copy of, as neither reads files outside of its own folder. */

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

export type KubernetesSources = {
  readonly dashboards: readonly GeneratedFile[];
  /** The text of config.schema.json. */
  readonly configSchema: string;
};

export function kubernetesFiles({ dashboards, configSchema }: KubernetesSources): readonly GeneratedFile[] {
  const rules = joinRules(textOf("prometheus/rules.yaml"), textOf("prometheus/alerts.yaml"));
  return [
    { path: "kubernetes/components/monitoring/prometheusrule.yaml", text: ruleHead + indent(rules) },
    ...alertmanagerFiles(),
    { path: VALUES_SCHEMA, text: valuesSchema(configSchema) },
    ...dashboards.map(({ path, text }) => ({
      path: `charts/peer-exporter/files/dashboards/${basename(path)}`,
      text,
    })),
  ];
}

const VALUES_SCHEMA = "charts/peer-exporter/values.schema.json";

/** A schema, as far as it is put together here. */
const parts = z.looseObject({ properties: z.record(z.string(), z.unknown()) });

/**
 * The schema of the values, written by hand except for `config`: that is the schema of the exporter's configuration, so that
 * Helm refuses what the exporter would. A template checks whether there are nodes, with a better message.
 */
function valuesSchema(configSchema: string): string {
  const { properties, ...byHand } = parts.parse(parse(textOf("tools/chart-values.schema.yaml"), { merge: true }));
  const { prometheusRule } = parts.parse(JSON.parse(textOf(VALUES_SCHEMA))).properties;
  // Helm's regular expressions are Go's, which cannot look ahead.
  const { $schema, anyOf: _, definitions, ...config } = JSON.parse(configSchema.replaceAll("(?=.)", ""));
  const schema = { $schema, ...byHand, properties: { ...properties, config, prometheusRule }, definitions };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, "  ");
}
