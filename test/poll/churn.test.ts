import { expect, test } from "vitest";
import type { PeerConnection } from "../../src/model/report.ts";
import { advanceChurn, type Churn } from "../../src/poll/churn.ts";
import { row } from "./support.ts";

function churnAfter(...polls: (readonly PeerConnection[])[]): Churn | undefined {
  let churn: Churn | undefined;
  for (const poll of polls) churn = advanceChurn(churn, poll);
  return churn;
}

const counts = (churn: Churn | undefined) => ({
  in: [churn?.connects.get("inbound"), churn?.disconnects.get("inbound")],
  out: [churn?.connects.get("outbound"), churn?.disconnects.get("outbound")],
});

const outbound = (id: string, overrides: Partial<PeerConnection> = {}) =>
  row({ id, direction: "outbound", ...overrides });
const inbound = (id: string) => row({ id, direction: "inbound" });

test.each<[string, (readonly PeerConnection[])[], { in: number[]; out: number[] }]>([
  ["the first list only tells who is there", [[outbound("a"), inbound("b")]], { in: [0, 0], out: [0, 0] }],
  ["who appears", [[outbound("a")], [outbound("a"), inbound("b")]], { in: [1, 0], out: [0, 0] }],
  ["who vanishes", [[outbound("a"), inbound("b")], [inbound("b")]], { in: [0, 0], out: [0, 1] }],
  ["who comes back", [[outbound("a")], [], [outbound("a")]], { in: [0, 0], out: [1, 1] }],
  [
    "a configured row that stays in the list while it is not connected",
    [[outbound("a")], [outbound("a", { state: "disconnected" })], [outbound("a")]],
    { in: [0, 0], out: [1, 1] },
  ],
  [
    "a reconnect between two polls, told by the session",
    [[outbound("a", { session: "a 1" })], [outbound("a", { session: "a 2" })]],
    { in: [0, 0], out: [1, 1] },
  ],
  [
    "a handshake that never ends is no connection",
    [[], [row({ id: "x", direction: "inbound", state: "handshaking" })], []],
    { in: [0, 0], out: [0, 0] },
  ],
])("%s", (_, polls, expected) => {
  expect(counts(churnAfter(...polls))).toEqual(expected);
});
