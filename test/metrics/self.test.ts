import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import type { Format } from "../../src/metrics/exposition.ts";
import { cacheRecent, createSelfMetrics, type SelfMetrics } from "../../src/metrics/self.ts";
import { firstState, nodeConfig, peers, report, row, stateAfter } from "../poll/support.ts";
import { find, value } from "../support/exposition-parser.ts";
import { promtoolCheckMetrics } from "../support/prometheus.ts";
import { findServer, waitFor } from "../support/servers.ts";
import { catalogue, names, read, render, renderPage } from "./support.ts";

const promtool = findServer("promtool", "apt-get install prometheus");
const FORMATS: readonly Format[] = ["text", "openmetrics"];

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

let self: SelfMetrics;

beforeEach(() => {
  self = createSelfMetrics("1.2.3");
});

async function page(format: Format): Promise<string> {
  return renderPage([], await self.collect(), format);
}

/** What a user's Prometheus gets: nodes and the exporter itself. */
async function wholePage(format: Format): Promise<string> {
  const states = [
    firstState(nodeConfig({ name: "node-0" })),
    stateAfter(report({ peers: peers(row({ receivedBytes: 5 })) })),
  ];
  return render(states, format, {}, await self.collect());
}

describe.each(FORMATS)("in the format %s", (format) => {
  test("the build and the time when the configuration was loaded are shown", async () => {
    self.configLoaded(1_767_323_045.5);
    self.configRead(true);
    const own = read(await page(format), format);
    expect(value(own, "peer_exporter_build_info", { version: "1.2.3", nodejs_version: process.version })).toBe(1);
    expect(value(own, "peer_exporter_config_last_reload_successful")).toBe(1);
    expect(value(own, "peer_exporter_config_last_reload_success_timestamp_seconds")).toBe(1_767_323_045.5);
    expect(value(own, "process_start_time_seconds")).toBeGreaterThan(1.7e9);
    expect(value(own, "process_resident_memory_bytes")).toBeGreaterThan(1e6);
  });

  test("closed connections are counted by reason, each from 0", async () => {
    self.connectionClosed("all_in_use");
    const own = read(await page(format), format);
    const samples = find(own, "peer_exporter_http_connections_closed_total");
    expect(Object.fromEntries(samples.map(({ labels, value }) => [labels.get("reason"), value]))).toEqual({
      address_share: 0,
      all_in_use: 1,
      requests_waiting: 0,
      answers_unread: 0,
    });
  });

  test("a configuration that could not be loaded, the shard and lost log lines are shown", async () => {
    self = createSelfMetrics("1.2.3", () => 7);
    const whole = read(await page(format), format);
    expect(find(whole, "peer_exporter_shard_info")).toEqual([]);
    self.sharded({ index: 2, total: 5 });
    self.configRead(false);
    const own = read(await page(format), format);
    expect(value(own, "peer_exporter_shard_info", { shard: "2", total_shards: "5" })).toBe(1);
    expect(value(own, "peer_exporter_config_last_reload_successful")).toBe(0);
    expect(value(own, "peer_exporter_log_lines_lost_total")).toBe(7);
  });

  test("requests make a histogram by handler and code", async () => {
    for (const seconds of [0.0005, 0.002, 0.3, 99]) self.observeRequest("/metrics", 200, seconds);
    self.observeRequest("none", 404, 0.001);
    const own = read(await page(format), format);
    const name = "peer_exporter_http_request_duration_seconds";
    const labels = { handler: "/metrics", code: "200" };
    const bound = (le: string) => value(own, `${name}_bucket`, { ...labels, le });
    expect(["0.001", "0.0025", "0.25", "0.5", "2.5", "+Inf"].map(bound)).toEqual([1, 2, 2, 3, 3, 4]);
    expect(value(own, `${name}_count`, labels)).toBe(4);
    expect(value(own, `${name}_sum`, labels)).toBeCloseTo(99.3025);
    expect(value(own, `${name}_count`, { handler: "none", code: "404" })).toBe(1);
  });

  test("a histogram without requests is left out", async () => {
    expect(names(read(await page(format), format))).not.toContain("peer_exporter_http_request_duration_seconds");
  });

  test("there is no NaN, and nothing with _total but counters", async () => {
    self.observeRequest("/metrics", 200, 0.01);
    const text = await wholePage(format);
    expect(text).not.toMatch(/NaN|Inf\n|undefined|null/);
    for (const { name, type } of read(text, format).families) {
      // In OpenMetrics the family of a counter is named without it.
      expect(name.endsWith("_total")).toBe(type === "counter" && format === "text");
    }
  });

  test("no family of the exporter has the name of one of the nodes", async () => {
    const own = names(read(await page(format), format));
    const nodes = catalogue.map(({ name }) => (format === "text" ? name : name.replace(/_total$/, "")));
    expect(own.filter((name) => nodes.includes(name))).toEqual([]);
    expect(own.every((name) => /^(?:peer_exporter|process|nodejs)_/.test(name))).toBe(true);
  });
});

test("bucket bounds of whole numbers are floats in OpenMetrics, and but for times of creation nothing else differs", async () => {
  self.observeRequest("/metrics", 200, 0.01);
  // Of all histograms only the one of the garbage collector has such bounds.
  const families = await waitFor(async () => {
    collectGarbage();
    const all = (await self.collect()).filter(({ type }) => type === "histogram");
    return all.some(({ name, samples }) => name === "nodejs_gc_duration_seconds" && samples("text") !== "") && all;
  }, "a garbage collection to be counted");
  const text = families.map(({ samples }) => samples("text")).join("");
  const openmetrics = families.map(({ samples }) => samples("openmetrics")).join("");
  expect(text).toContain('le="1"');
  const bounds = [...openmetrics.matchAll(/le="([^"]*)"/g)].map(([, le]) => le);
  for (const bound of bounds) expect(bound).toMatch(/^(?:\d+\.\d+|\+Inf)$/);
  const withoutCreated = openmetrics.replaceAll(/^\w+_created.*\n/gm, "");
  expect(withoutCreated.replaceAll(/le="(\d+)\.0"/g, 'le="$1"')).toBe(text);
});

test("the families are collected again each time, and an earlier collection does not change", async () => {
  const before = await self.collect();
  const count = () =>
    find(read(renderPage([], before, "text"), "text"), "peer_exporter_http_request_duration_seconds_count");
  self.observeRequest("/metrics", 200, 0.01);
  expect(count()).toEqual([]);
  const after = read(await page("text"), "text");
  expect(value(after, "peer_exporter_http_request_duration_seconds_count")).toBe(1);
});

test("regression: a block of the event loop stays counted, for every scraper", async () => {
  const name = "peer_exporter_event_loop_delay_seconds";
  const delays = async () => {
    const own = read(await page("text"), "text");
    const all = value(own, `${name}_count`) ?? Number.NaN;
    return { all, long: all - (value(own, `${name}_bucket`, { le: "0.25" }) ?? Number.NaN) };
  };
  // The first interval begins some milliseconds after the start.
  await waitFor(async () => (await delays()).all > 0, "a measurement");
  const before = (await delays()).long;
  const end = performance.now() + 300;
  while (performance.now() < end);
  // A scraper that waited for the end of the block reads before its interval has ended, which must not drop it.
  await delays();
  await waitFor(async () => (await delays()).long > before, "the block to be measured");
  for (let scrape = 0; scrape < 5; scrape += 1) expect((await delays()).long).toBeGreaterThan(before);
});

describe("a value that is kept while it is recent", () => {
  test("is collected once for callers at the same time, and again when it is too old", async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    let collected = 0;
    const recent = cacheRecent(async () => ({ number: ++collected }), 1000);
    const first = recent();
    expect(await Promise.all([first, recent()])).toEqual([{ number: 1 }, { number: 1 }]);
    vi.advanceTimersByTime(999);
    // The value itself, without a promise.
    expect(recent()).toBe(await first);
    vi.advanceTimersByTime(1);
    expect(await Promise.all([recent(), recent()])).toEqual([{ number: 2 }, { number: 2 }]);
    vi.advanceTimersByTime(1000);
    expect(await recent()).toEqual({ number: 3 });
  });

  test("is collected again after a failure", async () => {
    let calls = 0;
    const recent = cacheRecent(async () => {
      calls += 1;
      if (calls === 1) throw new Error("not collected");
      return { calls };
    }, 1000);
    await expect(recent()).rejects.toThrow("not collected");
    expect(await recent()).toEqual({ calls: 2 });
  });
});

test("two sets do not share their numbers", async () => {
  const other = createSelfMetrics("9.9.9");
  other.observeRequest("/metrics", 200, 1);
  expect(names(read(await page("text"), "text"))).not.toContain("peer_exporter_http_request_duration_seconds");
});

test.skipIf(promtool === undefined)("the whole page passes promtool check metrics", async () => {
  self.configLoaded(1_767_323_045);
  self.configRead(false);
  self.observeRequest("/metrics", 200, 0.01);
  expect(await promtoolCheckMetrics(await wholePage("text"))).toEqual({ code: 0, output: "" });
});
