/**
 * Programs in the documents whose commands are checked elsewhere, or that are not ours. `peer-exporter`, `curl` to the
 * exporter and `npm run` are checked word for word.
 */
export const PROGRAMS: ReadonlyMap<string, string> = new Map([
  ["docker", "test/container.test.ts parses them, test/e2e/image.test.ts runs them with podman"],
  ["kubectl", "test/e2e/kubernetes/docs.test.ts"],
  ["helm", "test/e2e/kubernetes/docs.test.ts"],
  [
    "openssl",
    "test/e2e/web-config.test.ts runs them; those to a chainweb node are of test/e2e/getting-started.test.ts",
  ],
  ["systemctl", "systemd's own; test/e2e/systemd.test.ts has what they do"],
  ["journalctl", "systemd's own"],
  ["npm", "npm's own commands; its scripts are checked"],
  ["git", "git's own"],
  ["cosign", "for releases, of which there is none yet"],
  ["gh", "for releases, of which there is none yet"],
  ["pipx", "programs that check workflows; test/workflows.test.ts checks them too"],
  ["node", "Node.js' own; the exporter started by it is checked"],
  ["promtool", "Prometheus' own; test/prometheus runs it over the same files"],
  ["jsonnet", "test/e2e/mixin/readme.long.test.ts runs it"],
  ["jb", "jsonnet-bundler's own; test/e2e/mixin/readme.long.test.ts has the folder that it makes"],
  ["amtool", "Alertmanager's own"],
  ["monerod", "monerod's own; test/e2e/getting-started.test.ts has what docs/getting-started starts"],
  ["clio", "Wire's own"],
  ["nodeop", "Wire's own; no package of it is to be had"],
  ["chainweb-node", "its own; no package of it is to be had"],
  ["curl", "to nodes; those to the exporter are checked"],
  // Of the system.
  ...[
    "cat",
    "echo",
    "head",
    "chronyc",
    "cut",
    "df",
    "du",
    "grep",
    "install",
    "jq",
    "mkdir",
    "nc",
    "printf",
    "seq",
    "sha256sum",
    "sort",
    "tail",
    "tar",
    "timedatectl",
  ].map((name) => [name, "the system's own"] as const),
  // Of the shell.
  ...["cd", "do", "done", "for", "source"].map((word) => [word, "a word of the shell"] as const),
]);
