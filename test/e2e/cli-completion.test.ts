import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { parseArguments } from "../../src/cli/parse-arguments.ts";
import { PROGRAM } from "../support/exporter.ts";
import { findProgram, run, tempFolder } from "../support/servers.ts";

/** The completion scripts, in the shells themselves where they are installed. */

const folder = tempFolder();
const CONFIG = join(folder, "config.yaml");
const at = (shell: string) => join(folder, `completion.${shell}`);
const scripts = new Map<string, string>();

beforeAll(async () => {
  writeFileSync(
    CONFIG,
    "nodes:\n  - {name: wire-1, chain: wire, url: 'http://127.0.0.1:1'}\n  - {name: 'mo:1', chain: monero, url: 'http://127.0.0.1:2'}\n",
  );
  for (const shell of ["bash", "zsh", "fish"]) {
    const { code, stdout, output } = await run(process.execPath, [PROGRAM, "completion", shell]);
    expect({ code, output }).toEqual({ code: 0, output: stdout });
    writeFileSync(at(shell), stdout);
    scripts.set(shell, stdout);
  }
});

describe("bash", () => {
  /** What bash would offer; words are split as bash splits them before it calls the function. */
  async function offered(line: string): Promise<readonly string[]> {
    const words = line.split(/(?=[=: ])|(?<=[=:])/).flatMap((word) => (word === " " ? [""] : [word.trim()]));
    const code = `
      peer-exporter() { ${process.execPath} ${PROGRAM} "$@"; }
      source ${at("bash")}
      COMP_LINE=$1 COMP_POINT=\${#1}; shift
      COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
      _peer_exporter 2>&1
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = await run("bash", ["-c", code, "bash", line, ...words]);
    return stdout
      .trim()
      .split("\n")
      .filter((word) => word !== "");
  }

  test.each<[string, readonly string[]]>([
    ["peer-exporter ch", ["check"]],
    ["peer-exporter --conf", ["--config.file"]],
    ["peer-exporter check --c", ["--config.file", "--connect"]],
    ["peer-exporter --log.level ", ["debug", "info", "warn", "error"]],
    ["peer-exporter --log.level=w", ["warn"]],
    ["peer-exporter demo --log.format=", ["json", "pretty"]],
    ["peer-exporter --log.level debug che", ["check"]],
    ["peer-exporter peers --sort la", ["latency"]],
    ["peer-exporter nodes --sort ", ["name", "state", "chain", "peers", "head", "lag", "age", "version", "poll"]],
    ["peer-exporter nodes --sort=la", ["lag"]],
    ["peer-exporter nodes -o ", ["wide", "json"]],
    ["peer-exporter peers --output=w", ["wide"]],
    ["peer-exporter nodes --chain mo", ["monero"]],
    [`peer-exporter nodes -o wide --config.file=${CONFIG} w`, ["wire-1"]],
    ["peer-exporter completion ", ["bash", "zsh", "fish"]],
    ["peer-exporter help sch", ["schema"]],
    ["peer-exporter docs runbooks/P2PNodeD", ["runbooks/P2PNodeDown", "runbooks/P2PNodeDataStale"]],
    ["peer-exporter dashboards peer-exporter-f", ["peer-exporter-fleet"]],
    ["peer-exporter rules ", ["recording", "alerts"]],
    [`peer-exporter peers --config.file=${CONFIG} `, ["wire-1", "mo:1"]],
    [`peer-exporter --config.file ${CONFIG} probe w`, ["wire-1"]],
    // Bash has taken "mo:" for a word of its own.
    [`peer-exporter --config.file ${CONFIG} probe mo:`, ["1"]],
    ["peer-exporter probe --node=own=wire+http://127.0.0.1:1 ", ["own"]],
    ["peer-exporter peers ", []],
    [`peer-exporter peers --config.file ${folder}/none.yaml `, []],
  ])("%s", async (line, words) => {
    expect(await offered(line)).toEqual(words);
  });

  test("every command is offered", async () => {
    const names = await offered("peer-exporter ");
    expect(names).toContain("serve");
    for (const name of names.filter((one) => one !== "help")) {
      const invoked = parseArguments([name, "--help"], "1", { out: () => {}, err: () => {} });
      expect([name, invoked]).toEqual([name, { command: "none", exitCode: 0 }]);
    }
    expect(names).not.toContain("node-names");
  });
});

describe.each([
  ["bash", ["-n"]],
  ["zsh", ["-n"]],
  ["fish", ["--no-execute"]],
] as const)("the script for %s", (shell, flags) => {
  test.skipIf(findProgram(shell) === undefined)("is good syntax", async () => {
    expect(await run(shell, [...flags, at(shell)])).toEqual({ code: 0, stdout: "", output: "" });
  });

  test("has every command, flag and choice", () => {
    const script = scripts.get(shell) ?? "";
    const flags = ["config.file", "node", "shard", "web.config.file", "log.level", "connect", "json", "watch", "sort"];
    for (const word of [...flags, "check", "discover", "hash-password", "latency", "pretty", "node-names"]) {
      expect(script).toContain(word);
    }
    expect(script).not.toMatch(/undefined|\[object/);
  });
});
