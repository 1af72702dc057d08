// How long everything else has to wait during a reload of the configuration of a large fleet.
import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { atMost, figure, runAlone } from "./support/bench.mjs";
import { startExporter } from "./support/exporter.mjs";
import { freePort } from "./support/process.mjs";
import { withScope } from "./support/scope.mjs";
import { median, milliseconds, times, whole } from "./support/stats.mjs";

const NODES = 5000;
const ROUNDS = 3;
const MAX_BLOCK_MS = 50;
const PATIENCE_MS = 60_000;

const title = "A reload";
const method = `${whole(NODES)} nodes at a closed port, each polled twice a day. The configuration is reloaded
(SIGHUP) ${ROUNDS} times each: unchanged, with one node changed, with all changed, with half of them removed, and with those added
again; new nodes have their first poll during that time. Measured as for the event loop, until two seconds after the log line
with the changes: the longest block, the median of the rounds. The baseline is the parsing of the same file by its library in bare
Node, which is one block.`;

const PARSE = `
import { readFileSync } from "node:fs";
import { parseDocument } from "yaml";
const text = readFileSync(process.argv[1], "utf8");
const began = performance.now();
parseDocument(text).toJS();
process.stdout.write(String(performance.now() - began));
`;

/** @param {import("./support/bench.mjs").Context} context @returns {Promise<import("./support/bench.mjs").Result>} */
export function run({ progress }) {
  return withScope(async (scope) => {
    progress(`reload: ${whole(NODES)} nodes are polled once`);
    const port = await freePort();
    const all = nodesAt(port, "12h");
    const exporter = await startExporter(scope, { config: { nodes: all } });
    const parse = median(Array.from({ length: ROUNDS }, () => parseAtAStretch(exporter.file)));
    const steps = [
      ["unchanged", () => nodesAt(port, "12h")],
      ["1 changed", (round) => nodesAt(port, "12h").with(77, { ...all[77], interval: `${round + 1}h` })],
      ["all changed", (round) => nodesAt(port, `${round + 2}h`)],
      ["half removed", (round) => nodesAt(port, `${round + 2}h`).slice(0, NODES / 2)],
      ["half added", () => nodesAt(port, "12h")],
    ];
    const longest = new Map(steps.map(([name]) => [name, []]));
    const durations = new Map(steps.map(([name]) => [name, []]));
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [name, nodes] of steps) {
        progress(`reload: ${name} (round ${round + 1} of ${ROUNDS})`);
        const { own, milliseconds: taken } = await reload(exporter, nodes(round));
        longest.get(name).push(own);
        durations.get(name).push(taken);
      }
    }
    const worst = Math.max(...[...longest.values()].map(median));
    return {
      title,
      method,
      rows: [
        ...steps.map(([name]) => {
          const block = median(longest.get(name));
          const detail = `${times(block / parse)} parsing, done after ${milliseconds(median(durations.get(name)))}`;
          return atMost(`longest block, ${name}`, block, MAX_BLOCK_MS, milliseconds, detail);
        }),
        figure("parsing the file at a stretch", milliseconds(parse)),
      ],
      headline: `${milliseconds(worst)} longest block, ${times(worst / parse)} parsing the file`,
    };
  });
}

function nodesAt(port, interval) {
  return Array.from({ length: NODES }, (_, index) => ({
    name: `node-${index}`,
    chain: ["wire", "monero", "chainweb"][index % 3],
    url: `http://127.0.0.1:${port}/${index}`,
    labels: { region: `eu-${index % 7}`, operator: `operator-${index % 50}` },
    interval,
    auth: { bearer: { token: `token-of-node-${index}` } },
  }));
}

function parseAtAStretch(file) {
  const args = ["--input-type=module", "-e", PARSE, file];
  return Number(execFileSync(process.execPath, args, { cwd: fileURLToPath(new URL("..", import.meta.url)) }));
}

async function reload({ file, child, watch, delays }, nodes) {
  await writeFile(file, JSON.stringify({ nodes }));
  await watch();
  const began = performance.now();
  const reported = untilLogged(child.stderr, /"cause":"SIGHUP","msg":"configuration reloaded/);
  child.kill("SIGHUP");
  await reported;
  const taken = performance.now() - began;
  await new Promise((resolve) => setTimeout(resolve, 2000));
  return { own: (await delays()).own, milliseconds: taken };
}

/** Also when the file watch was sooner: SIGHUP is done after it. */
function untilLogged(stream, pattern) {
  return new Promise((resolve, reject) => {
    let text = "";
    const timer = setTimeout(() => done(() => reject(new Error(`the exporter did not say ${pattern}`))), PATIENCE_MS);
    const look = (chunk) => {
      text = (text + chunk).slice(-4000);
      if (pattern.test(text)) done(resolve);
    };
    const done = (end) => {
      clearTimeout(timer);
      stream.off("data", look);
      end();
    };
    stream.on("data", look);
  });
}

await runAlone(import.meta.url, run);
