import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT, textOf } from "../repository.ts";

/** docs/cli.md: what the built program prints to the commands that it shows. */

const BLOCK = /```console\n\$ (.*)\n[\s\S]*?```/g;

/** The document has the usual ports; the commands run against these. */
type Ports = { readonly answering: number; readonly dead: number };

/** Runs each command of the document. dist/ must be up to date. */
export async function cliDocument(document: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "peer-exporter-cli-"));
  const node = createServer(({ url }, response) => {
    const body = ANSWERS[url ?? ""];
    response.writeHead(body === undefined ? 404 : 200, { "content-type": "application/json" }).end(body?.());
  });
  try {
    const ports = { dead: await freePort(), answering: await listen(node) };
    writeProgram(folder);
    writeConfigurations(folder, ports);
    let written = document;
    for (const [block, command = ""] of document.matchAll(BLOCK)) {
      const output = await outputOf(command, folder, ports);
      written = written.replace(block, () => `\`\`\`console\n$ ${command}\n${output}\`\`\``);
    }
    return written;
  } finally {
    node.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const ANSWERS: Readonly<Record<string, () => string>> = {
  "/v1/net/connections": () => textOf("test/fixtures/wire/s12-spring-1.2-w2.json"),
  "/v1/chain/get_info": () => withYoungHead(textOf("test/fixtures/wire/get_info.spring-1.2.json")),
};

/** The head is a second old whenever the documents are made. */
function withYoungHead(info: string): string {
  const time = new Date(Date.now() - 1000).toISOString().replace("Z", "");
  return info.replace(/("head_block_time": *")[^"]*/, (_, before: string) => before + time);
}

function writeProgram(folder: string): void {
  const shim = `#!/bin/sh\nexec '${process.execPath}' '${join(ROOT, "dist/main.js")}' "$@"\n`;
  writeFileSync(join(folder, "peer-exporter"), shim, { mode: 0o755 });
}

function writeConfigurations(folder: string, ports: Ports): void {
  const good =
    "nodes:\n" +
    "  - {name: wire-1, chain: wire, url: 'http://127.0.0.1:8888'}\n" +
    "  - {name: monero-1, chain: monero, url: 'http://127.0.0.1:18081'}\n";
  const broken = "global:\n  intervall: 15s\nnodes:\n  - name: wire-1\n    chain: wyre\n    url: 127.0.0.1:8888\n";
  writeFileSync(join(folder, "config.yaml"), withRealPorts(good, ports));
  writeFileSync(join(folder, "broken.yaml"), broken);
}

function withRealPorts(text: string, { answering, dead }: Ports): string {
  return text.replaceAll("127.0.0.1:8888", `127.0.0.1:${answering}`).replaceAll("127.0.0.1:18081", `127.0.0.1:${dead}`);
}

function withUsualPorts(text: string, { answering, dead }: Ports): string {
  return text.replaceAll(`127.0.0.1:${answering}`, "127.0.0.1:8888").replaceAll(`127.0.0.1:${dead}`, "127.0.0.1:18081");
}

/** In sentences, and in a column of its own. */
function withUsualAges(text: string): string {
  return text.replaceAll(/\((?:now|\S+ ago)\)/g, "(1s ago)").replaceAll(/(?<= )\d+s(?= {2}v\d)/g, "1s");
}

/** Both streams of a command, as a terminal shows them; a command may well fail. */
function outputOf(command: string, folder: string, ports: Ports): Promise<string> {
  const script = `exec 2>&1\n${withRealPorts(command, ports)}`;
  const env = { PATH: `${folder}:${process.env.PATH}`, NO_COLOR: "1" };
  return new Promise((resolve) => {
    execFile("bash", ["-c", script], { cwd: folder, env }, (_, stdout) => {
      resolve(withUsualAges(withUsualPorts(stdout, ports)));
    });
  });
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (address !== null && typeof address === "object") resolve(address.port);
    });
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
