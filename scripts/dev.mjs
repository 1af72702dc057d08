// For development: builds, runs the program, and does both again when a file below src/ or package.json changes. A failed
// build leaves the last good program running. The arguments are those of the program; without any it runs the demo.
//
//   npm run dev
//   npm run dev -- --config.file=config.yaml --log.level=debug
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { watch } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const args = process.argv.length > 2 ? process.argv.slice(2) : ["demo"];
/** Editors write a file in several steps: a build waits until nothing has changed for this long. */
const QUIET_MS = 100;

let program;
let timer;
let isRestarting = false;

function say(text) {
  process.stderr.write(`dev: ${text}\n`);
}

function build() {
  const { status } = spawnSync(process.execPath, ["scripts/build.mjs"], { cwd: root, stdio: "inherit" });
  return status === 0;
}

function start() {
  const child = spawn(process.execPath, [`${root}dist/main.js`, ...args], { stdio: "inherit" });
  child.once("exit", (code, signal) => {
    if (program !== child) return;
    program = undefined;
    say(`the program ended with ${code ?? signal}; it starts again after the next change`);
  });
  program = child;
}

/** Ends the program and waits until it has closed its port. */
async function stop() {
  const child = program;
  program = undefined;
  if (child === undefined) return;
  child.kill("SIGTERM");
  await once(child, "exit");
}

/** A change that comes during a restart is part of it: the new program starts from the newest build. */
async function restart() {
  if (isRestarting) return;
  isRestarting = true;
  await stop();
  isRestarting = false;
  start();
}

function changed() {
  clearTimeout(timer);
  timer = setTimeout(() => {
    const begin = performance.now();
    if (!build()) return say("the build failed: fix the errors above");
    say(`built in ${Math.round(performance.now() - begin)} ms, restarting`);
    void restart();
  }, QUIET_MS);
}

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void stop().then(() => process.exit(0)));
watch(`${root}src`, { recursive: true }, changed);
watch(`${root}package.json`, changed);
if (build()) start();
else say("the build failed: fix the errors above");
