import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { freePort, requireProgram, run, startProcess, tempFolder, waitFor } from "./servers.ts";

export type PrometheusOptions = {
  /** host:port of what to scrape, every second. */
  readonly targets: readonly string[];
  readonly metricsPath?: string;
  /** More keys of the scrape config, for instance `{ scheme: "https", tls_config: {…} }`. */
  readonly scrapeConfig?: Readonly<Record<string, unknown>>;
  /** Whole scrape configs in place of that one. */
  readonly scrapeConfigs?: readonly Readonly<Record<string, unknown>>[];
  /** Absolute paths of rule files, evaluated every second. */
  readonly ruleFiles?: readonly string[];
  /** host:port of an Alertmanager. */
  readonly alertmanager?: string;
  /** Another one than that on PATH. */
  readonly program?: string;
  readonly args?: readonly string[];
  /** The folder of its database, with blocks of promtool; a new one by default. */
  readonly data?: string;
};

const target = z.object({
  scrapeUrl: z.string(),
  labels: z.record(z.string(), z.string()),
  health: z.enum(["up", "down", "unknown"]),
  lastError: z.string(),
});
const series = z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) });
const targetsAnswer = z.object({ data: z.object({ activeTargets: z.array(target) }) });
const queryAnswer = z.object({
  data: z.discriminatedUnion("resultType", [
    z.object({ resultType: z.literal("vector"), result: z.array(series) }),
    z.object({ resultType: z.literal("scalar"), result: series.shape.value }),
  ]),
});

const rangeAnswer = z.object({
  data: z.object({
    result: z.array(
      z.object({ metric: z.record(z.string(), z.string()), values: z.array(z.tuple([z.number(), z.string()])) }),
    ),
  }),
});

export type ScrapeTarget = z.infer<typeof target>;
export type QueryResult = { readonly metric: Readonly<Record<string, string>>; readonly value: number };

/** A series with its samples as Prometheus scraped them. */
export type RecordedSeries = {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [unixSeconds: number, value: number])[];
};

export type Prometheus = {
  readonly url: string;
  output(): string;
  /** The active targets, with health and the error of their last scrape. */
  targets(): Promise<ScrapeTarget[]>;
  /** An instant query; a scalar comes as one result without labels. `atSeconds`: by default the time of now. */
  query(promql: string, atSeconds?: number): Promise<QueryResult[]>;
  /** The samples of a range selector, such as `up[5m]`. */
  recorded(selector: string, atSeconds: number): Promise<RecordedSeries[]>;
  stop(): Promise<number>;
};

/** A Prometheus on 127.0.0.1 with a database of its own. Its first sample takes some seconds. */
export async function startPrometheus(options: PrometheusOptions): Promise<Prometheus> {
  const folder = tempFolder();
  const port = await freePort();
  const configFile = join(folder, "prometheus.yml");
  const config = {
    global: { scrape_interval: "1s", scrape_timeout: "1s", evaluation_interval: "1s" },
    rule_files: options.ruleFiles ?? [],
    ...(options.alertmanager === undefined
      ? {}
      : { alerting: { alertmanagers: [{ static_configs: [{ targets: [options.alertmanager] }] }] } }),
    scrape_configs: options.scrapeConfigs ?? [
      {
        job_name: "test",
        metrics_path: options.metricsPath ?? "/metrics",
        static_configs: [{ targets: options.targets }],
        ...options.scrapeConfig,
      },
    ],
  };
  // JSON is YAML.
  writeFileSync(configFile, JSON.stringify(config));
  const program = await startProcess(
    options.program ?? requireProgram("prometheus"),
    [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${options.data ?? join(folder, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--log.level=warn",
      ...(options.args ?? []),
    ],
    // The console pages of the distribution are looked for here.
    { cwd: folder },
  );
  const url = `http://127.0.0.1:${port}`;

  async function get(path: string): Promise<unknown> {
    const response = await fetch(`${url}${path}`, { signal: AbortSignal.timeout(10_000) });
    if (!response.ok) throw new Error(`Prometheus answered ${response.status} to ${path}: ${await response.text()}`);
    return response.json();
  }

  const ready = async () => (await fetch(`${url}/-/ready`, { signal: AbortSignal.timeout(1000) })).ok;
  await waitFor(ready, "Prometheus to be ready", { timeoutMs: 60_000, program });
  return {
    url,
    output: program.output,
    targets: async () => targetsAnswer.parse(await get("/api/v1/targets?state=active")).data.activeTargets,
    async query(promql, atSeconds) {
      const time = atSeconds === undefined ? {} : { time: String(atSeconds) };
      const { data } = queryAnswer.parse(await get(`/api/v1/query?${new URLSearchParams({ query: promql, ...time })}`));
      const vector = data.resultType === "vector" ? data.result : [{ metric: {}, value: data.result }];
      return vector.map(({ metric, value }) => ({ metric, value: toNumber(value[1]) }));
    },
    async recorded(selector, atSeconds) {
      const parameters = new URLSearchParams({ query: selector, time: String(atSeconds) });
      const { data } = rangeAnswer.parse(await get(`/api/v1/query?${parameters}`));
      return data.result.map(({ metric, values }) => ({
        metric,
        values: values.map(([time, text]) => [time, toNumber(text)] as const),
      }));
    },
    stop: program.stop,
  };
}

/** A folder for `data` with the samples of these lines, each a series with its value and its Unix time. */
export async function recordedBlocks(lines: readonly string[]): Promise<string> {
  const folder = tempFolder();
  const [file, data] = [join(folder, "series.txt"), join(folder, "data")];
  writeFileSync(file, `${lines.join("\n")}\n# EOF\n`);
  const args = ["tsdb", "create-blocks-from", "openmetrics", file, data];
  const { code, output } = await run(requireProgram("promtool"), args);
  if (code !== 0) throw new Error(`promtool ended with ${code}: ${output}`);
  return data;
}

/** Prometheus writes +Inf where Number() reads only Infinity. */
function toNumber(text: string): number {
  return Number(text.replace("Inf", "Infinity"));
}

/** Pipes a page in the text format to `promtool check metrics`: 0 fine, 1 not readable, 3 against the naming rules. */
export async function promtoolCheckMetrics(page: string | Uint8Array): Promise<{ code: number; output: string }> {
  const { code, output } = await run(requireProgram("promtool"), ["check", "metrics"], { input: page });
  return { code, output };
}
