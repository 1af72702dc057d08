import { expect, test } from "vitest";
import { formatSize, parseSize } from "../../../src/lib/text/format.ts";

test.each<[string, number | undefined]>([
  ["0", 0],
  ["1024", 1024],
  ["1KiB", 1024],
  ["8MiB", 8 * 1024 ** 2],
  ["2GiB", 2 * 1024 ** 3],
  ["", undefined],
  ["8", 8],
  ["8MB", undefined],
  ["8 MiB", undefined],
  ["1.5MiB", undefined],
  ["-1", undefined],
  ["1e3", undefined],
  ["MiB", undefined],
  ["1234567890123", undefined],
])("%s are %s bytes", (text, bytes) => {
  expect(parseSize(text)).toBe(bytes);
});

test.each([0, 1, 1023, 1024, 1025, 1536, 1024 ** 2, 3 * 1024 ** 2, 1024 ** 2 + 1024, 1024 ** 3])(
  "%d bytes are printed as they are read",
  (bytes) => {
    expect(parseSize(formatSize(bytes))).toBe(bytes);
  },
);
