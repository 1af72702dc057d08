// An exporter as prom-client's manual shows it: a gauge for each family; each scrape sets every series and renders all.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { Gauge, Registry } from "prom-client";
import { parsePage } from "./page.mjs";

const registry = new Registry();
const families = parsePage(readFileSync(process.argv[2], "utf8")).map(({ name, help, labelNames, samples }) => ({
  gauge: new Gauge({ name, help, labelNames, registers: [registry] }),
  samples,
}));
let scrapes = 0;

const server = createServer(async (_request, response) => {
  scrapes += 1;
  // Labels stand ready as the objects that prom-client takes; only the values are new.
  for (const { gauge, samples } of families) {
    for (const { labels, value } of samples) gauge.set(labels, value + scrapes);
  }
  const page = await registry.metrics();
  response.writeHead(200, { "content-type": registry.contentType }).end(page);
});
server.listen(0, "127.0.0.1", () =>
  process.stderr.write(`listens on http://127.0.0.1:${server.address().port}/metrics\n`),
);
