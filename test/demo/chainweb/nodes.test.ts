import { expect, test } from "vitest";
import { CHAINWEB_LAG } from "../../../src/demo/chainweb/nodes.ts";
import { BASE, expectBraided, heights, started } from "./support.ts";

test("the trailing node falls behind on some chains, stays braided, never goes back, and catches up", () => {
  const { clock, cut } = started();
  const lag = () => Number(cut("healthy").height) - Number(cut("trailing").height);
  let before = 0;
  let largest = 0;
  for (let elapsed = 0; elapsed <= CHAINWEB_LAG.period; elapsed += 5) {
    clock.moveTo(elapsed);
    const trailing = cut("trailing");
    expectBraided(heights(trailing));
    expect(Number(trailing.height)).toBeGreaterThanOrEqual(before);
    before = Number(trailing.height);
    largest = Math.max(largest, lag());
    expect(lag()).toBeGreaterThanOrEqual(0);
    if (elapsed < CHAINWEB_LAG.stallFrom) expect(lag()).toBe(0);
  }
  expect(largest).toBeGreaterThanOrEqual(3);
  expect(largest).toBeLessThanOrEqual(40);
  expect(lag()).toBe(0);
});

test("the same seed gives the same peers, another seed others", () => {
  const list = (seed: string) => started(seed).page(`${BASE}/cut/peer?limit=512`);
  expect(list("a")).toEqual(list("a"));
  expect(list("a")).not.toEqual(list("b"));
});
