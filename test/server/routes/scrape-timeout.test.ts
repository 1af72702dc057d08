import { expect, test } from "vitest";
import { scrapeTimeoutMs } from "../../../src/server/routes/probe.ts";

test.each([
  ["10", 9500],
  ["1", 500],
  // Without an answer in time Prometheus has nothing at all, so the shortest timeouts are kept as well.
  ["0.5", 250],
  ["0.1", 50],
  ["0.0001", 1],
  ["100000", 120_000],
  ["Infinity", 120_000],
  ["0", 120_000],
  ["-1", 120_000],
  ["soon", 120_000],
  ["", 120_000],
  [undefined, 120_000],
  [["2", "3"], 1500],
])("a scrape timeout of %j seconds leaves %i ms", (header, milliseconds) => {
  const headers = header === undefined ? {} : { "x-prometheus-scrape-timeout-seconds": header };
  expect(scrapeTimeoutMs({ headers })).toBe(milliseconds);
});
