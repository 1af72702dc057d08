// The pictures of the pages in docs/images/pages, taken from the running demo with Debian's chromium: npm run screenshots.
// The demo repeats the same events from its start on, so the pictures look similar each time, but their bytes differ.
import { spawn } from "node:child_process";
import { mkdirSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

/** Then one node restarts, and another one catches up. */
const STORY_SECONDS = 153;

const PICTURES = [
  { name: "status", path: "/", window: "desktop", scheme: "light" },
  { name: "status", path: "/", window: "desktop", scheme: "dark" },
  { name: "status", path: "/", window: "phone", scheme: "light" },
  { name: "status", path: "/", window: "phone", scheme: "dark" },
  { name: "node", path: "/nodes/wire-2-lagging", window: "desktop", scheme: "light" },
  { name: "node", path: "/nodes/wire-2-lagging", window: "desktop", scheme: "dark" },
  { name: "node", path: "/nodes/wire-2-lagging", window: "phone", scheme: "light" },
  { name: "node", path: "/nodes/wire-2-lagging", window: "phone", scheme: "dark" },
];

const WINDOWS = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = `${root}docs/images/pages`;
mkdirSync(folder, { recursive: true });

const demo = spawn(
  process.execPath,
  [`${root}dist/main.js`, "demo", "--web.listen-address=127.0.0.1:0", "--log.format=json"],
  {
    stdio: ["ignore", "ignore", "pipe"],
  },
);
try {
  const url = await addressOf(demo);
  process.stdout.write(`the demo runs at ${url}; the pictures are taken after ${STORY_SECONDS} s\n`);
  await sleep(STORY_SECONDS * 1000);
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu"],
  });
  for (const { name, path, window, scheme } of PICTURES) {
    const page = await browser.newPage({ viewport: WINDOWS[window], colorScheme: scheme });
    await page.goto(url + path);
    const file = `${folder}/${name}-${window}-${scheme}.png`;
    await page.screenshot({ path: file });
    await page.close();
    process.stdout.write(`${file}: ${Math.round(statSync(file).size / 1024)} KiB\n`);
  }
  await browser.close();
} finally {
  demo.kill();
}

/** @param {import("node:child_process").ChildProcess} program @returns {Promise<string>} */
function addressOf(program) {
  return new Promise((resolve, reject) => {
    let output = "";
    program.once("exit", (code) => reject(new Error(`the demo ended with ${code}:\n${output}`)));
    program.stderr?.on("data", (chunk) => {
      output += chunk;
      const url = /"listen":\["(http:[^"]+)"/.exec(output)?.[1];
      if (url !== undefined) resolve(url);
    });
  });
}
