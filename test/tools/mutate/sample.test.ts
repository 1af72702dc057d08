import { expect, test } from "vitest";
import { shuffle } from "../../../tools/mutate/sample.mjs";

const items = Array.from({ length: 100 }, (_, index) => index);

test("a seed always gives the same order, of the same items", () => {
  expect(shuffle(items, 3)).toEqual(shuffle(items, 3));
  expect(shuffle(items, 3)).not.toEqual(items);
  expect(shuffle(items, 3).toSorted((a, b) => a - b)).toEqual(items);
});

test("another seed gives another order", () => {
  expect(shuffle(items, 3)).not.toEqual(shuffle(items, 4));
});
