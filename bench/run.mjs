// All benches one after the other (`npm run bench`): progress on standard error, the results in docs/performance.md.
// A missed target is a result, not an error; only a bench that fails makes the exit code 1.
import { writeFile } from "node:fs/promises";
import { createProgress, notMeasured } from "./support/bench.mjs";
import { hangUp } from "./support/http.mjs";
import { report } from "./support/report.mjs";

const NAMES = ["startup", "poll-cost", "prom-client", "scrape", "event-loop", "reload", "fleet", "sidecar", "soak"];
const DOCS = new URL("../docs/", import.meta.url);

const progress = createProgress();
const began = performance.now();
const results = [];
for (const [index, name] of NAMES.entries()) {
  const { run } = await import(`./${name}.mjs`);
  const started = performance.now();
  const say = (text) => progress.say(`[${index + 1}/${NAMES.length}] ${text}`);
  const result = await run({ progress: say }).catch((error) => {
    process.exitCode = 1;
    progress.end();
    process.stderr.write(`${name}: ${error instanceof Error ? error.stack : error}\n`);
    return {
      title: name,
      method: "The bench failed.",
      rows: [notMeasured(name, "the bench failed")],
      headline: "failed",
    };
  });
  results.push({ ...result, seconds: Math.round((performance.now() - started) / 1000) });
}
const seconds = (performance.now() - began) / 1000;
for (const { image } of results) {
  if (image !== undefined) await writeFile(new URL(`images/${image.file}`, DOCS), image.svg);
}
await writeFile(new URL("performance.md", DOCS), report(results, seconds));
progress.end();
hangUp();
for (const { title, headline, seconds: taken } of results) {
  process.stdout.write(`${title}: ${headline} (${taken} s)\n`);
}
process.stdout.write(`docs/performance.md, after ${Math.round(seconds)} s\n`);
