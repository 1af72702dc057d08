// Many scrapers of every kind, while the nodes go up and down: `npm run bench:load -- [OPTIONS]`.
import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { atMost, figure, runAlone } from "./support/bench.mjs";
import { LISTENING, PROGRAM } from "./support/exporter.mjs";
import { startFlappingFleet } from "./support/flapping-fleet.mjs";
import { startHostileClients, startHostileNode } from "./support/hostile.mjs";
import { checkPages } from "./support/page-check.mjs";
import { coreSecondsOf, memoryOf, startChild } from "./support/process.mjs";
import { resultRows } from "./support/report.mjs";
import { withScope } from "./support/scope.mjs";
import { scrapeTogether } from "./support/scrapers.mjs";
import { digits, mebibytes, milliseconds, percentile, whole } from "./support/stats.mjs";
import { createWebConfig } from "./support/web-config.mjs";

const { values: flags } = parseArgs({
  options: {
    scrapers: { type: "string", default: "200" },
    nodes: { type: "string", default: "100" },
    peers: { type: "string", default: "10" },
    seconds: { type: "string", default: "60" },
    /** The longest pause between two scrapes of a scraper, in milliseconds. */
    pause: { type: "string", default: "2000" },
    /** Without TLS and users. */
    plain: { type: "boolean", default: false },
    /** Connections that misbehave. */
    hostile: { type: "string", default: "500" },
    /** Loops of wrong passwords. */
    guessers: { type: "string", default: "24" },
    /** MiB of the exporter's heap; as it chooses itself unless given. */
    heap: { type: "string" },
    /** Write the results to docs/reliability.md. */
    write: { type: "boolean", default: false },
    /** Write the bare figures to this file. */
    json: { type: "string" },
  },
});
const [scrapers, nodes, peers, seconds, pauseMs, hostile, guessers] = [
  flags.scrapers,
  flags.nodes,
  flags.peers,
  flags.seconds,
  flags.pause,
  flags.hostile,
  flags.guessers,
].map(Number);

const DOCS = fileURLToPath(new URL("../docs/reliability.md", import.meta.url));
const INTERVAL_SECONDS = 2;
const CHURN = 0.1;
const MAX_MIB = 400;
const USER = "prometheus";
const HONEST_ADDRESS = "127.0.0.2";
const HOSTILE_ADDRESS = "127.0.0.3";
/** The longest pause before a hostile connection comes again. */
const HOSTILE_PAUSE_MS = 1000;
const HOSTILE_NODE = "hostile";

const title = "Under load";
const way = flags.plain ? "http" : "https with basic authentication";
const wrong = flags.plain ? "" : `, and ${guessers} loops that try wrong passwords of known and unknown users`;
const method = `${scrapers} parallel scrapers, over ${way}, each with pauses of up to ${digits(pauseMs / 1000)} s before its scrapes, for
${seconds} seconds. Of ten scrapers, three scrape as Prometheus does (OpenMetrics, gzip), one each requests plain text,
OpenMetrics and compressed text, all over a persistent connection; two open a connection per scrape; one reads slowly; one closes
the connection in the middle of the page. At the same time, ${nodes} simulated Monero nodes with ${peers} peers each, polled every
${INTERVAL_SECONDS} seconds with a timeout of the same length, change their state every 1 to 5 seconds: healthy, slow, resetting
connections in the middle of responses, down. One further node returns one hostile body after the other: 16 MiB of control
characters, keys, numbers, arrays, chunks of one byte, endless headers and responses. In addition, ${hostile} connections of another
address misbehave and reconnect within ${digits(HOSTILE_PAUSE_MS / 1000)} s when they are closed: half a request line, half of the
headers, headers byte by byte, an unfinished TLS handshake, silence, pipelined probes, pipelined wrong passwords, responses that are
never read, headers of 64 KiB, bytes that are not HTTP, an endless body${wrong}.
A scrape fails if there is no complete response with status 200 within 10 seconds. The tests' strict parser reads each different page
afterwards; it must have all nodes. Durations are those of the scrapers that neither read slowly nor close early; clients, nodes and
exporter share the cores.`;

/** @param {import("./support/bench.mjs").Context} context @returns {Promise<import("./support/bench.mjs").Result>} */
export function run({ progress }) {
  return withScope(async (scope) => {
    const measured = await measure(scope, progress);
    if (flags.json !== undefined) await writeFile(flags.json, JSON.stringify(measured));
    const { memory, durations, slowDurations, failures, invalid } = measured;
    const scrapes = durations.length + slowDurations.length;
    for (const text of [...failures, ...invalid].slice(0, 10)) process.stderr.write(`${text}\n`);
    const result = {
      title,
      method,
      rows: [
        atMost("failed scrapes", failures.length, 0, whole, `of ${whole(scrapes + measured.hungUp)}`),
        atMost("unexpected exits of the exporter", measured.ends, 0, whole),
        atMost("invalid pages", invalid.length, 0, whole, `of ${whole(measured.pages)} different ones`),
        atMost("resident memory, at most", memory.peak, MAX_MIB, mebibytes),
        figure("resident memory before the load, after a third, at the end", memory.samples.map(mebibytes).join(", ")),
        figure("a scrape, median and 99th percentile", durationsOf(durations)),
        figure("a slow reader's scrape, median and 99th percentile", durationsOf(slowDurations)),
        figure("complete scrapes, and those closed early", `${whole(scrapes)}, ${whole(measured.hungUp)}`),
        figure("series on the largest page", whole(measured.series)),
        figure(
          "requests to nodes, and changes of their state",
          `${whole(measured.requests)}, ${whole(measured.moods)}`,
        ),
        figure(
          "the exporter's CPU time, and how long its threads waited for a core, in cores",
          measured.cores.map(digits).join(", "),
        ),
        figure(
          "hostile connections opened, wrong passwords, answers of the hostile node",
          [measured.opened, measured.guesses, measured.answers].map(whole).join(", "),
        ),
        figure("exit code after SIGTERM", String(measured.exitCode)),
      ],
      headline: `${failures.length} failed scrapes, ${invalid.length} invalid pages, ${mebibytes(memory.peak)} at most`,
    };
    if (flags.write) await writeResult(result);
    return result;
  });
}

async function measure(scope, progress) {
  progress(`load: ${nodes} nodes`);
  const fleet = await startFlappingFleet(scope, { count: nodes, peers, churn: CHURN });
  const hostileNode = await startHostileNode(scope);
  const user = flags.plain ? undefined : `${USER}:${randomBytes(12).toString("hex")}`;
  const web = await createWebConfig(scope, { tls: !flags.plain, user });
  const interval = `${INTERVAL_SECONDS}s`;
  const file = join(await scope.folder(), "config.yaml");
  const one = { name: HOSTILE_NODE, chain: "wire", url: hostileNode.url };
  await writeFile(file, JSON.stringify({ global: { interval, timeout: interval }, nodes: [...fleet.nodes, one] }));
  const heap = flags.heap === undefined ? [] : [`--max-old-space-size=${flags.heap}`];
  const args = [...heap, PROGRAM, `--config.file=${file}`, "--web.listen-address=127.0.0.1:0", ...web.args];
  const { child, found } = await startChild(scope, process.execPath, args, { until: LISTENING });
  const port = Number(new URL(found[1]).port);
  const url = `${web.scheme}://127.0.0.1:${port}/metrics`;
  let ends = 0;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  void ended.then(() => {
    ends += 1;
  });
  await sleep(5000);
  await fleet.flap();
  progress(`load: ${hostile} hostile connections`);
  const clients = await startHostileClients(scope, {
    port,
    address: HOSTILE_ADDRESS,
    isTls: !flags.plain,
    node: HOSTILE_NODE,
    user: USER,
    connections: hostile,
    guessers: flags.plain ? 0 : guessers,
    pauseMs: HOSTILE_PAUSE_MS,
  });
  await sleep(2000);
  progress(`load: ${scrapers} scrapers for ${seconds} s`);
  const memory = watchMemory(child.pid);
  const before = coreSecondsOf(child.pid);
  const { ca, headers } = web;
  const folder = await scope.folder();
  const load = await scrapeTogether({
    url,
    ca,
    headers,
    folder,
    count: scrapers,
    seconds,
    pauseMs,
    address: HONEST_ADDRESS,
  });
  const endsBefore = ends;
  if (endsBefore > 0) throw new Error(`the exporter ended with ${child.exitCode ?? child.signalCode}`);
  const used = memory.end();
  const cores = coreSecondsOf(child.pid).map((value, index) => (value - before[index]) / seconds);
  const seen = { ...(await fleet.seen()), ...(await clients.seen()), ...(await hostileNode.seen()) };
  child.kill("SIGTERM");
  const exitCode = await ended;
  progress(`load: ${load.pages.size} different pages are read`);
  const { read, series, invalid } = await checkPages(scope, load.pages.values(), nodes + 1);
  const { pages, ...rest } = load;
  return { ...rest, ...seen, ends: endsBefore, memory: used, cores, pages: read, series, invalid, exitCode };
}

function watchMemory(pid) {
  const samples = [memoryOf(pid).rss];
  const timer = setInterval(() => samples.push(memoryOf(pid).rss), 1000);
  return {
    end() {
      clearInterval(timer);
      const { rss, peak } = memoryOf(pid);
      return { samples: [samples[0], samples[Math.floor(samples.length / 3)], rss], peak };
    },
  };
}

function durationsOf(values) {
  return values.length === 0 ? "none" : [0.5, 0.99].map((share) => milliseconds(percentile(values, share))).join(", ");
}

async function writeResult(result) {
  const page = await readFile(DOCS, "utf8");
  const [begin, end] = ["<!-- load: begin -->", "<!-- load: end -->"];
  const from = page.indexOf(begin) + begin.length;
  const text = `\n\n${result.method}\n\n${resultRows(result)}\n\n`;
  await writeFile(DOCS, page.slice(0, from) + text + page.slice(page.indexOf(end)));
}

await runAlone(import.meta.url, run);
