import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import type { Direction, NodeReport, PeerConnection } from "../../src/model/report.ts";
import { EMPTY_HISTORY, type NodeHistory, recordPoll } from "../../src/poll/history.ts";
import { runs } from "../support/effort.ts";
import { failing, NOW, peers, report, row, times } from "./support.ts";

/**
 * Thousands of polls of a node whose peers come, go, reconnect and restart, compared with a plain model that sees every single
 * event. Where the model must know more than polls can tell (a connection that came and went between two polls), it
 * keeps to what a poll can see.
 */

type Peer = { readonly id: string; readonly direction: Direction; received: number; sent: number; openedAt: number };

type Event =
  | { readonly kind: "connect"; readonly direction: "inbound" | "outbound"; readonly bytes: number }
  | { readonly kind: "leave"; readonly pick: number }
  | { readonly kind: "traffic"; readonly pick: number; readonly bytes: number }
  | { readonly kind: "reset"; readonly pick: number; readonly bytes: number }
  | { readonly kind: "restart" }
  | { readonly kind: "fail" }
  | { readonly kind: "poll" };

const bytes = fc.integer({ min: 0, max: 1_000_000 });
const pick = fc.nat({ max: 1000 });
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("poll" as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("connect" as const),
      direction: fc.constantFrom("inbound" as const, "outbound" as const),
      bytes,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("leave" as const), pick }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("traffic" as const), pick, bytes }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("reset" as const), pick, bytes }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("restart" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("fail" as const) }) },
);

/** What a poll can know, written down in the plainest way: sums and sets, no rules of the program. */
type Model = {
  received: number;
  readonly seen: Map<string, { received: number; direction: Direction; start: number }>;
  connects: Record<string, number>;
  disconnects: Record<string, number>;
  polls: number;
  failures: number;
  started: boolean;
};

function step(model: Model, alive: readonly Peer[]): void {
  for (const peer of alive) {
    const before = model.seen.get(peer.id);
    if (model.started) {
      if (before === undefined) {
        model.received += peer.received;
        model.connects[peer.direction] = (model.connects[peer.direction] ?? 0) + 1;
      } else {
        model.received += peer.received >= before.received ? peer.received - before.received : peer.received;
      }
    }
  }
  for (const [id, { direction }] of model.seen) {
    if (!alive.some((peer) => peer.id === id)) model.disconnects[direction] = (model.disconnects[direction] ?? 0) + 1;
  }
  const starts = new Map([...model.seen].map(([id, { start }]) => [id, start]));
  model.seen.clear();
  for (const peer of alive) {
    const start = starts.get(peer.id) ?? peer.openedAt;
    model.seen.set(peer.id, { received: peer.received, direction: peer.direction, start });
  }
  model.started = true;
}

const toRow = (peer: Peer, nowSeconds: number): PeerConnection =>
  row({
    id: peer.id,
    direction: peer.direction,
    receivedBytes: peer.received,
    sentBytes: peer.sent,
    ageSeconds: nowSeconds - peer.openedAt,
  });

test("every counter and every start equals the model's after every poll, and no total ever falls", () => {
  fc.assert(
    fc.property(fc.array(event, { minLength: 20, maxLength: 120 }), (events) => {
      let alive: Peer[] = [];
      let serial = 0;
      let now = NOW;
      let history: NodeHistory = EMPTY_HISTORY;
      let lastTotal = 0;
      const model: Model = {
        received: 0,
        seen: new Map(),
        connects: {},
        disconnects: {},
        polls: 0,
        failures: 0,
        started: false,
      };
      const poll = (given: NodeReport) => {
        history = recordPoll(history, given, times(now), "node");
        model.polls += 1;
      };
      for (const happened of events) {
        now += 1500;
        const second = Math.floor(now / 1000);
        const peer = alive["pick" in happened ? happened.pick % Math.max(1, alive.length) : 0];
        switch (happened.kind) {
          case "connect":
            serial += 1;
            alive.push({
              id: `c${serial}`,
              direction: happened.direction,
              received: happened.bytes,
              sent: happened.bytes,
              openedAt: second,
            });
            break;
          case "leave":
            alive = alive.filter((one) => one !== peer);
            break;
          case "traffic":
            if (peer !== undefined) peer.received += happened.bytes;
            break;
          case "reset":
            if (peer !== undefined) peer.received = Math.min(happened.bytes, peer.received);
            break;
          case "restart":
            alive = [];
            break;
          case "fail":
            poll(report({ peers: failing("timeout") }));
            model.failures += 1;
            break;
          case "poll": {
            poll(report({ peers: peers(...alive.map((one) => toRow(one, second))) }));
            step(model, alive);
            break;
          }
        }
        assert.equal(history.polls, model.polls);
        assert.equal(history.failures.get("timeout"), model.failures);
        const total = history.totals?.counts?.received ?? 0;
        assert(total >= lastTotal, `${lastTotal} bytes became ${total}`);
        lastTotal = total;
        if (!model.started) continue;
        assert.equal(total, model.received);
        for (const direction of ["inbound", "outbound"] as const) {
          assert.equal(history.churn?.connects.get(direction), model.connects[direction] ?? 0);
          assert.equal(history.churn?.disconnects.get(direction), model.disconnects[direction] ?? 0);
        }
        for (const [id, { start }] of model.seen) assert.equal(history.connectionStarts.get(id), start);
      }
    }),
    { numRuns: runs(150) },
  );
});
