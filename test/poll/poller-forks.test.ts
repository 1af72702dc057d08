import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { BlockId } from "../../src/model/report.ts";
import { type Branch, grow } from "./chain-support.ts";
import { type Poll, setUp } from "./poller-support.ts";
import { head, INTERVAL_MS, NOW, report } from "./support.ts";

beforeEach(() => vi.useFakeTimers({ now: NOW }));
afterEach(() => vi.useRealTimers());

/** A monerod: it reports its top block, and the one that is asked for. */
function monerod(branch: () => Branch, asked: number[] = []): Poll {
  return async (_, request) => {
    const top = branch().length - 1;
    const heights = [top, ...(request?.block === undefined ? [] : [request.block.height])];
    asked.push(...heights.slice(1));
    const blocks = heights.map((height): BlockId => ({ height, hash: branch()[height] ?? "" }));
    return report({ networkKey: "monero mainnet", head: head(top + 1), blocks, blockSeconds: 120 });
  };
}

const MAIN = grow("main", 3_000);

test("two coins that call their network mainnet have no lag to each other, from the first poll on", async () => {
  const { poller, state } = setUp({ a: monerod(() => grow("other", 700)), b: monerod(() => MAIN) });
  for (let round = 0; round < 20; round += 1) {
    for (const name of ["a", "b"]) {
      await poller.poll(name);
      expect(state(name).lag.blocks).toBeUndefined();
      expect(state(name).lag.references.has("fleet")).toBe(false);
    }
    await vi.advanceTimersByTimeAsync(INTERVAL_MS);
  }
});

test("a node that is behind on the same chain has its lag as soon as it was asked for a block", async () => {
  const asked: number[] = [];
  const { poller, state } = setUp({ a: monerod(() => grow("main", 2_700)), b: monerod(() => MAIN, asked) });
  for (let round = 0; round < 4; round += 1) {
    for (const name of ["a", "b"]) await poller.poll(name);
    await vi.advanceTimersByTimeAsync(INTERVAL_MS);
  }
  expect(state("a").lag.blocks).toBe(300);
  expect(state("b").lag.blocks).toBe(0);
  expect(asked).toHaveLength(1);
});

test("a fork of one block is seen for as long as it lasts, and is not deep", async () => {
  let own: Branch = grow("own", 3_000, MAIN, 3_000);
  const { poller, state } = setUp({ a: monerod(() => own), b: monerod(() => MAIN), c: monerod(() => MAIN) });
  const round = async () => {
    for (const name of ["a", "b", "c"]) await poller.poll(name);
    await vi.advanceTimersByTimeAsync(INTERVAL_MS);
    return ["a", "b", "c"].map((name) => state(name).forks.depths.get("fleet"));
  };
  await round();
  expect(await round()).toEqual([1, 0, 0]);
  expect(state("a").forks.reorgDepth).toBe(10);
  own = MAIN;
  expect(await round()).toEqual([0, 0, 0]);
});

test("a fork that is deeper than usual reorganisations shows it within two minutes", async () => {
  const { poller, state } = setUp({
    a: monerod(() => grow("own", 2_990, MAIN, 2_900)),
    b: monerod(() => MAIN),
    c: monerod(() => MAIN),
  });
  for (let passedMs = 0; passedMs < 120_000; passedMs += INTERVAL_MS) {
    for (const name of ["a", "b", "c"]) await poller.poll(name);
    await vi.advanceTimersByTimeAsync(INTERVAL_MS);
  }
  expect(state("a").forks.depths.get("fleet")).toBeGreaterThan(10);
  expect(state("b").forks.depths.get("fleet")).toBe(0);
  expect(state("a").lag.references.has("fleet")).toBe(false);
});
