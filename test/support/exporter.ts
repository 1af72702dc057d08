import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Page, parseOpenMetrics, parseText } from "./exposition-parser.ts";
import { type RunningProgram, startProcess, tempFolder, waitFor } from "./servers.ts";

export const PROGRAM = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

/** The real program, running. */
export type Exporter = {
  readonly url: string;
  readonly program: RunningProgram;
  /** Its configuration file, which is there only if it was given one. */
  readonly configFile: string;
  /** The metrics page, read by the strict parser. */
  page(): Promise<Page>;
  openMetrics(): Promise<Page>;
  stop(): Promise<number>;
};

export type ExporterOptions = {
  /** The YAML of its configuration file, if it has one. */
  readonly config?: string;
  /** Where to write it. */
  readonly configFile?: string;
  readonly args?: readonly string[];
  readonly node?: string;
  /** Added to the environment of the program. */
  readonly env?: Readonly<Record<string, string>>;
};

/** Starts dist/main.js on a free port of 127.0.0.1 and waits until it listens. */
export async function startExporter(options: ExporterOptions): Promise<Exporter> {
  const { config, configFile: file = join(tempFolder(), "config.yaml"), args = [], node, env = {} } = options;
  if (config !== undefined) writeFileSync(file, config);
  const command = [
    PROGRAM,
    ...args,
    ...(config === undefined ? [] : ["--config.file", file]),
    "--web.listen-address=127.0.0.1:0",
    "--log.format=json",
  ];
  const program = await startProcess(node ?? process.execPath, command, { env });
  const url = await waitFor(() => /"listen":\["(https?:[^"]+)"/.exec(program.output())?.[1], "the exporter to listen", {
    timeoutMs: 10_000,
    program,
  });
  return {
    url,
    program,
    configFile: file,
    page: async () => parseText(await get(url, "text/plain")),
    openMetrics: async () => parseOpenMetrics(await get(url, "application/openmetrics-text; version=1.0.0")),
    stop: () => program.stop(),
  };
}

async function get(url: string, accept: string): Promise<string> {
  const answer = await fetch(`${url}/metrics`, { headers: { accept } });
  if (answer.status !== 200) throw new Error(`/metrics answered ${answer.status}`);
  return answer.text();
}

export type LogLine = {
  readonly level: string;
  readonly msg: string;
  readonly listen?: readonly string[];
  readonly code?: string;
  readonly handler?: string;
  readonly target?: string;
  readonly api?: string;
  readonly reason?: string;
  readonly shard?: number;
  readonly total_shards?: number;
};

/** What a program has logged so far, in JSON. */
export function logLines(program: { output(): string }): readonly LogLine[] {
  return program
    .output()
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));
}
