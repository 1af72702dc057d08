/** One folder of src/, or its entry. */
export type Room = {
  readonly name: string;
  /** In a few words, as docs/architecture.md shows it. */
  readonly holds: string;
};

/**
 * The folders of src/, highest level first. A folder imports only from lower levels, types included; folders on the same
 * level do not know each other. test/architecture.test.ts checks it, and docs/architecture.md shows it.
 */
export const TOWER: readonly (readonly Room[])[] = [
  [{ name: "main.ts", holds: "the entry: arguments in, exit code out" }],
  [{ name: "cli", holds: "the command line: flags, help, and a file or folder for each command" }],
  [{ name: "app", holds: "composition: builds every part and connects them; probes of targets; memory flags" }],
  [{ name: "server", holds: "HTTP: listening, limits, routes, pages, TLS and users" }],
  [{ name: "metrics", holds: "the families, and how a report becomes sample lines and a page" }],
  [
    { name: "poll", holds: "when nodes are polled, and what becomes of a report: history, head lag, the store" },
    { name: "demo", holds: "simulated nodes that speak the real formats; not loaded by a production process" },
  ],
  [{ name: "config", holds: "from YAML to a configuration; printing, secrets, shards, reloading" }],
  [{ name: "chains", holds: "what an adapter is, one folder for each chain, and the list of chains" }],
  [{ name: "schema", holds: "what configurations and adapters share: fields, YAML files, problems" }],
  [{ name: "rpc", holds: "one connection to one server: TLS and pins, authorization, limits, what failures mean" }],
  [
    { name: "model", holds: "plain data: the report of a node, the closed set of failure reasons" },
    { name: "logging", holds: "the logger, its destination, the crash handler" },
  ],
  [{ name: "lib", holds: "what knows nothing of this program" }],
];
