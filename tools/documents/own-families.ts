import type { FamilyType } from "../../src/metrics/exposition.ts";

/**
 * The exporter's own families, for the documents and the lists of releases. A test compares them with what a process collects,
 * in both directions.
 */

export type OwnFamily = {
  readonly name: string;
  readonly type: FamilyType;
  readonly help: string;
  /** The values of each label: a closed set, or the program that chooses them. */
  readonly labels: Readonly<Record<string, readonly string[] | string>>;
  /** One sample, or of a histogram a few of its samples. */
  readonly example: readonly string[];
};

const KINDS = ["major", "minor", "incremental", "weakcb"];

const OWN: readonly OwnFamily[] = [
  {
    name: "peer_exporter_build_info",
    type: "gauge",
    help: "Versions of the exporter and of Node.js; always 1.",
    labels: { version: "the release of the exporter", nodejs_version: "the release of Node.js" },
    example: ['peer_exporter_build_info{version="0.2.0",nodejs_version="v20.20.2"} 1'],
  },
  {
    name: "peer_exporter_config_last_reload_successful",
    type: "gauge",
    help: "1 if the last attempt to load the configuration succeeded, else 0.",
    labels: {},
    example: ["peer_exporter_config_last_reload_successful 1"],
  },
  {
    name: "peer_exporter_config_last_reload_success_timestamp_seconds",
    type: "gauge",
    help: "Unix time when the current configuration was loaded.",
    labels: {},
    example: ["peer_exporter_config_last_reload_success_timestamp_seconds 1795208412"],
  },
  {
    name: "peer_exporter_shard_info",
    type: "gauge",
    help: "The shard of this exporter, counted from 0, and the number of shards; always 1, absent without --shard.",
    labels: { shard: "the flag `--shard`", total_shards: "the flag `--shard`" },
    example: ['peer_exporter_shard_info{shard="0",total_shards="3"} 1'],
  },
  {
    name: "peer_exporter_http_connections_closed_total",
    type: "counter",
    help: "Client connections that the exporter closed because of a limit, by reason.",
    labels: { reason: ["address_share", "all_in_use", "requests_waiting", "answers_unread"] },
    example: ['peer_exporter_http_connections_closed_total{reason="address_share"} 3'],
  },
  {
    name: "peer_exporter_event_loop_delay_seconds",
    type: "histogram",
    help: "Delay of the exporter's event loop, measured by a timer that is due every 10 ms; 0 is on time.",
    labels: { le: ["0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "10", "+Inf"] },
    example: [
      'peer_exporter_event_loop_delay_seconds_bucket{le="0.005"} 687112',
      'peer_exporter_event_loop_delay_seconds_bucket{le="+Inf"} 687144',
      "peer_exporter_event_loop_delay_seconds_sum 96.4",
      "peer_exporter_event_loop_delay_seconds_count 687144",
    ],
  },
  {
    name: "peer_exporter_log_lines_lost_total",
    type: "counter",
    help: "Log lines that were lost because the log's disk was full, or its reader too slow or gone.",
    labels: {},
    example: ["peer_exporter_log_lines_lost_total 0"],
  },
  {
    name: "peer_exporter_http_request_duration_seconds",
    type: "histogram",
    help: "Duration of HTTP requests to the exporter, by handler and status code.",
    labels: {
      handler: "the route of the request ([http.md](http.md)), or `none`",
      code: "the HTTP status code",
      le: ["0.001", "0.0025", "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "2.5", "+Inf"],
    },
    example: [
      'peer_exporter_http_request_duration_seconds_bucket{le="0.001",handler="/metrics",code="200"} 448',
      'peer_exporter_http_request_duration_seconds_bucket{le="+Inf",handler="/metrics",code="200"} 458',
      'peer_exporter_http_request_duration_seconds_sum{handler="/metrics",code="200"} 0.211',
      'peer_exporter_http_request_duration_seconds_count{handler="/metrics",code="200"} 458',
    ],
  },
  {
    name: "peer_exporter_node_info",
    type: "gauge",
    help: "The nodes that this exporter polls, without references; always 1.",
    labels: { target: "the name of the node in the configuration", chain: "its `chain` in the configuration" },
    example: ['peer_exporter_node_info{target="wire-1",chain="wire"} 1'],
  },
];

/** Of the process, by prom-client, which also chooses their names. */
const PROCESS: readonly OwnFamily[] = [
  ofProcess("process_cpu_user_seconds_total", "counter", "Total user CPU time spent in seconds.", 21.43),
  ofProcess("process_cpu_system_seconds_total", "counter", "Total system CPU time spent in seconds.", 2.18),
  ofProcess("process_cpu_seconds_total", "counter", "Total user and system CPU time spent in seconds.", 23.61),
  ofProcess(
    "process_start_time_seconds",
    "gauge",
    "Start time of the process since unix epoch in seconds.",
    1_795_208_411,
  ),
  ofProcess("process_resident_memory_bytes", "gauge", "Resident memory size in bytes.", 84_512_768),
  ofProcess("process_virtual_memory_bytes", "gauge", "Virtual memory size in bytes.", 1_065_308_160),
  ofProcess("process_heap_bytes", "gauge", "Process heap size in bytes.", 111_296_512),
  ofProcess("process_open_fds", "gauge", "Number of open file descriptors.", 31),
  ofProcess("process_max_fds", "gauge", "Maximum number of open file descriptors.", 524_288),
  byType(
    "nodejs_active_resources",
    "Number of active resources that are currently keeping the event loop alive, grouped by async resource type.",
    "TCPServerWrap",
  ),
  byType(
    "nodejs_active_handles",
    "Number of active libuv handles grouped by handle type. Every handle type is C++ class name.",
    "Server",
  ),
  byType(
    "nodejs_active_requests",
    "Number of active libuv requests grouped by request type. Every request type is C++ class name.",
    "FSReqCallback",
  ),
  ofProcess("nodejs_heap_size_total_bytes", "gauge", "Process heap size from Node.js in bytes.", 20_520_960),
  ofProcess("nodejs_heap_size_used_bytes", "gauge", "Process heap size used from Node.js in bytes.", 16_596_440),
  ofProcess("nodejs_external_memory_bytes", "gauge", "Node.js external memory size in bytes.", 4_046_614),
  bySpace("total", 9_666_560),
  bySpace("used", 7_883_080),
  bySpace("available", 1_618_472),
  {
    name: "nodejs_version_info",
    type: "gauge",
    help: "Node.js version info.",
    labels: { version: "Node.js", major: "Node.js", minor: "Node.js", patch: "Node.js" },
    example: ['nodejs_version_info{version="v20.20.2",major="20",minor="20",patch="2"} 1'],
  },
  {
    name: "nodejs_gc_duration_seconds",
    type: "histogram",
    help: "Garbage collection duration by kind, one of major, minor, incremental or weakcb.",
    labels: { le: ["0.001", "0.01", "0.1", "1", "2", "5", "+Inf"], kind: KINDS },
    example: [
      'nodejs_gc_duration_seconds_bucket{le="0.001",kind="minor"} 1011',
      'nodejs_gc_duration_seconds_bucket{le="+Inf",kind="minor"} 1024',
      'nodejs_gc_duration_seconds_sum{kind="minor"} 0.482',
      'nodejs_gc_duration_seconds_count{kind="minor"} 1024',
    ],
  },
];

/** All of them, in the order of the document. */
export const OWN_FAMILIES: readonly OwnFamily[] = [...OWN, ...PROCESS];

/** Whether prom-client chooses the name: such families are not part of what this program promises. */
export function isOfProcess(name: string): boolean {
  return /^(?:process|nodejs)_/.test(name);
}

function ofProcess(name: string, type: FamilyType, help: string, value: number): OwnFamily {
  return { name, type, help, labels: {}, example: [`${name} ${value}`] };
}

function byType(name: string, help: string, value: string): OwnFamily {
  return { name, type: "gauge", help, labels: { type: "Node.js" }, example: [`${name}{type="${value}"} 2`] };
}

function bySpace(what: string, value: number): OwnFamily {
  const name = `nodejs_heap_space_size_${what}_bytes`;
  return {
    name,
    type: "gauge",
    help: `Process heap space size ${what} from Node.js in bytes.`,
    labels: { space: "Node.js" },
    example: [`${name}{space="old"} ${value}`],
  };
}
