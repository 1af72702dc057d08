import fc from "fast-check";
import { expect, test } from "vitest";
import { STRIPES, stripeOf } from "../../../src/chains/monero/pruning.ts";

test.each<[unknown, string | undefined]>([
  [0, "none"],
  [384, "1"],
  [388, "5"],
  [391, "8"],
  ["385", "2"],
  // Other schemes: more stripes than 8, fewer, and a stripe that 8 stripes do not have.
  [512, undefined],
  [256, undefined],
  [392, undefined],
  [383, undefined],
  [1, undefined],
  [-384, undefined],
  [384.5, undefined],
  ["18446744073709551615", undefined],
  [undefined, undefined],
  [null, undefined],
])("the seed %j is the stripe %j", (seed, stripe) => {
  expect(stripeOf(seed)).toBe(stripe);
});

test("a seed is what monerod makes of its stripe, and nothing else has one", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1023 }), (seed) => {
      // get_pruning_stripe and get_pruning_log_stripes of src/common/pruning.h.
      const [logarithm, stripe] = [seed >> 7, 1 + (seed & 0x7f)];
      expect(stripeOf(seed)).toBe(logarithm === 3 && stripe <= 8 ? STRIPES[stripe] : undefined);
    }),
  );
});
