/** One folder of src/, or its entry. */
export type Room = {
  readonly name: string;
  /** In a few words, for the picture. */
  readonly summary: string;
  /** What belongs there, for the table of docs/architecture.md. */
  readonly holds: string;
};

/**
 * The folders of src/, highest level first. A folder imports only from lower levels, types included; folders on the same
 * level do not know each other. test/architecture.test.ts checks it, and docs/architecture.md shows it.
 */
export const TOWER: readonly (readonly Room[])[] = [
  [{ name: "main.ts", summary: "arguments in, exit code out", holds: "the entry: arguments in, exit code out" }],
  [
    {
      name: "cli",
      summary: "flags, help, commands, the end of the process",
      holds: "the command line: flags, help, the end of the process; `commands/` has a file or folder for each command",
    },
  ],
  [
    {
      name: "app",
      summary: "builds every part and connects them",
      holds: "composition: builds every part and connects them, polls and serves; flags of the engine's memory",
    },
  ],
  [
    {
      name: "server",
      summary: "HTTP: limits, routes, pages, TLS and users",
      holds: "HTTP: listening and limits, `routes/`, `pages/` for people, `web-config/` with TLS and users",
    },
  ],
  [
    {
      name: "metrics",
      summary: "the metric families; from a report to sample lines and the page",
      holds: "the metric families that all chains share, and how a report becomes sample lines and a page",
    },
  ],
  [
    {
      name: "poll",
      summary: "schedule, history, head lag, store",
      holds: "when nodes are polled, and what is derived from a report: history, head lag, syncing; the store",
    },
    {
      name: "demo",
      summary: "simulated nodes of every chain",
      holds: "simulated nodes that speak the real formats; a production process does not load it",
    },
  ],
  [
    {
      name: "config",
      summary: "from YAML to a configuration; secrets, shards, reloading",
      holds: "from YAML to a configuration; printing, redaction of secrets, shards, reloading",
    },
  ],
  [
    {
      name: "chains",
      summary: "what an adapter is; one folder for each chain",
      holds: "what an adapter is, one folder for each chain, and the one list of chains",
    },
  ],
  [
    {
      name: "schema",
      summary: "fields, YAML files, problems with their places",
      holds: "what configuration, adapters and web configuration share: fields, YAML files, problems with their places",
    },
  ],
  [
    {
      name: "rpc",
      summary: "one connection to one server",
      holds: "one connection to one server: TLS and pins, authentication, limits, what failures mean",
    },
  ],
  [
    {
      name: "model",
      summary: "plain data: the report, reasons",
      holds: "plain data: the report of a node, addresses, the closed set of failure reasons",
    },
    {
      name: "documents",
      summary: "documents, dashboards and rules in the program",
      holds: "the documents, dashboards and rules that the program contains, and how its texts point at documents",
    },
    {
      name: "logging",
      summary: "logger, destination, crash handler",
      holds: "the logger, its destination, the handler of internal errors",
    },
  ],
  [
    {
      name: "lib",
      summary: "general helpers that do not depend on this program",
      holds: "general helpers that do not depend on this program: files, secrets, time, queues, text",
    },
  ],
];
