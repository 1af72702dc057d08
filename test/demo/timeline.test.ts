import assert from "node:assert/strict";
import { describe, expect, test } from "vitest";
import { createRandom } from "../../src/demo/random.ts";
import { bytesAfter, createTimeline, randomTraffic, type Session } from "../../src/demo/timeline.ts";

describe("a timeline", () => {
  const plan = { startedAt: 0, firstGap: [5, 10], gap: [1, 3], length: [10, 20] } as const;

  test("gives sessions that follow one another and end once, however rarely it is asked", () => {
    const seen: Session<string>[][] = [[], []];
    const [often, rarely] = seen.map((ended) =>
      createTimeline({
        ...plan,
        random: createRandom("timeline"),
        create: (random) => random.hex(8),
        onEnd: (session) => ended.push(session),
      }),
    );
    expect(often?.at(1)).toBeUndefined();
    for (let now = 0; now <= 1000; now += 0.5) often?.at(now);
    rarely?.at(1000);
    expect(seen[0]).toEqual(seen[1]);
    expect(seen[0]?.length).toBeGreaterThan(40);
    for (const [index, session] of (seen[0] ?? []).entries()) {
      expect(session.index).toBe(index);
      expect(session.openedAt).toBeGreaterThan(seen[0]?.[index - 1]?.closedAt ?? 0);
    }
  });
});

test("bytes never fall", () => {
  const random = createRandom("bytes");
  for (let connection = 0; connection < 20; connection++) {
    const traffic = randomTraffic(random, 100, 1000);
    for (let age = 0; age < 900; age += 0.7) {
      assert(bytesAfter(traffic, age + 0.7) > bytesAfter(traffic, age), `fell after ${age} s`);
    }
  }
});
