import { describe, expect, test } from "vitest";
import { createRandom, ipv4Addresses, ipv6Addresses } from "../../src/demo/random.ts";

describe("random", () => {
  test("repeats itself with the same seed and not with another", () => {
    const draw = (seed: string) => Array.from({ length: 20 }, createRandom(seed).next);
    expect(draw("a")).toEqual(draw("a"));
    expect(draw("a")).not.toEqual(draw("b"));
  });

  test("spreads over the whole range", () => {
    const random = createRandom("spread");
    const counts = new Map<number, number>();
    for (let draw = 0; draw < 6000; draw++) {
      const face = random.integer(1, 6);
      counts.set(face, (counts.get(face) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual([1, 2, 3, 4, 5, 6]);
    for (const count of counts.values()) expect(count).toBeGreaterThan(850);
  });

  test("a fork does not depend on what others draw", () => {
    const random = createRandom("forks");
    const before = random.fork("x").hex(8);
    random.next();
    expect(random.fork("x").hex(8)).toBe(before);
  });
});

test("addresses are distinct and only from ranges without real hosts", () => {
  const random = createRandom("addresses");
  const ipv4 = ipv4Addresses(random, 700);
  expect(new Set(ipv4).size).toBe(700);
  for (const address of ipv4)
    expect(address).toMatch(/^(192\.0\.2|198\.51\.100|203\.0\.113|198\.18\.0|198\.19\.255)\.\d+$/);
  for (const address of ipv6Addresses(random, 5)) expect(address).toMatch(/^2001:db8:[0-9a-f]{4}::[0-9a-f]+$/);
});
