import type { FailureReason } from "../../src/model/failure.ts";

/** A fault, and what users see of it. */
export type Fault = {
  readonly fault: string;
  /** What pages and metrics show during the fault and afterwards. */
  readonly shows: string;
  /** The `reason` of polls that fail because of it, if any do. */
  readonly reason?: FailureReason;
  /** The text of the log line; `…` stands for any words. Absent if nothing is logged. */
  readonly log?: string;
  readonly remedy: string;
};

const STALE =
  "down: no poll of the node has ended since …, so its data is too old to be shown; the exporter or its machine was suspended or is overloaded, or its clock was set forward; the next poll shows the node again";

/**
 * Faults of the exporter's own environment. A test injects each of them into a running exporter, and docs/reliability.md is
 * generated from them.
 */
export const EXPORTER_FAULTS = {
  clockForward: {
    fault: "The clock is set forward by an hour",
    shows:
      "Polls and counters continue on schedule. Each node has `p2p_node_up` 0 and no data until its next poll, at most one interval later, as after a suspension: the clocks of a machine that was suspended show the same, and old data must not look new. `p2p_connection_start_timestamp_seconds` moves by an hour, as do all times computed from an age. `p2p_node_clock_skew_seconds` of Chainweb nodes shows the hour from the next poll on.",
    log: STALE,
    remedy: "None. Let a time service correct clocks in small steps.",
  },
  clockBack: {
    fault: "The clock is set back by an hour",
    shows:
      "Polls continue on schedule, also those of cron schedules: the exporter notices the change, and skips no scheduled poll. Times of the last poll are in the future until the next one. Data is removed when it is too old by a clock that is never set. The exporter accepts fewer heights of peers while its clock is behind.",
    remedy: "None. Let a time service correct clocks in small steps.",
  },
  suspended: {
    fault: "The process is stopped (SIGSTOP), or its machine suspended, for longer than data stays fresh",
    shows:
      "No scrape gets old data, not even the first one after it: data that is older than two intervals and the timeout is removed before a page is sent. Until its next poll, each node has `p2p_node_up` 0, and its counters and `p2p_node_last_success_timestamp_seconds` as before. No poll failed, so `p2p_node_poll_failures_total` does not grow. The same happens if a timer is late.",
    log: STALE,
    remedy: "None: the exporter polls again by itself.",
  },
  largeReload: {
    fault: "The exporter reloads a configuration of 5,000 nodes",
    shows:
      "Scrapes, health checks, signals and polls of unchanged nodes continue: a separate thread parses the file, the rest is done in slices, and no step blocks the event loop for more than 50 ms. The whole new configuration becomes active at one moment. SIGTERM ends the reload before that moment.",
    log: "configuration reloaded: nodes: …",
    remedy: "None. While the thread parses, it needs about 25 MiB per 1,000 nodes.",
  },
  descriptors: {
    fault: "Clients try to use all file descriptors",
    shows:
      "Polls and scrapes continue: a third of the descriptors is for clients, at most 512, and the exporter closes the least useful connections for new ones.",
    remedy:
      "If the limit is low, raise it (`ulimit -n`, `LimitNOFILE=`): three per node, one per client, and 50 more. Watch `process_open_fds / process_max_fds`.",
  },
  moreNodesThanDescriptors: {
    fault: "There are more nodes than file descriptors for their connections",
    shows:
      "The exporter polls every node: nodes take turns, and it closes connections between polls. It reserves descriptors for scrapes and health checks. A node that gets no descriptor within half of its timeout, because others hang, is down until its next poll.",
    reason: "connect",
    log: "the limit of … open files leaves … connections for … nodes and … for clients: nodes take turns and connections are closed between polls; raise the limit to … or more (ulimit -n, LimitNOFILE=)",
    remedy:
      "Raise the limit to the number in the log line, which appears at the start and after a reload that adds nodes.",
  },
  logDiskFull: {
    fault: "The disk of the log is full",
    shows:
      "No effect: polls and scrapes continue. The exporter tries to write each line; when there is space again, a line reports the number of lost lines. `peer_exporter_log_lines_lost_total` counts them.",
    log: "… log lines were lost: the log's disk was full, or its reader too slow",
    remedy: "Free disk space. Logs go to standard error; limit their size in the service manager.",
  },
  logClosed: {
    fault: "Standard output and error are closed, or their reader ends",
    shows:
      "Polls and scrapes continue without a log. `peer_exporter_log_lines_lost_total` counts the lines lost after the reader ended.",
    remedy: "Restart the exporter if you need a log.",
  },
  logUnread: {
    fault: "The pipe of the log is full, because its reader does not read",
    shows:
      "No effect: polls and scrapes do not wait. The exporter keeps up to 1 MiB of lines; later lines are lost and counted (`peer_exporter_log_lines_lost_total`) until the reader has read half of them. The exit waits a second for the reader.",
    log: "… log lines were lost: the log's disk was full, or its reader too slow",
    remedy: "Check the reader of the log. Reduce the log with `--log.level`.",
  },
  outputFull: {
    fault: "Standard output cannot be written (`check`, `--help` into a full disk)",
    shows: "The exit code is 1.",
    log: "peer-exporter: cannot write to standard output (ENOSPC)",
    remedy: "Free disk space. The exporter itself prints nothing to standard output.",
  },
  stopDuringPoll: {
    fault: "SIGTERM or SIGINT during polls",
    shows: "The exporter aborts the polls and exits immediately with code 0.",
    log: "stopping: requests in flight may finish",
    remedy: "None.",
  },
  stopDuringScrape: {
    fault: "SIGTERM during a large scrape that is read slowly",
    shows:
      "The exporter sends the rest of the page, for at most 3 seconds; it refuses new connections and answers new requests with 503. The exit code is 0.",
    log: "stopped",
    remedy: "None. In Kubernetes, 5 seconds of grace are enough.",
  },
  secondSignal: {
    fault: "A second SIGTERM or SIGINT",
    shows:
      "The process ends immediately, by the signal (exit code 143 or 130); as process 1 of a container, it exits with that code.",
    remedy: "None.",
  },
  debuggerSignal: {
    fault: "SIGUSR1, which opens the inspector of Node.js",
    shows: "No effect once the program itself runs. Before, while Node.js starts, Node.js handles the signal.",
    remedy: "None. Only the exporter's user and root may send it.",
  },
  stopDuringStart: {
    fault: "SIGTERM during the start",
    shows: "The process ends within 5 seconds: with 0, or by the signal (143) while Node.js itself starts.",
    remedy: "None.",
  },
  killed: {
    fault: "SIGKILL, out of memory, power loss; then a restart",
    shows:
      "The first page has every node, with `p2p_node_up` 0 and without data, until its first poll has ended; `/-/ready` returns 503 until then. Counters start at 0, which `rate()` handles as a reset; `process_start_time_seconds` shows the time. The exporter keeps no data on disk.",
    remedy: "Find out why it was killed. The exporter replaces a socket left by a `unix:` address.",
  },
  portInUse: {
    fault: "The port is in use",
    shows: "The exporter does not start; the exit code is 1.",
    log: "cannot listen on … (EADDRINUSE): choose another --web.listen-address",
    remedy: "Choose another `--web.listen-address`, or stop the other process.",
  },
  configUnreadable: {
    fault: "The configuration file cannot be read at the start",
    shows: "The exporter does not start; the exit code is 1.",
    log: "…: cannot read the configuration file (ENOENT: no such file)",
    remedy: "Check path and permissions; `peer-exporter check` reports the same without a start.",
  },
  fileNotRegular: {
    fault: "A FIFO, a device or a socket instead of a file, or a file that is far too large",
    shows:
      "The exporter opens only regular files, and symbolic links to them. It does not start, and `check` exits with 1. After the start, a node with such a secret or CA file is down and a reload is refused; everything else continues. A configuration may have 16 MiB, a web configuration and a file with certificates or keys 1 MiB, a secret 64 KiB.",
    log: "…: cannot read … (it is …, expected a regular file)",
    remedy: "Use a regular file. Pipes, such as `<(…)` of the shell, are refused.",
  },
  fileHangs: {
    fault: "Secret files on a mount that hangs",
    shows:
      "Nodes with a secret on this mount are down from their next poll on, after 2 seconds or their `timeout`; later polls fail immediately while the first read still hangs. A reload is refused and names the files. Other nodes, scrapes, compression and host name lookups continue, in the worst case with five hanging threads. Everything recovers with the mount.",
    reason: "unauthorized",
    log: "down: cannot read the secret file … (no response within 2 s: check whether its mount hangs); check the auth block of this node",
    remedy:
      "Fix the mount. A node with a `timeout` of 2 seconds or less reports `timeout` once before it names the file.",
  },
  stopWhileFilesHang: {
    fault: "SIGTERM while files hang",
    shows:
      "The process ends within 5 seconds; a second signal ends it immediately. Node.js waits for hanging threads before it exits, so the program replaces itself with one that exits with the right code: 0 for the exporter, 143 for a command. Node.js 20, and 22 before 22.15, do not support this (`process.execve`): there the process ends by SIGTERM (143), and as process 1 of a container, which cannot end itself by a signal, by a fault (134 or 139).",
    log: "stopped",
    remedy: "None.",
  },
  configNested: {
    fault: "The configuration or web configuration file is nested too deeply, or has too many values, keys or aliases",
    shows:
      "The exporter refuses it before it builds objects: it does not start, with exit code 1; at a reload, it keeps the current configuration, and `peer_exporter_config_last_reload_successful` is 0.",
    log: "…: nested too deeply",
    remedy: "Check which program wrote the file. Values may have 256 KiB, mappings 10,000 keys.",
  },
  secretAsPath: {
    fault: "The value of `password_file: …` is the secret itself, or a secret has a line break or NUL inside",
    shows:
      "The exporter does not start; the exit code is 1. If a path does not exist, the error names only its folder.",
    log: "… cannot read a file in … (ENOENT: no such file); its name is not shown, as it may be the secret itself",
    remedy: "Put the secret into a file, on one line, and set the path of the file.",
  },
  secretRepeated: {
    fault: "A node returns its credentials or a token of its URL in a version, an error or a peer, in any encoding",
    shows:
      "The exporter replaces them with `<secret>`, on every page, in series, logs and errors. This is not possible for a secret of fewer than 6 characters.",
    log: "… too short to be hidden: use at least 6 characters",
    remedy: "Use longer secrets. Find out why the node returns them.",
  },
  internalError: {
    fault: "A bug: an unexpected error in a poll or in rendering",
    shows:
      "Only that node is down; the next poll tries again. If rendering fails even for that, the node is missing from the page. The texts of errors appear only in the log, with only the host of URLs.",
    reason: "internal",
    log: "unexpected … inside the exporter",
    remedy: "Report it with the stack in the log.",
  },
  eventLoopBlocked: {
    fault: "The event loop hangs for seconds (no CPU, a bug, a stopped machine)",
    shows:
      "Scrapes wait for that time. The block is counted in `peer_exporter_event_loop_delay_seconds`, once and for every scraper. If the loop hangs permanently, scrapes fail.",
    remedy:
      "See the runbooks of the alerts PeerExporterEventLoopBlocked, PeerExporterEventLoopSlow and PeerExporterDown.",
  },
  smallHeap: {
    fault:
      "The exporter has a heap of 128 MB, and one of its nodes sends the most expensive responses, one after the other",
    shows:
      "Only that node is down, with the reason of each response. Healthy nodes are polled on schedule, `/-/healthy` answers, the process keeps running and exits with code 0. `npm run bench:hostile` measures this.",
    remedy: "Check which server answers at the URL of that node.",
  },
  requestsPipelined: {
    fault: "A client sends thousands of requests on one connection without waiting for responses",
    shows:
      "The exporter closes its connection at the fifth request in progress, or at the 33rd without a complete response (the fifth if it accepted no request of the connection); it does not read further requests. Scrapes continue, memory does not grow. `peer_exporter_http_connections_closed_total` counts it.",
    log: "closed connections of clients that exceeded a limit: too many requests waited for their responses; …",
    remedy: "None. The log names the client's address once a minute.",
  },
  connectionsHeld: {
    fault: "A client repeatedly opens hundreds of connections and sends half a request on each",
    shows:
      "The exporter accepts new connections and closes the oldest ones of that address. It does not close connections of scrapers with accepted requests. `peer_exporter_http_connections_closed_total` counts the closed ones.",
    log: "closed connections of clients that exceeded a limit: one address exceeded its share; …",
    remedy: "Restrict access to the port. The log names the client's address once a minute.",
  },
  headersMany: {
    fault: "A client sends thousands of tiny headers",
    shows: "It gets 431 at the 101st, and its connection is closed.",
    remedy: "None. A proxy that adds that many headers is misconfigured.",
  },
  passwordsWrong: {
    fault: "A client tries one wrong password after the other while the web configuration changes",
    shows:
      "Scrapes with the right password succeed, also after the change and for a user that it added. Wrong passwords get 401, or 503 while too many passwords from that address wait to be checked.",
    remedy: "Restrict access to the port; `rate_limit` would reject scrapers, too.",
  },
  oneProxy: {
    fault: "All scrapers use one proxy, each with its own connection",
    shows: "No effect: the exporter refuses no scrape.",
    remedy: "None.",
  },
  abortedScrapes: {
    fault: "Scrapers close the connection in the middle of a page, thousands of times",
    shows: "No effect: the exporter discards the pages; memory and descriptors do not grow.",
    remedy: "Find out why: usually `scrape_timeout` is too short.",
  },
  pageOfStranger: {
    fault: "A web page of another origin, open in an operator's browser, requests a reload or a poll, or reads pages",
    shows:
      'The exporter neither reloads nor polls: POST `/-/reload` and `/probe` return 403, which `peer_exporter_http_request_duration_seconds_count{code="403"}` counts. The browser does not let the page read a response.',
    remedy:
      "None. Behind a reverse proxy, pass the Host header on unchanged, or the exporter refuses its own pages' reloads too ([security.md](security.md#browsers)).",
  },
  dnsRebinding: {
    fault: "The host name of a web page resolves to the exporter's address (DNS rebinding), to read its pages",
    shows:
      "With `--web.allowed-hosts`, requests for other host names get 421, except `/-/healthy` and `/-/ready`. Without the flag, such a page can read what any client of the port can read.",
    remedy: "Set `--web.allowed-hosts` if browsers can reach the exporter without a password.",
  },
  twoHosts: {
    fault: "An ambiguous request (two Host headers, two lengths, a header over two lines)",
    shows:
      "It gets 400 and its connection is closed, so that a proxy and the exporter cannot interpret it differently.",
    remedy: "Find the client or proxy that sends it.",
  },
  probeLoop: {
    fault: "A client requests `/probe` of one node or target in a loop",
    shows:
      "The exporter polls the node once per second or per tenth of its interval, whichever is longer, and a target once per second; other requests get the last result. `&debug=true` shows its age.",
    remedy: "None.",
  },
} as const satisfies Readonly<Record<string, Fault>>;

export type FaultName = keyof typeof EXPORTER_FAULTS;

export const faultOf = (name: FaultName): Fault => EXPORTER_FAULTS[name];

/** What the log line of a fault looks like. */
export function logPattern(name: FaultName): RegExp {
  const { log } = faultOf(name);
  if (log === undefined) throw new Error(`${name} logs nothing`);
  const parts = log.split("…").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(parts.join(".+"));
}
