import * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";
import * as prometheus from "@grafana/grafana-foundation-sdk/prometheus";
import { exporter, node, once, oncePerExporter } from "./select.ts";
import type { VariableSpec } from "./spec.ts";
import { DATASOURCE } from "./values.ts";

/** Marks in every graph of a dashboard. */
export type AnnotationSpec = {
  readonly name: string;
  readonly color: string;
  readonly expr: string;
  readonly title: string;
  readonly text: string;
  readonly tags: string;
  /** The values are the times of the marks, in milliseconds. */
  readonly isTime?: boolean;
};

const FIRING = 'alertname=~"P2P.*|PeerExporter.*", alertstate="firing"';

/** The variables of a dashboard as matchers of alerts, which lack the labels of what they are not about. */
function selecting(variables: readonly VariableSpec[]): string {
  return variables.map(({ name }) => `${name}=~"$${name}|"`).join(", ");
}

/** Alerts of the selected nodes and exporters, once for each node, and starts of exporters and nodes. */
export function annotationsOf(variables: readonly VariableSpec[]): readonly AnnotationSpec[] {
  const ofNodes = variables.some(({ name }) => name === "target");
  const exporterStart = `${exporter("process_start_time_seconds")} and on (job, instance) ${exporter("peer_exporter_build_info")}`;
  const all: readonly (AnnotationSpec & { readonly isShown: boolean })[] = [
    {
      isShown: true,
      name: "Alerts",
      color: "red",
      expr: once(`ALERTS{${selecting(variables)}, ${FIRING}}`),
      title: "{{alertname}}",
      text: "{{severity}} {{chain}} {{target}}",
      tags: "severity,chain,target",
    },
    {
      isShown: true,
      name: "Exporter starts",
      color: "blue",
      expr: `1000 * ${oncePerExporter(exporterStart)}`,
      title: "peer-exporter started",
      text: "{{instance}}",
      tags: "instance",
      isTime: true,
    },
    {
      // Only these report when they started.
      isShown: ofNodes,
      name: "Node starts",
      color: "purple",
      expr: ["monero", "bitcoin"]
        .map((chain) => `1000 * ${once(node(`p2p_${chain}_start_timestamp_seconds`))}`)
        .join(" or "),
      title: "{{target}} started",
      text: "{{chain}} {{target}}",
      tags: "chain,target",
      isTime: true,
    },
  ];
  return all.filter(({ isShown }) => isShown);
}

export function annotation(spec: AnnotationSpec): dashboard.AnnotationQueryBuilder {
  const { name, color, expr, title, text, tags, isTime } = spec;
  const builder = new dashboard.AnnotationQueryBuilder()
    .name(name)
    .datasource(DATASOURCE)
    .enable(true)
    .iconColor(color)
    .expr(expr)
    .target(new prometheus.DataqueryBuilder().refId(name).expr(expr).range())
    .titleFormat(title)
    .textFormat(text)
    .tagKeys(tags)
    .step("30s");
  return isTime ? builder.useValueForTime(true) : builder;
}
