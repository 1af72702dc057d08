import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { faultOf } from "../../../tools/faults/exporter-faults.ts";
import { find, type Page, value } from "../../support/exposition-parser.ts";
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
      expect([...before].filter(([series, count]) => !((now.get(series) ?? -1) >= count))).toEqual([]);
      for (const name of names) {
        expect([name, up(page, name)]).toEqual([name, 1]);
        expect(find(page, "p2p_node_head_lag_blocks", { target: name }).filter(({ value: lag }) => lag !== 0)).toEqual(
          [],
        );
        expect(find(page, "p2p_node_syncing", { target: name }).filter(({ value: syncing }) => syncing !== 0)).toEqual(
          [],
        );
        expect(value(page, "p2p_node_poll_duration_seconds", { target: name })).toBeGreaterThanOrEqual(0);
        expect(value(page, "p2p_node_poll_duration_seconds", { target: name })).toBeLessThan(10);
      }
      const opened = value(page, "p2p_connection_start_timestamp_seconds", { target: "m1" });
      const moved = Math.min(...[0, shift / 1000].map((each) => Math.abs(opened - started - each)));
      expect(moved).toBeLessThanOrEqual(2);
      // All or nothing of the hour, also of a poll that was under way: half of it would be wrong with either clock.
      const skew = value(page, "p2p_node_clock_skew_seconds", { target: "m1" });
      expect(Math.min(...[0, -shift / 1000].map((each) => Math.abs(skew - each)))).toBeLessThanOrEqual(5);
    }
    const lastSuccess = value(page, "p2p_node_last_success_timestamp_seconds", { target: "m1" });
    expect(Math.abs(lastSuccess * 1000 - (Date.now() + shift))).toBeLessThan(10_000);
    exporter.signal("SIGTERM");
    await exitsWith(exporter.program, 0, 5000);
  });
});
