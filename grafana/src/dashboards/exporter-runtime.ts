import { SOME_ORANGE } from "../looks.ts";
import { exporter, increase, oncePerExporter, rate } from "../select.ts";
import { graph, stat } from "../shorthand.ts";
import type { PanelSpec } from "../spec.ts";
import { bucketsOf, NAME, named, ofExporters, own, quantileOf } from "./exporter-queries.ts";

const EVENT_LOOP = "peer_exporter_event_loop_delay_seconds";

/** How many delays were longer than a second. Prometheus 3 writes the bucket as 1.0. */
const LONG_BLOCKS = (() => {
  const all = oncePerExporter(increase(exporter(`${EVENT_LOOP}_count`)));
  const short = oncePerExporter(increase(exporter(`${EVENT_LOOP}_bucket`, 'le=~"1|1[.]0"')));
  return `${all} - ignoring (le) ${short}`;
})();

/** Counts of the time range, which have no past. */
const COUNTED = { width: 8, height: 5, decimals: 0, plain: true } as const;

/** The process of the exporter: memory, CPU, event loop, log and limits. */
export const runtime: readonly PanelSpec[] = [
  graph(
    "CPU",
    "Processor cores in use.",
    "short",
    [
      {
        expr: named(oncePerExporter(ofExporters(rate(exporter("process_cpu_seconds_total"))))),
        legend: `${NAME} cores`,
      },
    ],
    { min: 0 },
  ),
  graph(
    "Memory",
    "Resident memory, the used heap, and memory outside of it.",
    "bytes",
    [
      { expr: named(own("process_resident_memory_bytes")), legend: `${NAME} resident` },
      { expr: named(own("nodejs_heap_size_used_bytes")), legend: `${NAME} heap` },
      { expr: named(own("nodejs_external_memory_bytes")), legend: `${NAME} external` },
    ],
    { min: 0 },
  ),
  graph(
    "Event loop delay",
    "How late timers are: median, and the 99th of 100 and the 999th of 1000.",
    "s",
    [
      { expr: named(quantileOf(EVENT_LOOP, 0.5)), legend: `${NAME} median` },
      { expr: named(quantileOf(EVENT_LOOP, 0.99)), legend: `${NAME} 99 of 100` },
      { expr: named(quantileOf(EVENT_LOOP, 0.999)), legend: `${NAME} 999 of 1000` },
    ],
    { min: 0 },
  ),
  {
    kind: "heatmap",
    title: "Event loop delays",
    description:
      "How late timers were, in buckets: the brighter a cell, the more timers. A second or more blocks scrapes.",
    unit: "s",
    queries: [{ expr: bucketsOf(EVENT_LOOP), legend: "{{le}}" }],
    histogram: true,
  },
  graph(
    "Garbage collection",
    "Share of time spent in garbage collection, by kind.",
    "percentunit",
    [
      {
        expr: named(
          `sum by (instance, kind) (${oncePerExporter(ofExporters(rate(exporter("nodejs_gc_duration_seconds_sum"))))})`,
        ),
        legend: `${NAME} {{kind}}`,
      },
    ],
    { width: 8, min: 0 },
  ),
  graph(
    "Open files",
    "File descriptors in use as a share of their limit.",
    "percentunit",
    [{ expr: named(`${own("process_open_fds")} / ${own("process_max_fds")}`), legend: `${NAME} in use` }],
    { width: 8, min: 0 },
  ),
  graph(
    "Active resources",
    "Sockets, timers and other resources by type.",
    "short",
    [{ expr: `sum by (type) (${own("nodejs_active_resources")})`, legend: "{{type}}" }],
    { width: 8, min: 0 },
  ),
  stat(
    "Event loop blocked for a second",
    "How often a timer was more than a second late in the time range: no scrape and no poll went on meanwhile.",
    "short",
    [{ expr: named(LONG_BLOCKS), legend: `${NAME} delays` }],
    { ...COUNTED, steps: SOME_ORANGE },
  ),
  stat(
    "Lost log lines",
    "Log lines in the time range that could not be written: the disk is full, or the reader too slow or gone.",
    "short",
    [
      {
        expr: named(oncePerExporter(increase(exporter("peer_exporter_log_lines_lost_total")))),
        legend: `${NAME} lines`,
      },
    ],
    { ...COUNTED, steps: SOME_ORANGE },
  ),
  stat(
    "Connections closed by limits",
    "Client connections in the time range that the exporter closed because of a limit, by reason.",
    "short",
    [
      {
        expr: named(oncePerExporter(increase(exporter("peer_exporter_http_connections_closed_total")))),
        legend: `${NAME} {{reason}}`,
      },
    ],
    { ...COUNTED, steps: SOME_ORANGE },
  ),
];
