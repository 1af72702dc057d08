import { expect, test } from "vitest";
import { addressGroup, createUnread } from "../../../src/server/clients/socket.ts";

test.each<[string | undefined, string]>([
  ["192.0.2.7", "192.0.2.7"],
  ["::ffff:192.0.2.7", "192.0.2.7"],
  ["::ffff:c000:207", "192.0.2.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8:1:2::9", "2001:db8:1:2::/64"],
  ["2001:db8:1:3::9", "2001:db8:1:3::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  [undefined, "unix socket"],
  ["", "unix socket"],
])("%s counts as %s", (address, group) => {
  expect(addressGroup(address)).toBe(group);
});

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
