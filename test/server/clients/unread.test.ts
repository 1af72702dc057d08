import { expect, test } from "vitest";
import { createUnread } from "../../../src/server/clients/unread.ts";

const page = {};

test("a page counts once, however many read it, and what each has for itself besides", () => {
  const unread = createUnread<object>(100);
  const answers = Array.from({ length: 11 }, () => ({}));
  for (const answer of answers.slice(0, 10)) unread.hold(answer, { page, bytes: 20, ownBytes: 8 });
  expect(unread.isTooMuch()).toBe(false);
  unread.hold(answers[10] ?? {}, { page, bytes: 20, ownBytes: 8 });
  expect(unread.isTooMuch()).toBe(true);
  expect([...unread.oldest()]).toEqual(answers);
  for (const answer of answers) unread.release(answer);
  for (const answer of answers) unread.release(answer);
  unread.hold({}, { page, bytes: 100, ownBytes: 0 });
  expect(unread.isTooMuch()).toBe(false);
});

test("pages of different moments add up, and four of the largest may be on their way in any case", () => {
  const unread = createUnread<object>(100);
  for (let round = 0; round < 4; round += 1) unread.hold({}, { page: {}, bytes: 50, ownBytes: 0 });
  expect(unread.isTooMuch()).toBe(false);
  unread.hold({}, { page: {}, bytes: 50, ownBytes: 0 });
  expect(unread.isTooMuch()).toBe(true);
});
