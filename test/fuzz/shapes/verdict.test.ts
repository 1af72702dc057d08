import { describe, expect, test } from "vitest";
import { ADAPTER_NAMES } from "../adapters.ts";
import { shapesInOrder, shapesOf } from "./any-shape.ts";
import { createJudge, MAX_CPU_MS } from "./verdict.ts";

/** What the fuzzing by shape plays, and how it judges (docs/fuzzing.md). */

test.each(ADAPTER_NAMES)("every shape is played: %s", (name) => {
  expect(shapesInOrder(name).toSorted()).toEqual([...shapesOf(name).keys()].toSorted());
});

describe("a case that costs too much", () => {
  const judge = (factor: number) => createJudge({ calibrate: () => factor, settle: async () => {} });
  const costs = (...values: readonly number[]) => {
    const left = values.values();
    return async () => ({ cpu: Number(left.next().value), growth: 0, answers: 1 });
  };

  test("once is measured again", async () => {
    const { problem, cost } = await judge(1)(costs(MAX_CPU_MS + 1, MAX_CPU_MS - 1));
    expect([problem, cost.cpu]).toEqual([undefined, MAX_CPU_MS - 1]);
  });

  test("each time is a failure", async () => {
    const { problem } = await judge(1)(costs(90, 80, 70, 75, 85, 95, 99));
    expect(problem).toBe("one answer took 70.0 ms of CPU, at most 50 ms are allowed");
  });

  test("on a machine that is slower by half is not a failure", async () => {
    expect((await judge(1.5)(costs(70, 70))).problem).toBeUndefined();
    expect((await judge(1.2)(costs(70, 70, 70, 70, 70, 70))).problem).toContain("58.3 ms");
  });

  test("in memory is a failure as well", async () => {
    const { problem } = await judge(1)(async () => ({ cpu: 1, growth: 65, answers: 1 }));
    expect(problem).toBe("one answer took 65 MiB more memory, at most 64 MiB");
  });
});
