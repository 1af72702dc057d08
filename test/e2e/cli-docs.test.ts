import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PEER_COLUMNS } from "../../src/cli/invocation.ts";
import { parseArguments } from "../../src/cli/parse-arguments.ts";
import { PROGRAM } from "../support/exporter.ts";
import { type FakeNode, startFakeNode } from "../support/fake-node.ts";
import { freePort, requireProgram, run, tempFolder } from "../support/servers.ts";

/** docs/cli.md shows what the program prints. After a change of that: UPDATE_DOCS=1 with this test. */

const root = fileURLToPath(new URL("../..", import.meta.url));
const FILE = `${root}docs/cli.md`;
const document = readFileSync(FILE, "utf8");
const BLOCK = /```console\n\$ (.*)\n([\s\S]*?)```/g;

const fixture = (name: string) => readFileSync(`${root}test/fixtures/wire/${name}`);

const folder = tempFolder();
let node: FakeNode;
let deadPort: number;

beforeAll(async () => {
  const peers = fixture("s12-spring-1.2-w2.json");
  const info = fixture("get_info.spring-1.2.json");
  node = await startFakeNode(({ url }) => ({
    headers: { "content-type": "application/json" },
    ...(url === "/v1/net/connections"
      ? { body: peers }
      : url === "/v1/chain/get_info"
        ? { body: info }
        : { status: 404, body: "" }),
  }));
  deadPort = await freePort();
  const nodes = "  - {name: monero-1, chain: monero, url: 'http://127.0.0.1:18081'}\n";
  const wire = "  - {name: wire-1, chain: wire, url: 'http://127.0.0.1:8888'}\n";
  writeFileSync(join(folder, "config.yaml"), real(`nodes:\n${wire}${nodes}`));
  writeFileSync(
    join(folder, "broken.yaml"),
    "global:\n  intervall: 15s\nnodes:\n  - name: wire-1\n    chain: wyre\n    url: 127.0.0.1:8888\n",
  );
  const shim = `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`;
  writeFileSync(join(folder, "peer-exporter"), shim, { mode: 0o755 });
});
afterAll(() => node.close());

/** The document has the usual ports, the test its own. */
function real(text: string): string {
  return text
    .replaceAll("127.0.0.1:8888", `127.0.0.1:${node.port}`)
    .replaceAll("127.0.0.1:18081", `127.0.0.1:${deadPort}`);
}

function shown(text: string): string {
  return text
    .replaceAll(`127.0.0.1:${node.port}`, "127.0.0.1:8888")
    .replaceAll(`127.0.0.1:${deadPort}`, "127.0.0.1:18081")
    .replaceAll(/\((?:now|\S+ ago)\)/g, "(1s ago)");
}

async function outputOf(command: string): Promise<string> {
  const env = { PATH: `${folder}:${process.env.PATH}`, NO_COLOR: "1" };
  return shown((await run(requireProgram("bash"), ["-c", real(command)], { cwd: folder, env })).output);
}

test("what the examples print", async () => {
  let written = document;
  for (const [block, command = "", output] of document.matchAll(BLOCK)) {
    const now = await outputOf(command);
    if (process.env.UPDATE_DOCS === "1")
      written = written.replace(block, () => `\`\`\`console\n$ ${command}\n${now}\`\`\``);
    else expect([command, now]).toEqual([command, output]);
  }
  if (process.env.UPDATE_DOCS === "1") writeFileSync(FILE, written);
});

describe("what the document names", () => {
  const help = (...args: readonly string[]) => {
    let out = "";
    parseArguments([...args, "--help"], "1", {
      out: (text) => {
        out += text;
      },
      err: () => {},
    });
    return out;
  };
  const commands = [...help().matchAll(/^ {2}([a-z-]+)(?: \[options\])?(?: [[<]\w+[\]>])* {2,}/gm)].map(
    ([, name = ""]) => name,
  );

  test("every command", () => {
    expect(commands).toContain("discover");
    for (const name of commands.filter((one) => one !== "help")) expect(document).toMatch(new RegExp(`\`${name}[ \`]`));
  });

  test("every flag that only these commands have", () => {
    for (const name of ["check", "peers", "probe"]) {
      for (const [flag] of help(name).matchAll(/--[a-z.-]+/g)) {
        if (!flag.includes(".") && flag !== "--help") expect(document).toContain(flag);
      }
    }
  });

  test("every column", () => {
    for (const column of PEER_COLUMNS) expect(document).toContain(`\`${column}\``);
  });
});
