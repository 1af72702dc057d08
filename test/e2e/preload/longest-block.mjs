// Loaded before the program (--import): each SIGUSR2 writes a line with the longest that the event loop was held up since the one
// before, in CPU time of the main thread, and how long the same thread takes to parse the configuration at a stretch. Both grow alike
// on a busy or slow machine.
import { openSync, readFileSync, readSync, writeSync } from "node:fs";
import { parseDocument } from "yaml";

const STDERR = 2;
const account = openSync(`/proc/self/task/${process.pid}/schedstat`, "r");
const buffer = Buffer.alloc(64);

/** Milliseconds that this thread has run. */
function cpuMs() {
  const length = readSync(account, buffer, 0, buffer.length, 0);
  return Number(buffer.toString("latin1", 0, length).split(" ")[0]) / 1e6;
}

function parseMs() {
  const file = process.argv.find((argument) => argument.startsWith("--config.file="));
  const text = readFileSync(file.slice("--config.file=".length), "utf8");
  const begin = cpuMs();
  parseDocument(text).toJS();
  return cpuMs() - begin;
}

let last = cpuMs();
let longestMs = 0;
setInterval(() => {
  const now = cpuMs();
  longestMs = Math.max(longestMs, now - last);
  last = now;
}, 1).unref();

process.on("SIGUSR2", () => {
  const reported = { longest_block_ms: longestMs, parse_ms: parseMs() };
  writeSync(STDERR, `${JSON.stringify({ level: "info", msg: "longest block", ...reported })}\n`);
  last = cpuMs();
  longestMs = 0;
});
