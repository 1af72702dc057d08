// Bundled with the program by prom-client.mjs: the whole exporter with its server, but polls come when the bench asks for
// them: this share of the nodes, one after the other.
import { startApp } from "src:app/app.ts";
import { loadConfig } from "src:config/load.ts";
import { createLogger } from "src:logging/logger.ts";
import { withAllSeries } from "./all-series.mjs";
import { scheduledPoll } from "./captured-schedule.mjs";

const nodes = Array.from({ length: Number(process.argv[2]) }, (_, index) => ({
  name: `node-${index}`,
  chain: "monero",
  url: `http://127.0.0.1:${index + 1}`,
}));
const config = withAllSeries(await loadConfig({ nodes, env: {} }), "full");
const log = await createLogger({ level: "error", format: "json" });
const address = { kind: "tcp", host: "127.0.0.1", port: 0 };
const { addresses } = await startApp({
  config,
  load: async () => config,
  addresses: [address],
  telemetryPath: "/metrics",
  log,
});
const poll = await scheduledPoll;
let polls = 0;
let due = 0;

process.on("message", async ({ id, share }) => {
  for (due += nodes.length * share; polls < Math.round(due); polls += 1) {
    await poll(nodes[polls % nodes.length].name);
  }
  process.send?.({ id });
});
process.stderr.write(`listens on ${addresses[0]}/metrics\n`);
