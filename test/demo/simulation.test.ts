import assert from "node:assert/strict";
import { describe, expect, test } from "vitest";
import { ipv4Addresses, ipv6Addresses } from "../../src/demo/addresses.ts";
import { createClock } from "../../src/demo/clock.ts";
import { delayAt, outageTimes } from "../../src/demo/cycles.ts";
import { createLives, type Life } from "../../src/demo/lives.ts";
import { createRandom } from "../../src/demo/random.ts";
import { bytesAfter, randomTraffic } from "../../src/demo/traffic.ts";

describe("random", () => {
  test("repeats itself with the same seed and not with another", () => {
    const draw = (seed: string) => Array.from({ length: 20 }, createRandom(seed).next);
    expect(draw("a")).toEqual(draw("a"));
    expect(draw("a")).not.toEqual(draw("b"));
  });

  test("spreads over the whole range", () => {
    const random = createRandom("spread");
    const counts = new Map<number, number>();
    for (let turn = 0; turn < 6000; turn++) {
      const face = random.integer(1, 6);
      counts.set(face, (counts.get(face) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual([1, 2, 3, 4, 5, 6]);
    for (const count of counts.values()) expect(count).toBeGreaterThan(850);
  });

  test("a fork is not moved by what others draw", () => {
    const random = createRandom("forks");
    const before = random.fork("x").hex(8);
    random.next();
    expect(random.fork("x").hex(8)).toBe(before);
  });
});

describe("clock", () => {
  test("runs faster and never back", () => {
    let real = 100;
    const clock = createClock(10, () => real);
    real = 102;
    expect(clock.now()).toBe(120);
    real = 50;
    expect(clock.now()).toBe(120);
  });

  test("refuses a speed that is no speed", () => {
    expect(() => createClock(0)).toThrow(RangeError);
    expect(() => createClock(Number.NaN)).toThrow(RangeError);
  });
});

describe("cycles", () => {
  const lag = { period: 100, stallFrom: 10, stallFor: 40, catchUpFor: 20 };

  test.each([
    [0, 0],
    [10, 0],
    [30, 20],
    [50, 40],
    [60, 20],
    [70, 0],
    [99, 0],
    [130, 20],
  ])("after %d s the delay is %d s", (elapsed, delay) => {
    expect(delayAt(lag, elapsed)).toBe(delay);
  });

  test("a node never goes back in the chain", () => {
    for (let elapsed = 0; elapsed < 300; elapsed += 0.5) {
      expect(elapsed + 0.5 - delayAt(lag, elapsed + 0.5)).toBeGreaterThanOrEqual(elapsed - delayAt(lag, elapsed));
    }
  });

  test("outages repeat", () => {
    const cycle = { period: 120, downFrom: 27, downFor: 30 };
    expect(outageTimes(cycle, 0)).toEqual({ downAt: 27, upAt: 57 });
    expect(outageTimes(cycle, 2)).toEqual({ downAt: 267, upAt: 297 });
  });
});

describe("lives", () => {
  const plan = { from: 0, firstGap: [5, 10], gap: [1, 3], length: [10, 20] } as const;

  test("follow one another and end once, however seldom somebody asks", () => {
    const seen: Life<string>[][] = [[], []];
    const [often, seldom] = seen.map((ended) =>
      createLives({
        ...plan,
        random: createRandom("lives"),
        subject: (random) => random.hex(8),
        onEnd: (life) => ended.push(life),
      }),
    );
    expect(often?.at(1)).toBeUndefined();
    for (let now = 0; now <= 1000; now += 0.5) often?.at(now);
    seldom?.at(1000);
    expect(seen[0]).toEqual(seen[1]);
    expect(seen[0]?.length).toBeGreaterThan(40);
    for (const [index, life] of (seen[0] ?? []).entries()) {
      expect(life.serial).toBe(index);
      expect(life.from).toBeGreaterThan(seen[0]?.[index - 1]?.until ?? 0);
    }
  });
});

test("bytes never fall", () => {
  const random = createRandom("bytes");
  for (let turn = 0; turn < 20; turn++) {
    const traffic = randomTraffic(random, 100, 1000);
    for (let age = 0; age < 900; age += 0.7) {
      assert(bytesAfter(traffic, age + 0.7) > bytesAfter(traffic, age), `fell after ${age} s`);
    }
  }
});

test("addresses are distinct and only of the documentation ranges", () => {
  const random = createRandom("addresses");
  const ipv4 = ipv4Addresses(random, 700);
  expect(new Set(ipv4).size).toBe(700);
  for (const address of ipv4) expect(address).toMatch(/^(192\.0\.2|198\.51\.100|203\.0\.113)\.\d+$/);
  for (const address of ipv6Addresses(random, 5)) expect(address).toMatch(/^2001:db8:[0-9a-f]{4}::[0-9a-f]+$/);
});
