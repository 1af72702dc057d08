// Whether a page that changed is compressed once, however many clients want it at the same moment.
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { atMost } from "./bench.mjs";
import { drain } from "./http.mjs";
import { median, milliseconds, times } from "./stats.mjs";

const ROUNDS = 8;
const CLIENTS = 8;
const GZIP = { "accept-encoding": "gzip" };

/** The level that the exporter uses; the cost of one compression is taken at the same. */
const LEVEL = 1;

/** A little longer than the exporter keeps its own metrics: then the page is another one. */
const PAGE_KEPT_MS = 4500;

/**
 * @param {{ url: string, page: string, cpu: () => Promise<number> }} exporter
 * @param {{ page: Buffer, size: string }} served
 */
export async function sharedCompression(exporter, { page, size }) {
  const one = [];
  const many = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    one.push(await costOfScrapes(exporter, 1));
    many.push(await costOfScrapes(exporter, CLIENTS));
  }
  const further = Math.max(0, median(many) - median(one));
  const compression = compressionSeconds(page);
  return atMost(
    `gzip, CPU of ${CLIENTS - 1} further clients of a page that just changed, in compressions of it, ${size}`,
    further / compression,
    1,
    times,
    `${milliseconds(further * 1000)} : ${milliseconds(compression * 1000)}`,
  );
}

/** CPU seconds of the exporter for that many parallel scrapes of a page that has changed. */
async function costOfScrapes(exporter, clients) {
  await sleep(PAGE_KEPT_MS);
  const before = await exporter.cpu();
  await Promise.all(Array.from({ length: clients }, () => drain(exporter.page, GZIP)));
  return (await exporter.cpu()) - before;
}

function compressionSeconds(page) {
  const seconds = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = process.cpuUsage();
    gzipSync(page, { level: LEVEL });
    const { user, system } = process.cpuUsage(before);
    seconds.push((user + system) / 1e6);
  }
  return median(seconds);
}
