import { describe, expect, test } from "vitest";
import { parseAuthority } from "../../src/lib/authority.ts";
import { createHostNameFilter, parseHostName } from "../../src/lib/host-names.ts";

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
  ])("%j is none, and what is said does not repeat it", (text) => {
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
