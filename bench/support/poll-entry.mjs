// Bundled with the program by poll-cost.mjs: polls one node again and again, alternately with the baseline, and prints the
// medians in microseconds.
import { startApp } from "src:app/app.ts";
import { keepMemorySmall } from "src:app/memory-flags.ts";
import { loadConfig } from "src:config/load.ts";
import { createLogger } from "src:logging/logger.ts";
import { withAllSeries } from "./all-series.mjs";
import { take } from "./answering-client.mjs";
import { scheduledPoll } from "./captured-schedule.mjs";
import { median } from "./stats.mjs";

/** The compiler changes its mind a few times before a program that runs for weeks is as fast as it stays. */
const WARM_UP = 2000;
const ROUNDS = 600;

const chain = process.argv[2];
const decoder = new TextDecoder();

const loaded = await loadConfig({ nodes: [{ name: "node", chain, url: "http://127.0.0.1:1" }], env: {} });
const config = withAllSeries(loaded, process.env.ADDRESS ?? "host");
const log = await createLogger({ level: "error", format: "json" });
// One node is polled, but the engine's flags depend on the size of the fleet.
keepMemorySmall(Number(process.env.BENCH_FLEET));
await startApp({ config, load: async () => config, addresses: [], telemetryPath: "/metrics", log });
const poll = await scheduledPoll;

const polled = [];
const parsed = [];
let bytes = 0;
for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
  take();
  const began = performance.now();
  await poll("node");
  const ended = performance.now();
  const answers = take();
  const parsing = performance.now();
  for (const answer of answers) JSON.parse(decoder.decode(answer));
  const done = performance.now();
  if (round < WARM_UP) continue;
  polled.push((ended - began) * 1000);
  parsed.push((done - parsing) * 1000);
  bytes = answers.reduce((sum, { length }) => sum + length, 0);
}
const result = { poll: median(polled), parse: median(parsed), bytes };
process.stderr.write(`result ${JSON.stringify(result)}\n`, () => process.exit());
