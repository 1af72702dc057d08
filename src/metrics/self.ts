import type { MetricObjectWithValues, MetricValue } from "prom-client";
import Counter from "prom-client/lib/counter.js";
import Gauge from "prom-client/lib/gauge.js";
import gc from "prom-client/lib/metrics/gc.js";
import heapSizeAndUsed from "prom-client/lib/metrics/heapSizeAndUsed.js";
import heapSpacesSizeAndUsed from "prom-client/lib/metrics/heapSpacesSizeAndUsed.js";
import osMemoryHeap from "prom-client/lib/metrics/osMemoryHeap.js";
import processCpuTotal from "prom-client/lib/metrics/processCpuTotal.js";
import processHandles from "prom-client/lib/metrics/processHandles.js";
import processMaxFileDescriptors from "prom-client/lib/metrics/processMaxFileDescriptors.js";
import processOpenFileDescriptors from "prom-client/lib/metrics/processOpenFileDescriptors.js";
import processRequests from "prom-client/lib/metrics/processRequests.js";
import processResources from "prom-client/lib/metrics/processResources.js";
import processStartTime from "prom-client/lib/metrics/processStartTime.js";
import nodeVersion from "prom-client/lib/metrics/version.js";
import Registry from "prom-client/lib/registry.js";
import type { Shard } from "../config/model.ts";
import { createEventLoopDelay } from "./event-loop.ts";
import {
  createdName,
  type FamilyHeader,
  type FamilyType,
  type Format,
  renderLabels,
  renderSample,
} from "./exposition.ts";
import { createLatencies, type HistogramSample, histogramSamples } from "./histogram.ts";
import type { RenderedFamily } from "./page.ts";

/** Why a connection was closed, as a label value. The set is closed. */
const CLOSE_REASONS = ["address_share", "all_in_use", "requests_waiting", "answers_unread"] as const;

export type CloseReason = (typeof CLOSE_REASONS)[number];

/** The exporter's own metrics. prom-client collects them; they are rendered like all others, so that the page has one format. */
export type SelfMetrics = {
  observeRequest(handler: string, code: number, seconds: number): void;
  /** A connection was closed because of a limit. */
  connectionClosed(reason: CloseReason): void;
  /** A configuration was loaded and is used from now on. */
  configLoaded(unixSeconds: number): void;
  /** Whether the configuration was valid when it was last read; if not, the earlier one stays in use. */
  configRead(isGood: boolean): void;
  /** Which part of the nodes this process polls; not called when it polls all. */
  sharded(shard: Shard): void;
  /** The current values of all families. */
  collect(): Promise<readonly RenderedFamily[]>;
};

const REQUEST_DURATION = {
  name: "peer_exporter_http_request_duration_seconds",
  type: "histogram",
  help: "Duration of HTTP requests to the exporter, by handler and status code.",
} as const;

const EVENT_LOOP_DELAY = {
  name: "peer_exporter_event_loop_delay_seconds",
  type: "histogram",
  help: "Delay of the exporter's event loop, measured by a timer that is due every 10 ms; 0 is on time.",
} as const;

/** prom-client's default metrics, except those of the event loop: they start again with each reading, so each scraper gets a part. */
const PROCESS_METRICS = [
  ...[processCpuTotal, processStartTime, osMemoryHeap, processOpenFileDescriptors, processMaxFileDescriptors],
  ...[processResources, processHandles, processRequests, heapSizeAndUsed, heapSpacesSizeAndUsed, nodeVersion, gc],
];

/** Gauges named like counters. Their values are the sums of other families. */
const MISNAMED = /^nodejs_active_(?:handles|requests|resources)_total$/;

const LOG_LINES_LOST = {
  name: "peer_exporter_log_lines_lost_total",
  type: "counter",
  help: "Log lines that were lost because the log's disk was full, or its reader too slow or gone.",
} as const;

/** @param logLinesLost the number of lost log lines so far */
export function createSelfMetrics(version: string, logLinesLost: () => number = () => 0): SelfMetrics {
  const registry = new Registry();
  for (const register of PROCESS_METRICS) register(registry);
  const eventLoopDelay = createEventLoopDelay();
  const registers = [registry];
  new Gauge({
    name: "peer_exporter_build_info",
    help: "Versions of the exporter and of Node.js; always 1.",
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
    help: "Unix time when the current configuration was loaded.",
    registers,
  });
  const shardInfo = new Gauge({
    name: "peer_exporter_shard_info",
    help: "The shard of this exporter, counted from 0, and the number of shards; always 1, absent without --shard.",
    labelNames: ["shard", "total_shards"],
    registers,
  });
  const closed = new Counter({
    name: "peer_exporter_http_connections_closed_total",
    help: "Client connections that the exporter closed because of a limit, by reason.",
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
        renderedHistogram(EVENT_LOOP_DELAY, histogramSamples(eventLoopDelay())),
        rendered(LOG_LINES_LOST, [{ labels: {}, value: logLinesLost() }]),
        renderedHistogram(REQUEST_DURATION, latencies.samples()),
      ];
    },
  };
}

function renderedHistogram(header: FamilyHeader, samples: readonly HistogramSample[]): RenderedFamily {
  return rendered(
    header,
    samples.map(({ suffix, ...rest }) => ({ ...rest, metricName: `${header.name}${suffix}` })),
  );
}

function toRendered(family: MetricObjectWithValues<MetricValue<string>>): readonly RenderedFamily[] {
  const type = familyType(family);
  if (type === undefined) return [];
  const { name, help, values } = family;
  return [rendered({ name, type, help }, values)];
}

function rendered(header: FamilyHeader, values: readonly OwnValue[]): RenderedFamily {
  const lines = (value: OwnValue, format: Format) =>
    sample(header.name, value, format) + created(header, value, format);
  return { ...header, samples: (format) => values.map((value) => lines(value, format)).join("") };
}

/** When the process started, unix seconds: all of its counters begin there. */
const STARTED_SECONDS = Math.round(performance.timeOrigin) / 1000;

/** The time of creation follows a counter, and the last sample of a histogram; not after the clock was set to before it. */
function created({ name, type }: FamilyHeader, { metricName = name, labels }: OwnValue, format: Format): string {
  const isLast = type === "counter" || (type === "histogram" && metricName === `${name}_count`);
  const isKnown = format === "openmetrics" && isLast && STARTED_SECONDS * 1000 <= Date.now();
  return isKnown ? sample(createdName(name), { labels, value: STARTED_SECONDS }, format) : "";
}

/** prom-client declares the type as a numeric enum, but returns texts. */
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

/**
 * Caches the result of `collect`, which takes milliseconds, so that scrapes at the same time share it.
 * @returns the value itself while it is recent, else a promise; a new object each time it is collected again
 */
export function cacheRecent<T extends object>(collect: () => Promise<T>, milliseconds: number): () => T | Promise<T> {
  let last: T | undefined;
  let collectedMs = 0;
  let running: Promise<T> | undefined;
  return () => {
    if (last !== undefined && performance.now() - collectedMs < milliseconds) return last;
    running ??= collect()
      .then((value) => {
        collectedMs = performance.now();
        last = value;
        return value;
      })
      .finally(() => {
        running = undefined;
      });
    return running;
  };
}
