import { createWriteStream, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { PROGRAM } from "../../test/support/exporter.ts";
import { type RunningProgram, startProcess, tempFolder, waitFor } from "../../test/support/servers.ts";
import { caughtUpAt, type FastClock, realAt, shownAt } from "./fast-time.mjs";

/**
 * An hour of the demo in six minutes: the simulated nodes and the real exporter run with clocks that begin in the past and are
 * 12 times as fast, until they have caught up with the real time. The exporter's page is kept as often as Prometheus
 * scrapes it by these clocks.
 */

const MINUTE_MS = 60_000;
/** Longer than an hour, so that rates have begun, and alerts that wait for an hour fire in it. */
const PAST_MS = 66 * MINUTE_MS;
const SPEED = 12;
/** The programs start by then, also on a busy machine. */
const START_MS = 30_000;
/** A busy machine scrapes late; by more than this Prometheus would miss a point. */
const LATE_SECONDS = 4;

export const SCRAPE_SECONDS = 15;

/** The labels that Prometheus adds. */
const SCRAPER = 'job="peer-exporter",instance="127.0.0.1:10900"';

export type Hour = {
  /** The exporter, which still runs. */
  readonly exporter: string;
  /** The samples in the text format of OpenMetrics, for promtool. */
  readonly samples: string;
  /** Unix seconds of the last scrape. */
  readonly end: number;
  stop(): Promise<void>;
};

/** Lives through the hour. `say` gets what happens, for the person who waits. */
export async function liveAnHour(say: (text: string) => void): Promise<Hour> {
  const clock: FastClock = { begin: Date.now() + START_MS, past: PAST_MS, speed: SPEED };
  const network = await startFast(clock, [
    fileURLToPath(new URL("../run.mjs", import.meta.url)),
    "pictures/network.ts",
  ]);
  const config = await waitFor(() => /^\{.*\}$/m.exec(network.stdout())?.[0], "the simulated nodes", {
    program: network,
    timeoutMs: 60_000,
  });
  const folder = tempFolder();
  const [configFile, samples] = [join(folder, "config.yaml"), join(folder, "samples.txt")];
  // JSON is YAML.
  writeFileSync(configFile, config);
  const flags = [`--config.file=${configFile}`, "--web.listen-address=127.0.0.1:0", "--log.format=json"];
  const exporter = await startFast(clock, [PROGRAM, ...flags]);
  const url = await waitFor(() => /"listen":\["(http:[^"]+)"/.exec(exporter.output())?.[1], "the exporter to listen", {
    program: exporter,
    timeoutMs: 60_000,
  });
  say(
    `the exporter runs at ${url}; an hour by its clock takes ${Math.round((caughtUpAt(clock) - Date.now()) / 1000)} s`,
  );
  const end = await scrape(url, clock, samples);
  return {
    exporter: url,
    samples,
    end,
    stop: async () => void (await Promise.all([exporter.stop(), network.stop()])),
  };
}

function startFast({ begin, past, speed }: FastClock, args: readonly string[]): Promise<RunningProgram> {
  const preload = new URL("fast-clock.mjs", import.meta.url).href;
  return startProcess(process.execPath, [`--import=${preload}`, ...args], {
    env: { FAST_CLOCK: `${begin} ${past} ${speed}` },
  });
}

/** Writes the samples of each scrape to the file until the clock is right, and gives the time of the last one. */
async function scrape(exporter: string, clock: FastClock, file: string): Promise<number> {
  const output = createWriteStream(file);
  let time = Math.ceil(shownAt(clock, Date.now()) / 1000 / SCRAPE_SECONDS) * SCRAPE_SECONDS;
  let last = time;
  while (realAt(clock, time * 1000) <= caughtUpAt(clock)) {
    await sleep(Math.max(0, realAt(clock, time * 1000) - Date.now()));
    const begin = performance.now();
    const page = await (await fetch(`${exporter}/metrics`, { headers: { accept: "text/plain" } })).text();
    // The page is of the end of the request, which by a fast clock is a second later.
    const seconds = Math.min(shownAt(clock, Date.now()) / 1000, time + LATE_SECONDS).toFixed(3);
    const lines = page.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    const own = [
      "up 1",
      `scrape_duration_seconds ${(performance.now() - begin) / 1000}`,
      `scrape_samples_scraped ${lines.length}`,
    ];
    for (const line of [...lines, ...own]) output.write(`${labelled(line)} ${seconds}\n`);
    last = time + LATE_SECONDS;
    time += SCRAPE_SECONDS;
  }
  await new Promise((resolve) => output.end("# EOF\n", () => resolve(undefined)));
  return last;
}

/** A line of the page with the labels of the scrape. */
function labelled(line: string): string {
  const [, name = "", rest = ""] = /^(\w+)(.*)$/.exec(line) ?? [];
  return rest.startsWith("{") ? `${name}{${SCRAPER},${rest.slice(1)}` : `${name}{${SCRAPER}}${rest}`;
}
