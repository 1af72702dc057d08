// Clients of many kinds that scrape one page again and again.
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import http from "node:http";
import https from "node:https";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { AS_PROMETHEUS } from "./http.mjs";

const unzip = promisify(gunzip);

const OPENMETRICS = { accept: "application/openmetrics-text;version=1.0.0" };
const TEXT = { accept: "text/plain" };
const GZIP = { "accept-encoding": "gzip" };

/** A scrape that takes longer has failed, as with Prometheus. */
const SCRAPE_TIMEOUT_MS = 10_000;
const SLOW_READ_MS = 20;

/** By turns: of ten scrapers, six keep their connection, two open one for each scrape, one reads slowly, one closes early. */
const KINDS = [
  { name: "Prometheus", headers: AS_PROMETHEUS, keepAlive: true },
  { name: "text", headers: TEXT, keepAlive: true },
  { name: "Prometheus", headers: AS_PROMETHEUS, keepAlive: true },
  { name: "OpenMetrics", headers: OPENMETRICS, keepAlive: true },
  { name: "text, gzip", headers: { ...TEXT, ...GZIP }, keepAlive: true },
  { name: "Prometheus", headers: AS_PROMETHEUS, keepAlive: true },
  { name: "text", headers: TEXT, keepAlive: false },
  { name: "Prometheus", headers: AS_PROMETHEUS, keepAlive: false },
  { name: "slow reader", headers: TEXT, keepAlive: true, isSlow: true },
  { name: "closes early", headers: TEXT, keepAlive: false, hangsUp: true },
];

/**
 * Scrapes until the time is over.
 * @param {{
 *   url: string, ca?: string, headers: Record<string, string>, folder: string, count: number, seconds: number, pauseMs: number,
 *   address?: string,
 * }} options folder: for the pages; address: from which they come; pauseMs: the longest pause
 *   before a scrape, each is drawn at random
 * @returns {Promise<{ durations: number[], slowDurations: number[], hungUp: number, failures: string[], pages: Map }>}
 */
export async function scrapeTogether({ url, ca, headers, folder, count, seconds, pauseMs, address }) {
  const { request, Agent } = url.startsWith("https:") ? https : http;
  const started = performance.now();
  const deadline = started + seconds * 1000;
  const out = { durations: [], slowDurations: [], hungUp: 0, failures: [], pages: new Map() };
  const agents = [];

  async function scrape(kind, agent) {
    const began = performance.now();
    const options = {
      agent,
      ca,
      localAddress: address,
      headers: { "accept-encoding": "identity", ...kind.headers, ...headers },
    };
    const answer = await exchange(request, url, options, kind);
    if (kind.hangsUp) {
      out.hungUp += 1;
      return;
    }
    (kind.isSlow ? out.slowDurations : out.durations).push(performance.now() - began);
    await keep(answer, folder, out.pages);
  }

  async function live(index) {
    const kind = KINDS[index % KINDS.length];
    const agent = kind.keepAlive ? new Agent({ keepAlive: true, maxSockets: 1 }) : new Agent({ keepAlive: false });
    agents.push(agent);
    for (;;) {
      await sleep(Math.random() * pauseMs);
      if (performance.now() >= deadline) return;
      const at = ((performance.now() - started) / 1000).toFixed(1);
      await scrape(kind, agent).catch((error) => {
        out.failures.push(`${kind.name}, begun after ${at} s: ${error?.message ?? error}`);
      });
    }
  }

  try {
    await Promise.all(Array.from({ length: count }, (_, index) => live(index)));
  } finally {
    for (const agent of agents) agent.destroy();
  }
  return out;
}

/** One scrape; for those that close early, until the first bytes of the page. */
function exchange(request, url, options, { isSlow, hangsUp }) {
  return new Promise((resolve, reject) => {
    const asked = request(url, options, (answer) => {
      const chunks = [];
      answer.once("error", (error) => (hangsUp ? resolve() : reject(error)));
      answer.once("aborted", () => (hangsUp ? resolve() : reject(new Error("the answer was cut off"))));
      answer.on("data", (chunk) => {
        chunks.push(chunk);
        if (hangsUp) {
          asked.destroy();
          resolve();
        } else if (isSlow) {
          answer.pause();
          setTimeout(() => answer.resume(), SLOW_READ_MS);
        }
      });
      answer.once("end", () => {
        clearTimeout(timer);
        if (answer.statusCode !== 200) return reject(new Error(`status ${answer.statusCode}`));
        resolve({ headers: answer.headers, body: Buffer.concat(chunks) });
      });
    });
    const timer = setTimeout(() => asked.destroy(new Error("no whole page in time")), SCRAPE_TIMEOUT_MS);
    asked.once("error", reject);
    asked.once("close", () => clearTimeout(timer));
    asked.end();
  });
}

/** Each different page is kept once, as it came, to be read when the load is over. */
async function keep({ headers, body }, folder, pages) {
  const isZipped = headers["content-encoding"] === "gzip";
  const type = headers["content-type"] ?? "";
  const key = `${type} ${isZipped} ${createHash("sha1").update(body).digest("base64")}`;
  if (pages.has(key)) return;
  const file = join(folder, String(pages.size));
  pages.set(key, { type, isZipped, file });
  await writeFile(file, body);
}

/** @param {{ isZipped: boolean, file: string }} page */
export async function bytesOf({ isZipped, file }) {
  const body = await readFile(file);
  return isZipped ? unzip(body) : body;
}
