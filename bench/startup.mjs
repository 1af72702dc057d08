// Time from start to listening, and memory while the demo is polled. Prints the figures; judges nothing.
// The baseline, measured in the same run, is bare node with an http server.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const RUNS = 7;
const DEMO_SECONDS = 30;

const BARE = `require("node:http").createServer((q, a) => a.end()).listen(0, "127.0.0.1", () => console.error('listening'))`;

/** Milliseconds from spawn until the output matches, and the running child. */
async function start(args, pattern) {
  const began = performance.now();
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
  let text = "";
  for await (const chunk of child.stderr) {
    text += chunk;
    if (pattern.test(text)) break;
  }
  return { child, milliseconds: performance.now() - began };
}

async function stop(child) {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await ended;
}

function rssMiB(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

async function medianStart(args, pattern) {
  const times = [];
  let rss = 0;
  for (let run = 0; run < RUNS; run += 1) {
    const { child, milliseconds } = await start(args, pattern);
    times.push(milliseconds);
    rss = rssMiB(child.pid);
    await stop(child);
  }
  return { milliseconds: median(times), rss };
}

const serve = [PROGRAM, "--node", "n=monero+http://127.0.0.1:9", "--web.listen-address=127.0.0.1:0"];
const bare = await medianStart(["-e", BARE], /listening/);
const exporter = await medianStart(serve, /"listen":\[/);
const demo = await start([PROGRAM, "demo", "--web.listen-address=127.0.0.1:0", "--log.format=json"], /"listen":\[/);
await sleep(DEMO_SECONDS * 1000);
const demoRss = rssMiB(demo.child.pid);
await stop(demo.child);

const ratio = (exporter.milliseconds / bare.milliseconds).toFixed(2);
process.stdout.write(`node ${process.version}, median of ${RUNS} starts
bare http server   ${bare.milliseconds.toFixed(0)} ms to listening, ${bare.rss.toFixed(0)} MiB RSS
peer-exporter      ${exporter.milliseconds.toFixed(0)} ms to listening, ${exporter.rss.toFixed(0)} MiB RSS
the demo           ${demoRss.toFixed(0)} MiB RSS after ${DEMO_SECONDS} s, its simulated nodes included
start: ${ratio} x bare node
`);
