import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { type LogLine, logLines, PROGRAM } from "./exporter.ts";
import { type Page, parseOpenMetrics, parseText } from "./exposition-parser.ts";
import { type Handler, json } from "./fake-node.ts";
import { freePort, type RunningProgram, startProcess, tempFolder, waitFor } from "./servers.ts";
import { CONNECTION, wellMonerod } from "./well-monerod.ts";

export type FaultyOptions = {
  readonly nodes: readonly Readonly<Record<string, unknown>>[];
  /** Other keys of the configuration. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly args?: readonly string[];
  /** A file of test/e2e/preload that runs before the program. */
  readonly preload?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** MiB that its heap may have, as in a small container. */
  readonly heap?: number;
  /** How many file descriptors it may have. */
  readonly descriptors?: number;
  /** What a shell does to its standard streams. */
  readonly redirect?: string;
  readonly port?: number;
};

export type FaultyExporter = {
  readonly url: string;
  readonly port: number;
  readonly program: RunningProgram;
  /** Its configuration, to be written anew. */
  readonly configFile: string;
  lines(): readonly LogLine[];
  page(): Promise<Page>;
  openMetrics(): Promise<Page>;
  signal(signal: NodeJS.Signals): void;
};

/** The real program in a world that is not as it should be, until the test ends. Its log may be out of sight, so it gets a port. */
export async function startFaultyExporter(options: FaultyOptions): Promise<FaultyExporter> {
  const { nodes, config = {}, args = [], preload, env = {}, heap, descriptors, redirect = "", port } = options;
  const file = join(tempFolder(), "config.yaml");
  // JSON is YAML.
  writeFileSync(file, JSON.stringify({ ...config, nodes }));
  const own = port ?? (await freePort());
  const url = `http://127.0.0.1:${own}`;
  const command = [
    ...(descriptors === undefined ? [] : ["prlimit", `--nofile=${descriptors}:${descriptors}`]),
    process.execPath,
    ...(heap === undefined ? [] : [`--max-old-space-size=${heap}`]),
    ...(preload === undefined ? [] : ["--import", new URL(`../e2e/preload/${preload}`, import.meta.url).href]),
    ...[PROGRAM, `--config.file=${file}`, `--web.listen-address=127.0.0.1:${own}`, "--log.format=json", ...args],
  ];
  const program = await startProcess("sh", ["-c", `exec "$@" ${redirect}`, "sh", ...command], { env });
  onTestFinished(async () => void (await program.stop()));
  await waitFor(async () => (await fetch(`${url}/-/healthy`)).status === 200, "the exporter to answer", {
    timeoutMs: 20_000,
    program,
  });
  const get = async (accept: string) => (await fetch(`${url}/metrics`, { headers: { accept } })).text();
  return {
    url,
    port: own,
    program,
    configFile: file,
    lines: () => logLines(program),
    page: async () => parseText(await get("text/plain")),
    openMetrics: async () => parseOpenMetrics(await get("application/openmetrics-text; version=1.0.0")),
    signal: (signal) => void process.kill(program.pid, signal),
  };
}

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** A monerod at the head, with one peer that has been connected since a minute before the test. */
export function monerodWithOldPeer(): Handler {
  const openedMs = performance.now() - 60_000;
  const row = () => ({
    ...CONNECTION,
    height: 1200,
    live_time: Math.floor((performance.now() - openedMs) / 1000),
    recv_count: Math.floor(performance.now()),
    send_count: Math.floor(performance.now()),
  });
  return wellMonerod(
    () => [row()],
    () => Math.floor(Date.now() / 1000),
  );
}

/** A Wire node with so many peers; `headers` go with each answer. */
export function wireWith(peers: number, headers: Readonly<Record<string, string>> = {}): Handler {
  const rows = Array.from({ length: peers }, (_, index) => ({
    peer: `peer-${index}.example:9876`,
    connecting: false,
    syncing: false,
  }));
  return ({ url }) => {
    const answer =
      url === "/v1/net/connections"
        ? json(rows)
        : json({
            server_version_string: "v1",
            chain_id: "a".repeat(64),
            head_block_num: 500,
            head_block_time: new Date().toISOString().slice(0, -1),
          });
    return { ...answer, headers: { ...answer.headers, ...headers } };
  };
}
