import { describe, expect, test } from "vitest";
import { isOriginOf, parseAuthority } from "../../src/lib/authority.ts";

describe("a host", () => {
  test.each([
    ["exporter.example", "exporter.example", ""],
    ["Exporter.EXAMPLE:10900", "exporter.example", "10900"],
    ["exporter.example.:80", "exporter.example", "80"],
    ["exporter.example:", "exporter.example", ""],
    ["my_service-1", "my_service-1", ""],
    ["localhost", "localhost", ""],
  ])("%s is a name", (text, host, port) => {
    expect(parseAuthority(text)).toEqual({ host, port, isAddress: false });
  });

  test.each([
    ["127.0.0.1:10900", "127.0.0.1", "10900"],
    ["[::1]", "[::1]", ""],
    ["[FE80::1%eth0]:1", "[fe80::1%eth0]", "1"],
    ["[::ffff:192.0.2.1]:1", "[::ffff:192.0.2.1]", "1"],
  ])("%s is an address", (text, host, port) => {
    expect(parseAuthority(text)).toEqual({ host, port, isAddress: true });
  });

  // Browsers bring addresses into one form before they send them: these are names for whoever sends them.
  test.each(["0x7f.1", "2130706433", "127.1", "127.0.0.1.example"])("%s is no address", (text) => {
    expect(parseAuthority(text)).toMatchObject({ isAddress: false });
  });

  test.each([
    ...["", ".", "a b", "a,b", "a/b", "a\\b", "a?b", "a#b", "user@a", "u:p@a", "a:b", "a:1:2", "a:123456", "::1"],
    ...[
      "[::1",
      "::1]",
      "[a]",
      "[]",
      "[127.0.0.1]",
      "[::1]x",
      "a\tb",
      "a\0b",
      "aé",
      "a\u202eb",
      '"a"',
      "<a>",
      "a^b",
      "a|b",
      "{a}",
      "`a`",
    ],
    "a".repeat(256),
  ])("%j is none", (text) => {
    expect(parseAuthority(text)).toBeUndefined();
  });

  test("is read in linear time, however long it is", () => {
    for (const text of [
      "a".repeat(1e6),
      "[".repeat(1e6),
      `[${":".repeat(1e6)}`,
      "a.".repeat(1e6),
      `a:${"1".repeat(1e6)}`,
    ]) {
      expect(parseAuthority(text)).toBeUndefined();
    }
  });
});

describe("an origin", () => {
  test.each([
    ["http://exporter.example", "exporter.example"],
    ["http://exporter.example", "exporter.example:80"],
    ["http://exporter.example:80", "exporter.example"],
    ["https://exporter.example", "exporter.example:443"],
    ["https://exporter.example", "exporter.example"],
    ["https://exporter.example:10900", "EXPORTER.example:10900"],
    ["http://[::1]:10900", "[::1]:10900"],
  ])("%s is that of %s", (origin, host) => {
    const sentTo = parseAuthority(host);
    expect(sentTo && isOriginOf(origin, sentTo)).toBe(true);
  });

  test.each([
    ["null", "exporter.example"],
    ["", "exporter.example"],
    ["exporter.example", "exporter.example"],
    ["http://exporter.example", "exporter.example:10900"],
    ["http://exporter.example:10900", "exporter.example"],
    ["https://exporter.example", "exporter.example:80"],
    ["http://exporter.example", "exporter.example:443"],
    ["http://127.0.0.1:3000", "127.0.0.1:10900"],
    ["http://localhost:10900", "127.0.0.1:10900"],
    ["http://sub.exporter.example", "exporter.example"],
    ["http://exporter.example.evil", "exporter.example"],
    ["http://evil@exporter.example", "exporter.example"],
    ["http://exporter.example/", "exporter.example"],
    ["http://exporter.example, http://evil", "exporter.example"],
    ["chrome-extension://abcdef", "exporter.example"],
    ["file://", "exporter.example"],
  ])("%s is not that of %s", (origin, host) => {
    const sentTo = parseAuthority(host);
    expect(sentTo && isOriginOf(origin, sentTo)).toBe(false);
  });
});
