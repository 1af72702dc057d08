import { expect, test } from "vitest";
import { decodeChainTips, TIP_STATUSES, YOUNG_BLOCKS } from "../../../src/chains/bitcoin/chain-tips.ts";
import { thrownFailure } from "../support.ts";

const CALL = "getchaintips at http://127.0.0.1:8332";

function tip(status: string, height: number, branchlen = 1): object {
  return { height, hash: "ab".repeat(32), branchlen, status };
}

test("each status (all releases), with the highest of each", () => {
  const { active, byStatus, longestYoungBranch } = decodeChainTips(
    [
      tip("active", 400, 0),
      ...[
        tip("valid-fork", 395, 3),
        tip("valid-fork", 399, 2),
        tip("valid-headers", 380),
        tip("headers-only", 410, 20),
      ],
      ...[tip("invalid", 401), tip("invalid", 100, 90)],
    ],
    CALL,
  );
  expect(Object.fromEntries(byStatus)).toEqual({
    active: { tips: 1, highest: 400 },
    "valid-fork": { tips: 2, highest: 399 },
    "valid-headers": { tips: 1, highest: 380 },
    "headers-only": { tips: 1, highest: 410 },
    invalid: { tips: 2, highest: 401 },
  });
  expect([...byStatus.keys()].sort()).toEqual([...TIP_STATUSES].sort());
  // Only branches whose blocks the node had.
  expect([active, longestYoungBranch]).toEqual([400, 3]);
});

test("a fork counts as young up to a fixed number of blocks below the head", () => {
  const head = tip("active", 1000, 0);
  expect(decodeChainTips([head, tip("valid-fork", 1000 - YOUNG_BLOCKS, 7)], CALL).longestYoungBranch).toBe(7);
  expect(decodeChainTips([head, tip("valid-fork", 999 - YOUNG_BLOCKS, 7)], CALL).longestYoungBranch).toBe(0);
  expect(decodeChainTips([tip("valid-fork", 1000, 7)], CALL).longestYoungBranch).toBe(0);
});

test("a node that has only its own branch, and one that has none", () => {
  expect(decodeChainTips([tip("active", 5, 0)], CALL)).toMatchObject({ active: 5, longestYoungBranch: 0 });
  expect(decodeChainTips([], CALL)).toMatchObject({ active: undefined, longestYoungBranch: 0 });
});

test("what is no tip, and kinds that only some coins have (conflicting: dashd; parked: Bitcoin Cash Node), are left out", () => {
  const others = [null, 7, {}, tip("conflicting", 9), tip("parked", 9), tip("active", -1), { status: "active" }];
  const broken = { ...tip("valid-fork", 5), branchlen: "many" };
  const { byStatus, longestYoungBranch } = decodeChainTips([...others, tip("active", 5, 0), broken], CALL);
  expect([...byStatus.keys()]).toEqual(["active", "valid-fork"]);
  expect(longestYoungBranch).toBe(0);
});

test("hundreds of thousands of tips overflow no stack (the greatest of all was found by one call with each as an argument)", () => {
  const forks = Array.from({ length: 300_000 }, (_, index) => tip("valid-fork", 400, index % 50));
  expect(decodeChainTips([tip("active", 400, 0), ...forks], CALL).longestYoungBranch).toBe(49);
});

test.each([null, {}, "tips"])("%j is no list", (answer) => {
  expect(thrownFailure(() => decodeChainTips(answer, CALL)).message).toBe(`${CALL}: expected a list of chain tips`);
});
