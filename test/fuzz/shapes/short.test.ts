import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { run } from "../../support/servers.ts";
import { ADAPTER_NAMES } from "../adapters.ts";
import { shapesInOrder, shapesOf } from "./any-shape.ts";
import { createJudge, MOST_CPU_MS } from "./verdict.ts";

/** The short form of the fuzzing by shape (docs/fuzzing.md). */

const START = fileURLToPath(new URL("../start.mjs", import.meta.url));
const CASES = 75;

test("no answer of a hostile shape takes more than 50 ms of CPU or 64 MiB", async () => {
  const chosen = ["--kind", "shapes", "--runs", String(CASES * 5), "--seed", "11", "--workers", "1"];
  const { code, output } = await run(process.execPath, [START, ...chosen]);
  expect(output).toContain(`${CASES * ADAPTER_NAMES.length} cases in`);
  expect([code, output]).toEqual([0, expect.stringContaining("nothing found")]);
  // Answers that are all refused at the door would show nothing.
  for (const [, share] of output.matchAll(/peers read in (\d+) %/g)) expect(Number(share)).toBeGreaterThan(30);
});

test("its cases have every shape", () => {
  const played = new Set(ADAPTER_NAMES.flatMap((name) => shapesInOrder(name).slice(0, CASES)));
  const all = ADAPTER_NAMES.flatMap((name) => [...shapesOf(name).keys()]);
  expect(all.filter((shape) => !played.has(shape))).toEqual([]);
});

describe("a case that costs too much", () => {
  const judge = (factor: number) => createJudge({ calibrate: () => factor, settle: async () => {} });
  const costs = (...values: readonly number[]) => {
    const left = values.values();
    return async () => ({ cpu: Number(left.next().value), growth: 0, answers: 1 });
  };

  test("once is measured again", async () => {
    const { problem, cost } = await judge(1)(costs(MOST_CPU_MS + 1, MOST_CPU_MS - 1));
    expect([problem, cost.cpu]).toEqual([undefined, MOST_CPU_MS - 1]);
  });

  test("each time is a failure", async () => {
    const { problem } = await judge(1)(costs(90, 80, 70, 75, 85, 95, 99));
    expect(problem).toBe("one answer took 70.0 ms of CPU, at most 50 ms are allowed");
  });

  test("on a machine that is slower by half is none", async () => {
    expect((await judge(1.5)(costs(70, 70))).problem).toBeUndefined();
    expect((await judge(1.2)(costs(70, 70, 70, 70, 70, 70))).problem).toContain("58.3 ms");
  });

  test("in memory is a failure as well", async () => {
    const { problem } = await judge(1)(async () => ({ cpu: 1, growth: 65, answers: 1 }));
    expect(problem).toBe("one answer took 65 MiB more memory, at most 64 MiB");
  });
});
