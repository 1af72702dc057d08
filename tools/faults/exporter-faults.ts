import type { FailureReason } from "../../src/model/failure.ts";

/** One thing that goes wrong, and how its user learns of it. */
export type Fault = {
  readonly fault: string;
  /** What pages and metrics show meanwhile and afterwards. */
  readonly shows: string;
  /** The `reason` of the polls that fail of it, where polls do. */
  readonly reason?: FailureReason;
  /** The text of the log line; `…` stands for any words. Absent where nothing is logged. */
  readonly log?: string;
  readonly remedy: string;
};

/**
 * Faults of the exporter's own world. Each is injected into a running exporter by a test that asks for it by its key, and
 * docs/reliability.md is made of them.
 */
export const EXPORTER_FAULTS = {
  clockForward: {
    fault: "The clock is set forward by an hour",
    shows:
      "Polls go on at their pace, counters go on. Heads of other nodes and of references do not count until their next poll. `p2p_connection_start_timestamp_seconds` moves by the hour, as do all times reckoned from an age. `p2p_node_clock_skew_seconds` has the hour from the next poll on.",
    remedy: "None. Let a time service correct clocks in small steps.",
  },
  clockBack: {
    fault: "The clock is set back by an hour",
    shows:
      "Polls go on at their pace, also those of cron schedules: each look at the clock notices that it was set back, and no turn is left out. Times of the last poll are in the future until the next one. Data of a node that asked to be left alone is withdrawn, as nobody knows its age. Heights that peers claim are believed less while the own clock is behind.",
    remedy: "None. Let a time service correct clocks in small steps.",
  },
  largeReload: {
    fault: "A configuration of 5,000 nodes is loaded anew, whatever has changed in it",
    shows:
      "Scrapes, health checks, signals and polls of nodes that stay go on: the file is parsed in a thread of its own, the rest is done in slices, and nothing holds the event loop for more than 50 ms. The new configuration counts from one moment on, as a whole. SIGTERM ends it before that moment.",
    log: "configuration reloaded: nodes: …",
    remedy: "None. While the thread parses, it takes about 25 MiB for each 1,000 nodes.",
  },
  descriptors: {
    fault: "Clients want all file descriptors there are",
    shows:
      "Nodes are polled and scrapes answered as before: a third of the descriptors is for clients, 512 at most, and the connections that said least make room for new ones.",
    remedy:
      "Where there are few, raise the limit (`ulimit -n`, `LimitNOFILE=`): three for each node, one for each client, 50 besides. Watch `process_open_fds / process_max_fds`.",
  },
  moreNodesThanDescriptors: {
    fault: "There are more nodes than file descriptors for their connections",
    shows:
      "Every node is polled: nodes take turns, and connections are closed between polls. Descriptors are kept back for scrapes and health checks. A node that finds none within half of its timeout, as others hang, is down until its next poll.",
    reason: "connect",
    log: "the limit of … open files leaves … connections for … nodes and … for clients: nodes take turns and connections are closed between polls; raise the limit to … or more (ulimit -n, LimitNOFILE=)",
    remedy:
      "Raise the limit to the number in the log line, which is written at the start and after a reload that adds nodes.",
  },
  logDiskFull: {
    fault: "The disk that holds the log is full",
    shows:
      "Nothing: polls and scrapes go on. Each line is tried; when there is room again, a line tells how many are missing. `peer_exporter_log_lines_lost_total` counts them.",
    log: "… log lines were lost: the log's disk was full, or its reader too slow",
    remedy: "Make room. Logs go to standard error; let the service manager bound them.",
  },
  logClosed: {
    fault: "Standard output and error are closed, or their reader ends",
    shows:
      "Polls and scrapes go on without a log. `peer_exporter_log_lines_lost_total` counts lines whose reader ended.",
    remedy: "Restart with a log if you want one.",
  },
  logUnread: {
    fault: "Nobody reads the pipe of the log, and it is full",
    shows:
      "Nothing: polls and scrapes do not wait. Up to 1 MiB of lines is kept, later ones are lost and counted (`peer_exporter_log_lines_lost_total`) until the reader has caught up by half; the exit waits a second for a reader.",
    log: "… log lines were lost: the log's disk was full, or its reader too slow",
    remedy: "See what became of the log's reader. Log less: `--log.level`.",
  },
  outputFull: {
    fault: "Standard output cannot be written (`check`, `--help` into a full disk)",
    shows: "The exit code is 1.",
    log: "peer-exporter: cannot write to standard output (ENOSPC)",
    remedy: "Make room. The exporter itself prints nothing there.",
  },
  stopDuringPoll: {
    fault: "SIGTERM or SIGINT while nodes are polled",
    shows: "The polls are given up, and the exit code is 0 at once.",
    log: "stopping: requests in flight may finish",
    remedy: "None.",
  },
  stopDuringScrape: {
    fault: "SIGTERM during a large scrape that is read slowly",
    shows:
      "The page is sent to its end, for 3 seconds at most; new connections are refused and new requests answered 503. The exit code is 0.",
    log: "stopped",
    remedy: "None. In Kubernetes, 5 seconds of grace are enough.",
  },
  secondSignal: {
    fault: "A second SIGTERM or SIGINT",
    shows:
      "The process ends at once, by the signal (exit code 143 or 130); as process 1 of a container with that code.",
    remedy: "None.",
  },
  debuggerSignal: {
    fault: "SIGUSR1, at which Node.js opens its inspector",
    shows:
      "Nothing: the signal has no effect once the program itself runs. Before, while Node.js starts, it does what Node.js does.",
    remedy: "None. Only this user and root may send it.",
  },
  stopDuringStart: {
    fault: "SIGTERM during the start",
    shows: "It ends within 5 seconds: with 0, or by the signal (143) while Node.js itself starts.",
    remedy: "None.",
  },
  killed: {
    fault: "SIGKILL, out of memory, loss of power; then a restart",
    shows:
      "The first page has every node, with `p2p_node_up` 0 and without data, until its first poll has ended; `/-/ready` answers 503 until then. Counters start at 0, which `rate()` takes for the reset it is; `process_start_time_seconds` tells when. Nothing is kept on disk.",
    remedy: "See why it was killed. A socket left by `unix:` addresses is replaced.",
  },
  portInUse: {
    fault: "The port is in use",
    shows: "It does not start; the exit code is 1.",
    log: "cannot listen on … (EADDRINUSE): choose another --web.listen-address",
    remedy: "Choose another `--web.listen-address`, or end the other process.",
  },
  configUnreadable: {
    fault: "The configuration file cannot be read at the start",
    shows: "It does not start; the exit code is 1.",
    log: "…: cannot read the configuration file (ENOENT: no such file)",
    remedy: "Check path and permissions; `peer-exporter check` tells the same without a start.",
  },
  fileNotRegular: {
    fault: "A FIFO, a device or a socket in place of a file, or one that is far too large",
    shows:
      "Nothing but regular files, and symbolic links to them, is opened. It does not start, and `check` ends with 1. After the start, a node with such a secret or CA file is down and a reload is refused; everything else goes on. A configuration may have 16 MiB, a web configuration and a file with certificates or keys 1 MiB, a secret 64 KiB.",
    log: "…: cannot read … (it is …, expected a regular file)",
    remedy: "Name a regular file. Pipes, as the shell makes them of `<(…)`, are none.",
  },
  fileHangs: {
    fault: "Secret files on a mount that hangs",
    shows:
      "Nodes with a secret there are down from their next poll on, after 2 seconds or their `timeout`; later polls fail at once while the first read still hangs. A reload is refused and names the files. Other nodes, scrapes, compression and names of hosts go on, in the worst case with five threads that hang. All comes back by itself with the mount.",
    reason: "unauthorized",
    log: "down: cannot read the secret file … (no response within 2 s: check whether its mount hangs); check the auth block of this node",
    remedy: "Mend the mount. A node whose `timeout` is 2 seconds or less says `timeout` once before it names the file.",
  },
  stopWhileFilesHang: {
    fault: "SIGTERM while files hang",
    shows:
      "The process is gone within 5 seconds; a second signal ends it at once. Node.js waits for threads that hang before it exits, so the program replaces itself by one that exits with the code that was due: 0 for the exporter, 143 for a command. Node.js 20, and 22 before 22.15, cannot (`process.execve`): there it ends by SIGTERM (143), and as process 1 of a container, which the kernel spares its own signals, by a fault (134 or 139).",
    log: "stopped",
    remedy: "None.",
  },
  configNested: {
    fault:
      "The configuration or web configuration file is nested without end, or holds values, keys or aliases without number",
    shows:
      "It is refused before anything is built from it: no start, exit code 1; at a reload what was in force stays, and `peer_exporter_config_last_reload_successful` is 0.",
    log: "…: nested too deeply",
    remedy: "See what wrote the file. Values may have 256 KiB, mappings 10,000 keys.",
  },
  secretAsPath: {
    fault: "A secret stands where the path of its file belongs (`password_file: …`), or has a line break or NUL inside",
    shows: "It does not start; the exit code is 1. Of a path that does not exist only the folder is named.",
    log: "… cannot read a file in … (ENOENT: no such file); its name is not shown, as it may be the secret itself",
    remedy: "Put the secret into a file, on one line, and name the file.",
  },
  secretRepeated: {
    fault: "A node repeats its credentials or a token of its URL in a version, an error or as a peer, in any encoding",
    shows:
      "`<secret>` stands in its place, on every page, in series, logs and errors. Of a secret of fewer than 6 characters this cannot be done.",
    log: "… too short to be hidden: use at least 6 characters",
    remedy: "Use longer secrets. See why the node repeats them.",
  },
  internalError: {
    fault: "A bug: an unexpected error in a poll or in rendering",
    shows:
      "That node alone is down; the next poll tries anew. If not even that can be rendered, the node is off the page. The texts of errors are in the log alone, without what URLs hold beside their host.",
    reason: "internal",
    log: "unexpected … inside the exporter",
    remedy: "Report it with the stack in the log.",
  },
  eventLoopBlocked: {
    fault: "The event loop hangs for seconds (no CPU, a bug, a stopped machine)",
    shows:
      "Scrapes wait as long. The next one has the block in `nodejs_eventloop_lag_max_seconds`, which is measured anew from page to page: of several scrapers one sees it. A loop that hangs for good makes scrapes fail.",
    remedy:
      "The alerts PeerExporterEventLoopBlocked, PeerExporterEventLoopSlow and PeerExporterDown, and their runbooks.",
  },
  smallHeap: {
    fault:
      "The exporter has a heap of 128 MB, and one of its nodes sends the worst answers there are, one after the other",
    shows:
      "That node alone is down, with the reason of each answer. Good nodes are polled at their pace, `/-/healthy` answers, the process lives and ends with code 0. `npm run bench:hostile` has figures.",
    remedy: "See what answers at the URL of that node.",
  },
  requestsPipelined: {
    fault: "A client sends thousands of requests on one connection and waits for no answer",
    shows:
      "Its connection is closed with the fifth request that is worked on, or the 33rd that is not answered to the end (the fifth where none was let in); what followed is not even read. Scrapes go on, memory stays where it was. `peer_exporter_http_connections_closed_total` counts it.",
    log: "clients took too much, and connections were closed: too many requests waited for their answers; …",
    remedy: "None. The line names the client's address once a minute.",
  },
  connectionsHeld: {
    fault: "A client opens hundreds of connections and sends half a request on each, again and again",
    shows:
      "New connections are let in, and the oldest ones of that address make room. Open connections of scrapers that were let in are not cut. `peer_exporter_http_connections_closed_total` counts them.",
    log: "clients took too much, and connections were closed: one address had more of them than its share; …",
    remedy: "Keep strangers from the port. The line names the client's address once a minute.",
  },
  headersMany: {
    fault: "A client sends thousands of tiny headers",
    shows: "It is answered 431 with the 101st, and its connection ends.",
    remedy: "None. A proxy that adds so many is configured wrongly.",
  },
  passwordsWrong: {
    fault: "A client asks with one wrong password after the other while the web configuration changes",
    shows:
      "Scrapes with the right password are answered as before, also after the change and those of a user who was not there before it. Wrong passwords get 401, or 503 while too many of that address wait to be checked.",
    remedy: "Keep strangers from the port; `rate_limit` would turn scrapers away, too.",
  },
  oneProxy: {
    fault: "All scrapers come through one proxy, each on a connection of its own",
    shows: "Nothing: no scrape is refused.",
    remedy: "None.",
  },
  abortedScrapes: {
    fault: "Scrapers hang up in the middle of a page, thousands of times",
    shows: "Nothing: what was built is shared and dropped, memory and descriptors stay where they were.",
    remedy: "See why: mostly a `scrape_timeout` that is too short.",
  },
  pageOfStranger: {
    fault: "A web page of another origin, open in an operator's browser, asks for a reload or a poll, or reads pages",
    shows:
      'Nothing is reloaded and nothing polled: POST `/-/reload` and `/probe` answer 403, which `peer_exporter_http_request_duration_seconds_count{code="403"}` counts. The browser gives the page no answer to read.',
    remedy:
      "None. Behind a reverse proxy pass the Host header on unchanged, or browsers' own reloads are refused too ([security.md](security.md#browsers)).",
  },
  dnsRebinding: {
    fault: "A web page makes its own name lead to the exporter (DNS rebinding), to read its pages",
    shows:
      "With `--web.allowed-hosts` requests for names that are not allowed answer 421; `/-/healthy` and `/-/ready` answer as always. Without the flag such a page reads what everybody at the port can.",
    remedy: "Set `--web.allowed-hosts` where browsers reach the exporter without a password.",
  },
  twoHosts: {
    fault: "A request that two readers understand in two ways (two Host headers, two lengths, a header over two lines)",
    shows: "It answers 400 and its connection ends, so that nobody is let in by one reading and served by another.",
    remedy: "See which client or proxy sends it.",
  },
  probeLoop: {
    fault: "A client asks for `/probe` of one node or target in a loop",
    shows:
      "The node is asked once in a second or in a tenth of its interval, whichever is longer, a target once in a second; everybody who asks between gets the last answer. `&debug=true` says how old it is.",
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
