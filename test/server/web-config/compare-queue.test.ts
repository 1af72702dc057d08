import { describe, expect, test } from "vitest";
import { type Compare, createCompareQueue, type Question } from "../../../src/server/web-config/compare-queue.ts";
import { waitFor } from "../../support/servers.ts";

/** Answers each question when it is let, and keeps the order in which they come. */
function gated() {
  const asked: string[] = [];
  const gates: (() => void)[] = [];
  const compare: Compare = async (password) => {
    asked.push(password);
    await new Promise<void>((resolve) => gates.push(resolve));
    return true;
  };
  const answerAll = async (count: number) => {
    for (let done = 0; done < count; done += 1) {
      await waitFor(() => gates.length > 0, "the next comparison");
      gates.shift()?.();
    }
  };
  return { compare, asked, answerAll };
}

const question = (password: string, client: string, isConfigured = true): Question => ({
  password,
  hash: "h",
  client,
  isConfigured,
});

describe("clients that wait for a comparison", () => {
  test("clients take turns, however many questions one of them has", async () => {
    const { compare, asked, answerAll } = gated();
    const queue = createCompareQueue(compare, { perClient: 16, total: 64, pauseFactor: 0 });
    const hostile = Array.from({ length: 10 }, (_, index) => queue(question(`h${index}`, "h")));
    const honest = ["a0", "a1"].map((password) => queue(question(password, "a")));
    await answerAll(12);
    expect(await Promise.all([...hostile, ...honest])).toEqual(Array(12).fill(true));
    expect(asked.slice(0, 5)).toEqual(["h0", "a0", "h1", "a1", "h2"]);
  });

  test("of one client, configured users go before other names, and take their places", async () => {
    const { compare, asked, answerAll } = gated();
    const queue = createCompareQueue(compare, { perClient: 3, total: 64, pauseFactor: 0 });
    const first = queue(question("running", "p", false));
    const unknown = ["u0", "u1", "u2"].map((password) => queue(question(password, "p", false)));
    expect(queue(question("u3", "p", false))).toBeUndefined();
    const known = queue(question("k0", "p"));
    expect(await unknown[2]).toBeUndefined();
    await answerAll(4);
    expect(await Promise.all([first, known, unknown[0], unknown[1]])).toEqual(Array(4).fill(true));
    expect(asked).toEqual(["running", "k0", "u0", "u1"]);
  });

  test("few wait, of one client and in all; the client with the most gives up a place", async () => {
    const { compare, answerAll } = gated();
    const queue = createCompareQueue(compare, { perClient: 4, total: 6, pauseFactor: 0 });
    const running = queue(question("running", "x"));
    const [first, second] = ["h", "i"].map((client) =>
      Array.from({ length: 3 }, (_, index) => queue(question(`${client}${index}`, client))),
    );
    for (const client of ["h", "i"]) expect(queue(question("3", client))).toBeUndefined();
    const newcomer = queue(question("n0", "n"));
    expect(newcomer).toBeDefined();
    expect(await first?.[2]).toBeUndefined();
    await answerAll(7);
    expect(await Promise.all([running, newcomer, ...(second ?? [])])).toEqual(Array(5).fill(true));
  });

  test("after a wrong password its client pauses for a multiple of the time that it took, and others do not", async () => {
    const asked: string[] = [];
    const compare: Compare = async (password) => {
      asked.push(password);
      await new Promise((resolve) => setTimeout(resolve, 20));
      return password.startsWith("right");
    };
    const queue = createCompareQueue(compare, { perClient: 9, total: 9, pauseFactor: 10 });
    const wrong = ["wrong 1", "wrong 2"].map((password) => queue(question(password, "h")));
    await wrong[0];
    const began = performance.now();
    const right = Array.from({ length: 3 }, (_, index) => queue(question(`right ${index}`, "a")));
    expect(await Promise.all(right)).toEqual([true, true, true]);
    expect(await wrong[1]).toBe(false);
    expect(performance.now() - began).toBeGreaterThan(150);
    expect(asked.at(-1)).toBe("wrong 2");
    // With an unknown name it counts as wrong, whatever the result of the comparison is.
    await queue(question("right for another user", "u", false));
    const again = performance.now();
    await queue(question("right", "u"));
    expect(performance.now() - again).toBeGreaterThan(150);
  });

  test("a comparison that fails is an error to its caller, and the next one runs", async () => {
    let count = 0;
    const queue = createCompareQueue(
      async () => {
        count += 1;
        if (count === 1) throw new Error("broken");
        return false;
      },
      { perClient: 4, total: 6, pauseFactor: 0 },
    );
    const [first, second] = [queue(question("1", "a")), queue(question("2", "a"))];
    await expect(first).rejects.toThrow("broken");
    expect(await second).toBe(false);
  });
});
