import { describe, expect, test } from "vitest";
import { eachStep, inSlices, mapSteps, runToEnd, type Steps } from "../../src/lib/slices.ts";

function spin(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

describe("work in slices", () => {
  test("lets other work run in between, and returns the result", async () => {
    let turns = 0;
    let isDone = false;
    const count = () => {
      turns += 1;
      if (!isDone) setImmediate(count);
    };
    setImmediate(count);
    const made = await inSlices(
      mapSteps([1, 2, 3, 4, 5, 6], (number) => {
        spin(10);
        return number * 2;
      }),
    );
    isDone = true;
    expect(made).toEqual([2, 4, 6, 8, 10, 12]);
    expect(turns).toBeGreaterThanOrEqual(5);
  });

  test("that is short ends in one slice", async () => {
    let isDone = false;
    const end = inSlices(eachStep([1], () => {})).then(() => {
      isDone = true;
    });
    await Promise.resolve();
    await Promise.resolve();
    expect(isDone).toBe(true);
    await end;
  });

  test("ends with its signal, and can clean up", async () => {
    const controller = new AbortController();
    let cleaned = 0;
    let steps = 0;
    function* endless(): Steps<void> {
      try {
        for (;;) {
          steps += 1;
          if (steps === 5) controller.abort(new Error("enough"));
          yield;
        }
      } finally {
        cleaned += 1;
      }
    }
    await expect(inSlices(endless(), controller.signal)).rejects.toThrow("enough");
    expect([steps, cleaned]).toEqual([5, 1]);
    await expect(inSlices(endless(), controller.signal)).rejects.toThrow("enough");
    expect(steps).toBe(5);
  });

  test("throws what the work throws", async () => {
    const broken = () =>
      eachStep([1], () => {
        throw new Error("broken");
      });
    await expect(inSlices(broken())).rejects.toThrow("broken");
    expect(() => runToEnd(broken())).toThrow("broken");
  });
});
