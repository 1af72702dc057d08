import { describe, expect, test } from "vitest";
import { createHostNameFilter, isOriginOf, parseAuthority, parseHostName } from "../../src/lib/host-names.ts";

describe("a name", () => {
  test.each([
    ["exporter.example.com", "exporter.example.com"],
    ["Exporter.Example.COM.", "exporter.example.com"],
    ["*.Example.com", "*.example.com"],
    ["exporter", "exporter"],
    ["my_exporter.default.svc", "my_exporter.default.svc"],
    ["bücher.example", "xn--bcher-kva.example"],
    ["*.bücher.example", "*.xn--bcher-kva.example"],
    ["192.0.2.1", "192.0.2.1"],
    ["exporter.example.com:10900", "exporter.example.com"],
  ])("%s is compared as %s", (text, name) => {
    expect(parseHostName(text)).toBe(name);
  });

  test.each([
    ...["", ".", "..", "*", "*.", "*.*", "**.a", "a.*", "a*.b", "*a.b", ".a", "a..b", "-a", "a-", "a b", "a,b", "a\0"],
    ...[
      "http://a",
      "a/b",
      "a:b",
      "a:1:1",
      "[::1]",
      "::1",
      "u@a",
      "a?b",
      "a#b",
      `${"a".repeat(64)}.b`,
      "a.".repeat(200),
      "ü b.example",
    ],
  ])("%j is not valid, and the error does not repeat it", (text) => {
    expect(() => parseHostName(text)).toThrow(/^expected a host name like exporter\.example\.com or \*\.example\.com/);
  });
});

describe("allowed names", () => {
  const isAllowed = createHostNameFilter(["exporter.example.com", "*.example.org"]);
  const allows = (host: string) => {
    const asked = parseAuthority(host);
    return asked !== undefined && isAllowed(asked);
  };

  test.each([
    ...[
      "exporter.example.com",
      "EXPORTER.example.com:10900",
      "exporter.example.com.",
      "a.example.org",
      "a.example.org.:1",
    ],
    ...["localhost", "LOCALHOST:10900", "localhost.", "127.0.0.1", "192.0.2.1:1", "[::1]:10900", "[2001:db8::1]"],
  ])("%s passes", (host) => {
    expect(allows(host)).toBe(true);
  });

  test.each([
    ...["evil.example", "example.com", "a.exporter.example.com", "exporter.example.com.evil.example"],
    ...["example.org", "a.b.example.org", ".example.org", "xexample.org", "exporter", "com"],
    ...["localhost.evil.example", "a.localhost", "127.0.0.1.evil.example", "0x7f.1", "2130706433", "0"],
  ])("%s does not", (host) => {
    expect(allows(host)).toBe(false);
  });
});

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
  test.each(["0x7f.1", "2130706433", "127.1", "127.0.0.1.example"])("%s is not an address", (text) => {
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
  ])("%j is not valid", (text) => {
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
