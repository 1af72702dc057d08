import type { MetricObjectWithValues, MetricValue } from "prom-client";
import Counter from "prom-client/lib/counter.js";
import collectDefaultMetrics from "prom-client/lib/defaultMetrics.js";
import Gauge from "prom-client/lib/gauge.js";
import Registry from "prom-client/lib/registry.js";
import type { Shard } from "../config/model.ts";
import { CLOSE_REASONS, type CloseReason } from "./close-reasons.ts";
import { type FamilyHeader, type FamilyType, type Format, renderLabels, renderSample } from "./exposition.ts";
import { createLatencies, type LatencySample } from "./latencies.ts";
import type { RenderedFamily } from "./page.ts";

/** The exporter's own metrics: prom-client collects them, our renderer writes them, so that the page has one format. */
export type SelfMetrics = {
  observeRequest(handler: string, code: number, seconds: number): void;
  /** A connection was closed because clients took too much. */
  connectionClosed(reason: CloseReason): void;
  /** A configuration is in force from now on. */
  configLoaded(unixSeconds: number): void;
  /** Whether the files of the configuration were good when they were last read; where not, what was in force still is. */
  configRead(isGood: boolean): void;
  /** Which part of the nodes this process polls; never called where it polls all. */
  sharded(shard: Shard): void;
  /** What the families hold now. */
  collect(): Promise<readonly RenderedFamily[]>;
};

const REQUEST_DURATION = {
  name: "peer_exporter_http_request_duration_seconds",
  type: "histogram",
  help: "How long the exporter took to answer HTTP requests, by handler and status code.",
} as const;

/** Gauges whose names end like a counter's; the sum over their siblings says the same. */
const MISNAMED = /^nodejs_active_(?:handles|requests|resources)_total$/;

const LOG_LINES_LOST = {
  name: "peer_exporter_log_lines_lost_total",
  type: "counter",
  help: "Log lines that were lost because the disk of the log was full, or its reader too slow or gone.",
} as const;

/** @param logLinesLost how many so far */
export function createSelfMetrics(version: string, logLinesLost: () => number = () => 0): SelfMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  new Gauge({
    name: "peer_exporter_build_info",
    help: "The version of the exporter and of Node.js that runs it; always 1.",
    labelNames: ["version", "nodejs_version"],
    registers,
  }).set({ version, nodejs_version: process.version }, 1);
  const successful = new Gauge({
    name: "peer_exporter_config_last_reload_successful",
    help: "1 if the last attempt to load the configuration succeeded, else 0.",
    registers,
  });
  const loadedAt = new Gauge({
    name: "peer_exporter_config_last_reload_success_timestamp_seconds",
    help: "Unix time when the configuration in force was loaded.",
    registers,
  });
  const shardInfo = new Gauge({
    name: "peer_exporter_shard_info",
    help: "Which shard of how many this exporter is, counted from 0; always 1, absent without --shard.",
    labelNames: ["shard", "total_shards"],
    registers,
  });
  const closed = new Counter({
    name: "peer_exporter_http_connections_closed_total",
    help: "Connections that were closed because clients took more than their share, by what they took.",
    labelNames: ["reason"],
    registers,
  });
  for (const reason of CLOSE_REASONS) closed.inc({ reason }, 0);
  const latencies = createLatencies();
  return {
    observeRequest: latencies.observe,
    connectionClosed: (reason) => closed.inc({ reason }),
    configLoaded: (unixSeconds) => loadedAt.set(unixSeconds),
    configRead: (isGood) => successful.set(isGood ? 1 : 0),
    sharded: ({ index, total }) => shardInfo.set({ shard: String(index), total_shards: String(total) }, 1),
    async collect() {
      const families = await registry.getMetricsAsJSON();
      return [
        ...families.filter(({ name }) => !MISNAMED.test(name)).flatMap(toRendered),
        rendered(LOG_LINES_LOST, [{ labels: {}, value: logLinesLost() }]),
        renderedDurations(latencies.samples()),
      ];
    },
  };
}

function renderedDurations(samples: readonly LatencySample[]): RenderedFamily {
  const { name } = REQUEST_DURATION;
  return rendered(
    REQUEST_DURATION,
    samples.map(({ suffix, ...rest }) => ({ ...rest, metricName: `${name}${suffix}` })),
  );
}

function toRendered(family: MetricObjectWithValues<MetricValue<string>>): readonly RenderedFamily[] {
  const type = familyType(family);
  if (type === undefined) return [];
  const { name, help, values } = family;
  const known = values.filter(({ value }) => value !== NO_DELAY_YET);
  return [rendered({ name, type, help }, known)];
}

function rendered(header: FamilyHeader, values: readonly OwnValue[]): RenderedFamily {
  return { ...header, samples: (format) => values.map((value) => sample(header.name, value, format)).join("") };
}

/** The least delay of an event loop that was not measured yet, in seconds: the largest number of the engine's histogram. */
const NO_DELAY_YET = (2 ** 63 - 1) / 1e9;

/** prom-client types this as an enum of numbers and sends words. */
function familyType({ type }: { readonly type: unknown }): FamilyType | undefined {
  return type === "gauge" || type === "counter" || type === "histogram" ? type : undefined;
}

type OwnValue = MetricValue<string> & { readonly metricName?: string };

function sample(family: string, { metricName, labels, value }: OwnValue, format: Format): string {
  const pairs = Object.entries(labels).map(
    ([name, label]) => [name, name === "le" ? bound(label, format) : String(label)] as const,
  );
  return renderSample(metricName ?? family, renderLabels(pairs), value);
}

/** OpenMetrics writes bucket bounds as floats: 1.0, not 1. */
function bound(label: string | number | undefined, format: Format): string {
  return format === "openmetrics" && typeof label === "number" && Number.isInteger(label)
    ? `${label}.0`
    : String(label);
}
