// An exporter as prom-client's manual shows it: a gauge for each family, all series set in each round, rendered at each
// scrape. With "reset" each gauge is emptied first, which is how prom-client forgets the series of peers that left.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { Gauge, Registry } from "prom-client";
import { parsePage } from "./page.mjs";

const [file, reset] = process.argv.slice(2);

const registry = new Registry();
const families = parsePage(readFileSync(file, "utf8")).map(({ name, help, labelNames, samples }) => ({
  gauge: new Gauge({ name, help, labelNames, registers: [registry] }),
  samples,
}));
let rounds = 0;

process.on("message", ({ id }) => {
  rounds += 1;
  // Labels stand ready as the objects that prom-client takes; only the values are new.
  for (const { gauge, samples } of families) {
    if (reset === "reset") gauge.reset();
    for (const { labels, value } of samples) gauge.set(labels, value + rounds);
  }
  process.send?.({ id });
});

const server = createServer(async (_request, response) => {
  const page = await registry.metrics();
  response.writeHead(200, { "content-type": registry.contentType }).end(page);
});
server.listen(0, "127.0.0.1", () =>
  process.stderr.write(`listens on http://127.0.0.1:${server.address().port}/metrics\n`),
);
