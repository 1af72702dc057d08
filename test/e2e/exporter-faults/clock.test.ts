import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { faultOf, logPattern } from "../../../tools/faults/exporter-faults.ts";
import { find, type Page, parseOpenMetrics, parseText, value } from "../../support/exposition-parser.ts";
import type { Handler } from "../../support/fake-node.ts";
import { monerodWithOldPeer, startFaultyExporter, wireWith } from "../../support/faulty-exporter.ts";
import { tempFolder } from "../../support/servers.ts";
import { pageWhere } from "../../support/waits.ts";
import { exitsWith, fakeNode, OFTEN, polls, up } from "./support.ts";

/** The clock of the machine is set while the real program runs; test/reliability has the catalogue of these faults. */

describe("the clock is set", () => {
  const HOUR = 3_600_000;

  /** Counters by series, to see that none falls. */
  const counters = ({ families }: Page) =>
    new Map(
      families
        .filter(({ type, name }) => type === "counter" && name.startsWith("p2p_"))
        .flatMap(({ samples }) => samples)
        .map(({ name, labels, value: count }) => [`${name} ${JSON.stringify([...labels])}`, count] as const),
    );

  test.each([
    [faultOf("clockForward").fault, HOUR],
    [faultOf("clockBack").fault, -HOUR],
  ])("%s", async (_, shift) => {
    const clockFile = join(tempFolder(), "clock");
    const nodes = [
      { name: "m1", chain: "monero", url: (await fakeNode(monerodWithOldPeer())).url },
      { name: "m2", chain: "monero", url: (await fakeNode(monerodWithOldPeer())).url },
      { name: "w", chain: "wire", url: (await fakeNode(wireWith(3))).url, schedule: "*/3 * * * * *" },
    ];
    const exporter = await startFaultyExporter({
      nodes,
      config: OFTEN,
      preload: "clock.mjs",
      env: { CLOCK_FILE: clockFile },
    });
    const names = nodes.map(({ name }) => name);
    let page = await pageWhere(exporter, (now) => names.every((name) => polls(now, name) >= 3), "some polls");
    const started = value(page, "p2p_connection_start_timestamp_seconds", { target: "m1" });
    const first = new Map(names.map((name) => [name, polls(page, name)]));

    writeFileSync(clockFile, String(shift));
    exporter.signal("SIGUSR2");
    const deadline = performance.now() + 60_000;
    while (names.some((name) => polls(page, name) < (first.get(name) ?? 0) + 4)) {
      expect(performance.now()).toBeLessThan(deadline);
      await sleep(200);
      const before = counters(page);
      page = await exporter.page();
      const now = counters(page);
      // A node that is shown as down keeps the counters of its polls only.
      const kept = [...before].filter(([series]) => now.has(series) || series.startsWith("p2p_node_poll"));
      expect(kept.filter(([series, count]) => !((now.get(series) ?? -1) >= count))).toEqual([]);
      for (const name of names) {
        // After a jump forward nobody knows how old the data is, until the next poll.
        const isPolledSince = polls(page, name) > (first.get(name) ?? 0);
        if (shift < 0 || isPolledSince) expect([name, up(page, name)]).toEqual([name, 1]);
        else if (up(page, name) === 0) expect(find(page, "p2p_node_head_height", { target: name })).toEqual([]);
        expect(find(page, "p2p_node_head_lag_blocks", { target: name }).filter(({ value: lag }) => lag !== 0)).toEqual(
          [],
        );
        expect(find(page, "p2p_node_syncing", { target: name }).filter(({ value: syncing }) => syncing !== 0)).toEqual(
          [],
        );
        expect(value(page, "p2p_node_poll_duration_seconds", { target: name })).toBeGreaterThanOrEqual(0);
        expect(value(page, "p2p_node_poll_duration_seconds", { target: name })).toBeLessThan(10);
      }
      if (up(page, "m1") === 0) continue;
      const opened = value(page, "p2p_connection_start_timestamp_seconds", { target: "m1" });
      const moved = Math.min(...[0, shift / 1000].map((each) => Math.abs(opened - started - each)));
      expect(moved).toBeLessThanOrEqual(2);
    }
    const lastSuccess = value(page, "p2p_node_last_success_timestamp_seconds", { target: "m1" });
    expect(Math.abs(lastSuccess * 1000 - (Date.now() + shift))).toBeLessThan(10_000);
    exporter.signal("SIGTERM");
    await exitsWith(exporter.program, 0, 5000);
  });
});

describe(faultOf("suspended").fault, () => {
  const DATA = /^p2p_(?:connection_|monero_|wire_|node_(?:peers|head_|final_|info|syncing|connections|reference_))/;

  /** Before and after, the same requests: the bodies that the exporter keeps must not outlive their data. */
  const REQUESTS = {
    plain: { accept: "text/plain", "accept-encoding": "identity" },
    compressed: { accept: "text/plain", "accept-encoding": "gzip" },
    openmetrics: { accept: "application/openmetrics-text; version=1.0.0", "accept-encoding": "identity" },
    "openmetrics, compressed": { accept: "application/openmetrics-text; version=1.0.0", "accept-encoding": "gzip" },
  };

  async function pagesOf(url: string): Promise<readonly (readonly [string, Page])[]> {
    return Promise.all(
      Object.entries(REQUESTS).map(async ([name, headers]) => {
        const answer = await fetch(`${url}/metrics`, { headers });
        const text = await answer.text();
        return [name, name.startsWith("openmetrics") ? parseOpenMetrics(text) : parseText(text)] as const;
      }),
    );
  }

  const failed = ({ families }: Page) =>
    families
      .filter(({ name }) => name === "p2p_node_poll_failures_total")
      .flatMap(({ samples }) => samples)
      .reduce((sum, { value: count }) => sum + count, 0);

  test("the first scrapes after it have no old data, in every format, and neither have the pages", async () => {
    let isSlow = false;
    const late =
      (well: Handler): Handler =>
      async (request) => {
        if (isSlow) await sleep(500);
        return well(request);
      };
    const nodes = [
      { name: "m", chain: "monero", url: (await fakeNode(late(monerodWithOldPeer()))).url },
      { name: "w", chain: "wire", url: (await fakeNode(late(wireWith(3)))).url },
    ];
    const names = nodes.map(({ name }) => name);
    const exporter = await startFaultyExporter({
      nodes,
      config: OFTEN,
    });
    await pageWhere(exporter, (now) => names.every((name) => up(now, name) === 1), "the nodes to be up");
    // The bodies are held from now on.
    const before = await pagesOf(exporter.url);
    const [[, first] = ["", undefined]] = before;
    if (first === undefined) throw new Error("no page");
    exporter.signal("SIGSTOP");
    isSlow = true;
    await sleep(10_000);
    // They wait in the kernel, and are the first work of the process.
    const asked = pagesOf(exporter.url);
    const people = Promise.all(
      ["/", "/nodes/m", "/probe?node=m&debug=true"].map(async (path) => (await fetch(`${exporter.url}${path}`)).text()),
    );
    await sleep(200);
    exporter.signal("SIGCONT");
    for (const [name, page] of await asked) {
      for (const target of names) {
        // A poll that was under way may have ended before the stop, or right after it.
        if (polls(page, target) > polls(first, target)) continue;
        expect([name, target, up(page, target)]).toEqual([name, target, 0]);
        const kept = page.families.filter(({ samples }) =>
          samples.some(({ labels }) => labels.get("target") === target),
        );
        expect(kept.map(({ name: family }) => family).filter((family) => DATA.test(family))).toEqual([]);
        expect(value(page, "p2p_node_last_success_timestamp_seconds", { target })).toBe(
          value(first, "p2p_node_last_success_timestamp_seconds", { target }),
        );
      }
      expect(failed(page)).toBe(failed(first));
    }
    const [status = "", node = ""] = await people;
    expect(status).toContain("too old to be shown");
    expect(node).toContain("No peer list available.");
    expect(exporter.lines().some(({ msg }) => logPattern("suspended").test(msg))).toBe(true);
    isSlow = false;
    await pageWhere(exporter, (now) => names.every((target) => up(now, target) === 1), "the nodes to be up again");
    exporter.signal("SIGTERM");
    await exitsWith(exporter.program, 0, 5000);
  });
});
