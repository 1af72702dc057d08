// An exporter as prom-client's manual shows it: a gauge for each family, the series of the asked share set in turn,
// rendered at each scrape. With "reset" each gauge is emptied before its first series, which is how prom-client forgets the
// series of peers that left.
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
const count = families.reduce((sum, { samples }) => sum + samples.length, 0);
let [family, sample, value] = [0, 0, 0];

// Labels stand ready as the objects that prom-client takes; only the values are new.
process.on("message", ({ id, share }) => {
  let left = Math.round(count * share);
  while (left > 0) {
    const { gauge, samples } = families[family];
    if (reset === "reset" && sample === 0) gauge.reset();
    const end = Math.min(samples.length, sample + left);
    left -= end - sample;
    for (; sample < end; sample += 1) {
      value += 1;
      gauge.set(samples[sample].labels, value);
    }
    if (sample < samples.length) break;
    family = (family + 1) % families.length;
    sample = 0;
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
