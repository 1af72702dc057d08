// A small client for scrapes and checks; load comes from wrk.
import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

const agent = new Agent({ keepAlive: true });

/** A server that answers nothing for so long has failed. */
const PATIENCE_MS = 20_000;

/**
 * @param {string} url
 * @param {Record<string, string>} [headers]
 * @returns {Promise<{ status: number, headers: import("node:http").IncomingHttpHeaders, body: Buffer }>}
 */
export async function get(url, headers = {}) {
  const chunks = [];
  const answer = await exchange(url, headers, (chunk) => chunks.push(chunk));
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) };
}

/** Reads the answer to its end without keeping it; gives the bytes. */
export async function drain(url, headers = {}) {
  let bytes = 0;
  await exchange(url, headers, (chunk) => {
    bytes += chunk.length;
  });
  return bytes;
}

function exchange(url, headers, onChunk) {
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent, headers, timeout: PATIENCE_MS }, (answer) => {
      answer.on("data", onChunk);
      answer.once("end", () => resolve(answer));
      answer.once("error", reject);
    });
    asked.once("timeout", () => asked.destroy(new Error(`no answer from ${url} for ${PATIENCE_MS / 1000} s`)));
    asked.once("error", reject);
    asked.end();
  });
}

/** Prometheus' headers, as far as they choose the answer. */
export const AS_PROMETHEUS = {
  accept:
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
  "accept-encoding": "gzip",
};

/** Waits until the address answers 200. */
export async function untilReady(url, seconds = 60) {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const { status } = await get(url);
    if (status === 200) return;
    if (performance.now() > deadline) throw new Error(`${url} still answers ${status} after ${seconds} s`);
    await sleep(100);
  }
}

/** Lets nothing of a bench keep this process running. */
export function hangUp() {
  agent.destroy();
}
