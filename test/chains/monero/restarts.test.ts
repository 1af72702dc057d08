import assert from "node:assert/strict";
import fc from "fast-check";
import { test, vi } from "vitest";
import type { Direction } from "../../../src/model/report.ts";
import { EMPTY_HISTORY, type NodeHistory, recordPoll } from "../../../src/poll/history.ts";
import { runs } from "../../support/effort.ts";
import { openInMemory } from "../sessions.ts";
import { callOf, info, row, sampleLines } from "./daemon.ts";

/**
 * A monerod is polled while its peers come and go and while it is restarted at any moment, also in the second of its start and
 * between the calls of one poll. Churn, starts and bans are those of the model.
 */

const event = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("poll" as const), seconds: fc.integer({ min: 0, max: 40 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("missed" as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("restart" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("restart before the list" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("restart after the list" as const) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("open" as const), incoming: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("close" as const), pick: fc.nat({ max: 100 }) }) },
);

type Peer = { readonly id: string; readonly incoming: boolean; readonly openedMs: number };

test("churn and starts of connections are those of the model, whenever monerod is restarted", async () => {
  const events = fc.array(event, { minLength: 5, maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(events, async (list) => {
      let nowMs = Date.UTC(2026, 0, 2);
      vi.spyOn(Date, "now").mockImplementation(() => nowMs);
      vi.spyOn(performance, "now").mockImplementation(() => nowMs);
      let serial = 0;
      let startMs = nowMs;
      let carried = 0;
      let peers: Peer[] = [];
      let isAway = false;
      let beforeCall: (call: string) => void = () => {};
      let listed: readonly Peer[] = [];
      const open = (incoming: boolean) => {
        serial += 1;
        peers.push({ id: serial.toString(16).padStart(32, "0"), incoming, openedMs: nowMs });
      };
      const restart = () => {
        startMs = nowMs;
        carried = 0;
        peers = [];
        open(true);
        open(false);
      };
      const answers: Readonly<Record<string, () => object>> = {
        get_info: () => ({ ...info, start_time: Math.floor(startMs / 1000) }),
        get_connections() {
          listed = [...peers];
          const age = (peer: Peer) => Math.floor((nowMs - peer.openedMs) / 1000);
          return {
            connections: peers.map((peer) =>
              row({ connection_id: peer.id, incoming: peer.incoming, state: "normal", live_time: age(peer) }),
            ),
          };
        },
        get_bans: () => ({ bans: [{ host: "192.0.2.1" }] }),
        "/get_net_stats": () => ({ total_bytes_in: carried, total_bytes_out: carried }),
      };
      const session = openInMemory("monero", ({ path, body = "" }) => {
        const call = callOf({ url: path, body: String(body) });
        beforeCall(call);
        carried += 1000;
        const answer = answers[call];
        if (isAway || answer === undefined) return { status: isAway ? 502 : 404 };
        return {
          body: JSON.stringify(
            call.startsWith("/")
              ? { status: "OK", ...answer() }
              : { result: { status: "OK", untrusted: false, ...answer() } },
          ),
        };
      });
      let history: NodeHistory = EMPTY_HISTORY;
      let known: readonly Peer[] | undefined;
      const expected = { inbound: [0, 0], outbound: [0, 0] };
      restart();
      for (const happened of list) {
        if (happened.kind === "open") open(happened.incoming);
        if (happened.kind === "close") peers = peers.filter((_, index) => index !== happened.pick % peers.length);
        if (happened.kind === "restart") restart();
        if (happened.kind === "open" || happened.kind === "close" || happened.kind === "restart") continue;
        if (happened.kind === "poll") nowMs += happened.seconds * 1000;
        const restartBefore = {
          "restart before the list": "get_connections",
          "restart after the list": "/get_net_stats",
        };
        isAway = happened.kind === "missed";
        beforeCall = (call) => {
          if (happened.kind !== "poll" && happened.kind !== "missed" && restartBefore[happened.kind] === call)
            restart();
        };
        const report = await session.poll(new AbortController().signal);
        history = recordPoll(history, report, { startedMs: nowMs, endedMs: nowMs, durationSeconds: 0 }, "node");
        assert.equal(report.peers.ok, !isAway);
        if (isAway) continue;
        const before: readonly Peer[] | undefined = known;
        if (before !== undefined) {
          const count = (some: readonly Peer[], others: readonly Peer[], incoming: boolean) =>
            some.filter((peer) => peer.incoming === incoming && !others.includes(peer)).length;
          for (const [direction, incoming] of [
            ["inbound", true],
            ["outbound", false],
          ] as const) {
            const [connects = 0, disconnects = 0] = expected[direction];
            expected[direction] = [
              connects + count(listed, before, incoming),
              disconnects + count(before, listed, incoming),
            ];
          }
        }
        known = listed;
        const churn = (direction: Direction) => [
          history.churn?.connects.get(direction),
          history.churn?.disconnects.get(direction),
        ];
        assert.deepEqual({ inbound: churn("inbound"), outbound: churn("outbound") }, expected);
        for (const { id, openedMs } of listed)
          assert.equal(history.connectionStarts.get(id), Math.floor(openedMs / 1000));
        const hasBans = sampleLines(report.chainSamples).some((line) => line.startsWith("bans kind=address 1"));
        assert(hasBans);
      }
    }),
    { numRuns: runs(300) },
  );
  vi.restoreAllMocks();
});
