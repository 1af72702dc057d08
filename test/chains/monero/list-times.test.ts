import { expect, test } from "vitest";
import { earlierTimes, NO_TIMES, timesOf } from "../../../src/chains/monero/list-times.ts";

const connections = [
  { id: "a", lastReceive: 11, lastTransmit: 12 },
  { id: "b", lastReceive: undefined, lastTransmit: 22 },
  { id: "c" },
];

test("each connection has its own times, wherever it is in the next list", () => {
  const { find, receive, transmit } = earlierTimes(timesOf(connections, NO_TIMES));
  const timesAt = (id: string) => {
    const place = find(id);
    return [receive(place), transmit(place)];
  };
  expect([timesAt("a"), timesAt("b"), timesAt("c"), timesAt("new")]).toEqual([
    [11, 12],
    [undefined, 22],
    [undefined, undefined],
    [undefined, undefined],
  ]);
});

test("a list with the same connections keeps their ids, so that a fleet does not make them anew for each poll", () => {
  const before = timesOf(connections, NO_TIMES);
  const same = timesOf(
    connections.map((each) => ({ ...each, lastReceive: 99 })),
    before,
  );
  expect(same.ids).toBe(before.ids);
  expect(earlierTimes(same).receive(0)).toBe(99);
  expect(timesOf(connections.slice(1), before).ids).toEqual(["b", "c"]);
});
