import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Prometheus, startPrometheus } from "../../test/support/prometheus.ts";
import { requireProgram, run, tempFolder } from "../../test/support/servers.ts";
import { alertLines } from "./alerts.ts";
import { SCRAPE_SECONDS } from "./hour.ts";

/** A Prometheus that has the samples of an hour, and the alerts that its rules would have had. */

/**
 * A real scrape ends the series that are no longer on the page. Samples that promtool writes have no such end, so a series is
 * over where it misses a scrape.
 */
const LOOKBACK = `${SCRAPE_SECONDS + 5}s`;

export async function startHistory(samples: string, end: number): Promise<Prometheus> {
  const folder = tempFolder();
  const data = join(folder, "data");
  mkdirSync(data);
  await addBlocks(samples, data);
  const first = await start(data);
  const alerts = join(folder, "alerts.txt");
  try {
    writeFileSync(alerts, `${(await alertLines(first.url, end)).join("\n")}\n# EOF\n`);
  } finally {
    await first.stop();
  }
  await addBlocks(alerts, data);
  return start(data);
}

function start(data: string): Promise<Prometheus> {
  return startPrometheus({ targets: [], scrapeConfigs: [], data, args: [`--query.lookback-delta=${LOOKBACK}`] });
}

async function addBlocks(file: string, data: string): Promise<void> {
  const args = ["tsdb", "create-blocks-from", "openmetrics", file, data];
  const { code, output } = await run(requireProgram("promtool"), args);
  if (code !== 0) throw new Error(`promtool ended with ${code}: ${output}`);
}
