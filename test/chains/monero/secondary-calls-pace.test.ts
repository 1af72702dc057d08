import { beforeEach, describe, expect, test, vi } from "vitest";
import type { NodeReport } from "../../../src/model/report.ts";
import { IS_LONG } from "../../support/effort.ts";
import { openNode, poll, serve } from "../sessions.ts";
import { type Answers, bare, callsOf, daemon, info, METHOD_NOT_FOUND, rpc, sampleLines } from "./daemon.ts";

/** What is asked with which poll of one session, while the clock is moved by hand. */

const INTERVAL_MS = 15_000;
/** Polls before the slow ones are due again: at the next poll their answers would be more than a minute old. */
const ROUND = 3;
/** Polls before a call that is not offered is tried again. */
const REFUSED_ROUND = 20;
/** Polls with each interval. */
const TURNS = IS_LONG ? 60 : 12;
const SLOW = ["get_bans", "/get_limit", "/in_peers", "/out_peers"];
let nowMs = 0;

beforeEach(() => {
  nowMs = 5000;
  const clock = vi.spyOn(performance, "now").mockImplementation(() => nowMs);
  return () => clock.mockRestore();
});

async function started() {
  let answers: Answers = {};
  const fake = await serve((request) => daemon(answers)(request));
  const session = openNode("monero", fake.url);
  return {
    async poll(now: Answers = {}): Promise<{ asked: readonly string[]; report: NodeReport; lines: readonly string[] }> {
      answers = now;
      const before = fake.requests.length;
      const report = await poll(session);
      nowMs += INTERVAL_MS;
      return { asked: callsOf(fake, before), report, lines: sampleLines(report.chainSamples) };
    },
  };
}

test("bans, limits and caps are at most a minute old and shown all the time, the rest with every poll", async () => {
  const node = await started();
  for (let round = 0; round < 2; round++) {
    for (let turn = 0; turn < ROUND; turn++) {
      const { asked, report, lines } = await node.poll();
      expect(asked).toEqual(expect.arrayContaining(["get_info", "get_connections", "/get_net_stats"]));
      expect(asked.filter((call) => SLOW.includes(call))).toEqual(turn === 0 ? SLOW : []);
      expect(lines).toEqual(expect.arrayContaining(["bans kind=subnet 3", "max_peers direction=outbound 12"]));
      expect(["bans", "limits", "totals"].every((part) => report.apis.get(part)?.ok)).toBe(true);
    }
  }
});

test("the new answer is shown", async () => {
  const node = await started();
  const get_bans = rpc({ bans: [{ host: "192.0.2.7" }] });
  await node.poll();
  expect((await node.poll({ get_bans })).lines).toContain("bans kind=subnet 3");
  nowMs += ROUND * INTERVAL_MS;
  expect((await node.poll({ get_bans })).lines).toEqual(
    expect.arrayContaining(["bans kind=address 1", "bans kind=subnet 0"]),
  );
});

test("a call that fails when it is due drops its answer immediately, and the next poll makes it again", async () => {
  const node = await started();
  await node.poll();
  nowMs += ROUND * INTERVAL_MS;
  const failed = await node.poll({ get_bans: { status: 500 } });
  expect(failed.report.apis.get("bans")?.ok).toBe(false);
  expect(failed.lines.filter((line) => line.startsWith("bans"))).toEqual([]);
  expect(failed.lines).toContain("max_peers direction=outbound 12");
  const after = await node.poll();
  expect(after.asked.filter((call) => SLOW.includes(call))).toEqual(["get_bans"]);
  expect(after.lines).toContain("bans kind=subnet 3");
});

test("what is not offered is asked again after 5 minutes", async () => {
  const node = await started();
  const answers: Answers = { "/get_net_stats": { status: 404 }, get_bans: METHOD_NOT_FOUND };
  const asked: (readonly string[])[] = [];
  for (let turn = 0; turn <= REFUSED_ROUND; turn++) asked.push((await node.poll(answers)).asked);
  const turns = (call: string) => asked.flatMap((calls, turn) => (calls.includes(call) ? [turn] : []));
  expect([turns("/get_net_stats"), turns("get_bans")]).toEqual([
    [0, REFUSED_ROUND],
    [0, REFUSED_ROUND],
  ]);
});

test.each([1, 5, 15, 20, 29, 30, 31, 59, 60, 90, 300])(
  "with a poll every %s s, shown bans are at most a minute old",
  async (seconds) => {
    const node = await started();
    let age = 0;
    let calls = 0;
    for (let turn = 0; turn < TURNS; turn++) {
      const { asked, lines } = await node.poll();
      expect(lines).toContain("bans kind=subnet 3");
      const isAsked = asked.includes("get_bans");
      if (isAsked) calls += 1;
      age = isAsked ? 0 : age + seconds;
      // They are shown until the next poll.
      if (seconds <= 60) expect(age + seconds).toBeLessThanOrEqual(60);
      else expect(age).toBe(0);
      nowMs += seconds * 1000 - INTERVAL_MS;
    }
    // No more often than that needs.
    expect(calls).toBeLessThanOrEqual(Math.ceil(TURNS / Math.max(1, Math.floor(60 / seconds) - 1)) + 1);
  },
);

describe("older answers are not shown", () => {
  test("of a process that has ended: the start time is another", async () => {
    const node = await started();
    await node.poll();
    const { asked, lines } = await node.poll({
      get_info: rpc({ ...info, start_time: 1_790_000_777 }),
      get_bans: rpc({}),
      "/out_peers": { status: 404 },
    });
    expect(asked.filter((call) => SLOW.includes(call))).toEqual(SLOW);
    expect(lines).toContain("bans kind=subnet 0");
    expect(lines.filter((line) => line.startsWith("max_peers"))).toEqual([]);
  });

  test("of a process that started in the same second: its counters of bytes fell", async () => {
    const node = await started();
    await node.poll();
    const { asked, lines } = await node.poll({
      "/get_net_stats": bare({ total_bytes_in: 5, total_bytes_out: 7 }),
      get_bans: rpc({}),
    });
    expect(asked.filter((call) => SLOW.includes(call))).toEqual(SLOW);
    expect(lines).toContain("bans kind=subnet 0");
  });

  test("of a node that is down, nor after it returns", async () => {
    const node = await started();
    await node.poll();
    const away = await node.poll({ get_info: { status: 503 }, get_connections: { status: 503 } });
    expect([away.asked, away.lines, away.report.apis.size]).toEqual([["get_info", "get_connections"], [], 0]);
    const back = await node.poll({ get_bans: rpc({}) });
    expect(back.asked).toEqual(expect.arrayContaining(SLOW));
    expect(back.lines).toContain("bans kind=subnet 0");
  });

  test("from before the machine was suspended, when the monotonic clock stood still", async () => {
    const node = await started();
    await node.poll();
    const wall = vi.spyOn(Date, "now").mockImplementation(() => 4_000_000_000_000);
    const { asked, lines } = await node.poll({ get_bans: rpc({}) });
    wall.mockRestore();
    expect(asked.filter((call) => SLOW.includes(call))).toEqual(SLOW);
    expect(lines).toContain("bans kind=subnet 0");
  });

  test("of an RPC that has become a restricted one", async () => {
    const node = await started();
    await node.poll();
    const { lines, report } = await node.poll({ get_info: rpc({ ...info, restricted: true, start_time: 0 }) });
    expect([lines, report.totals]).toEqual([["restricted 1", "untrusted 0", "offline 0"], undefined]);
  });
});
