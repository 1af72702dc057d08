import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseTarget } from "../../src/config/target-url.ts";
import { anyText } from "../support/any-text.ts";

describe("a target has one form, however it is written", () => {
  test.each([
    ["http://192.0.2.7:8888", "http", "192.0.2.7:8888", ""],
    ["192.0.2.7:8888", "http", "192.0.2.7:8888", ""],
    ["HTTP://192.0.2.7:8888/", "http", "192.0.2.7:8888", ""],
    ["http://node.example.com", "http", "node.example.com:80", ""],
    ["https://node.example.com", "https", "node.example.com:443", ""],
    ["https://node.example.com:80", "https", "node.example.com:80", ""],
    ["node.example.com", "http", "node.example.com:80", ""],
    ["http://NODE.Example.COM.:8888", "http", "node.example.com:8888", ""],
    ["http://n%6Fde.example.com:8888", "http", "node.example.com:8888", ""],
    ["http://münchen.example:8888", "http", "xn--mnchen-3ya.example:8888", ""],
    ["http://node。example:8888", "http", "node.example:8888", ""],
    ["http://0x7f.1:8888", "http", "127.0.0.1:8888", ""],
    ["http://2130706433:8888", "http", "127.0.0.1:8888", ""],
    ["http://0177.0.0.1:8888", "http", "127.0.0.1:8888", ""],
    ["http://127.1:8888", "http", "127.0.0.1:8888", ""],
    ["http://127.0.0.1.:8888", "http", "127.0.0.1:8888", ""],
    ["http://１２７.0.0.1:8888", "http", "127.0.0.1:8888", ""],
    ["http://[::ffff:127.0.0.1]:8888", "http", "127.0.0.1:8888", ""],
    ["http://[0:0:0:0:0:FFFF:7F00:1]:8888", "http", "127.0.0.1:8888", ""],
    ["http://[2001:DB8:0::1]:8888", "http", "[2001:db8::1]:8888", ""],
    ["[2001:db8::1]:8888", "http", "[2001:db8::1]:8888", ""],
    ["http://a:08888/x", "http", "a:8888", "/x"],
    ["http://a:1/x/../y", "http", "a:1", "/y"],
    ["http://a:1/x/%2e%2E/y", "http", "a:1", "/y"],
    ["http://a:1/%6a%73on_rpc", "http", "a:1", "/json_rpc"],
    ["http://a:1/a%20b%c3%a9", "http", "a:1", "/a%20b%C3%A9"],
    ["a:1/http://b:2", "http", "a:1", "/http://b:2"],
  ])("%s", (text, scheme, address, path) => {
    const target = parseTarget(text, "http");
    expect([target.scheme, target.address, target.path]).toEqual([scheme, address, path]);
    // What is sent is what was compared.
    expect([target.url.protocol, target.url.path, target.url.query]).toEqual([`${scheme}:`, path, target.query]);
    expect([target.url.hostname, Number(new URL(`${scheme}://${target.address}`).port || 0)]).toEqual([
      target.host,
      [80, 443].includes(target.port) ? Number(new URL(target.url.origin).port || 0) : target.port,
    ]);
  });

  test("a text without a scheme gets the default one", () => {
    expect(parseTarget("a:1", "https").url.origin).toBe("https://a:1");
  });

  test("a query is kept, and both are hidden where it prints", () => {
    const target = parseTarget("http://a:1/v1/TOKEN?key=TOKEN", "http");
    expect([target.path, target.query]).toEqual(["/v1/TOKEN", "?key=TOKEN"]);
    expect(inspect(target.url)).not.toContain("TOKEN");
  });
});

describe("is no target", () => {
  test.each([
    ["", "expected a URL like"],
    ["http://", "expected a URL like"],
    ["http:///path", "expected a URL like"],
    ["ftp://a:1", "expected http:// or https://"],
    ["file:///etc/passwd", "expected http:// or https://"],
    ["unix:/run/node.sock", "unix socket"],
    ["UNIX:///run/node.sock", "unix socket"],
    ["http://user:password@a:1", "without user and password"],
    ["http://@a:1", "without user and password"],
    ["http://good.example.com@evil.example.net:1", "without user and password"],
    ["http://good.example.com:80@evil.example.net:1", "without user and password"],
    ["good.example.com:80@evil.example.net:1", "without user and password"],
    ["http://evil.example.net:1#@good.example.com", "#fragment"],
    ["http://a:1/#", "#fragment"],
    ["http://evil.example.net\\@good.example.com:1", "backslash"],
    ["http:\\\\a:1", "backslash"],
    ["http://a\t:1", "control character"],
    ["http://a:1/\r\nHost: b", "control character"],
    [" http://a:1", "space"],
    ["http://a:1/ x", "space"],
    ["http://a b:1", "space"],
    ["http://a\u0000b:1", "control character"],
    ["http://[fe80::1%25eth0]:1", "expected a URL like"],
    ["http://[fe80::1%eth0]:1", "expected a URL like"],
    ["http://[::1:1", "expected a URL like"],
    ["http://::1:80", "expected a URL like"],
    ["http://1.2.3.4.5:1", "expected a URL like"],
    ["http://256.1.1.1:1", "expected a URL like"],
    ["http://a:65536", "expected a URL like"],
    ["http://a:0", "expected a port"],
    ["http://a:-1", "expected a URL like"],
    ["http://a..b:1", "whose host is a name or an address"],
    ["http://.a:1", "whose host is a name or an address"],
    ["http://-a:1", "whose host is a name or an address"],
    ["http://*.example.com:1", "whose host is a name or an address"],
    ["http://$" + "{HOST}:1", "expected a URL"],
    ["http://a:1/x%2f..%2fy", "expected a path without"],
    ["http://a:1/x%2F", "expected a path without"],
    ["http://a:1/x%5c", "expected a path without"],
    ["http://a:1/x%252f", "expected a path without"],
    ["http://a:1/%c0%af", "expected a path without"],
    ["http://a:1/%00", "expected a path without"],
    ["http://a:1/%zz", "expected a path without"],
    ["http://a:1/x/..;/y", "expected a path without"],
    [`http://a:1/${"x".repeat(2048)}`, "at most 2048"],
  ])("%j", (text, message) => {
    expect(() => parseTarget(text, "http")).toThrow(message);
  });

  test("whatever the text, the error does not repeat it", () => {
    for (const text of ["http://a:1/TOKEN%2f", "TOKEN@a:1", "TOKEN://a", "http://TOKEN..a", "http://a:1/#TOKEN"]) {
      expect(() => parseTarget(text, "http")).toThrow(/^(?!.*TOKEN)/);
    }
  });
});

/** Not fc.webUrl, which makes a table of all code points first. */
const anyUrl = (() => {
  const word = anyText().map((text) => encodeURIComponent(text.toWellFormed()));
  const port = fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined });
  return fc
    .tuple(
      fc.constantFrom("http", "https"),
      fc.oneof(
        fc.domain(),
        fc.ipV4(),
        fc.ipV6().map((address) => `[${address}]`),
      ),
      port.map((number) => (number === undefined ? "" : `:${number}`)),
      fc.array(word, { maxLength: 3 }).map((segments) => segments.map((segment) => `/${segment}`).join("")),
      fc
        .option(fc.tuple(word, word), { nil: undefined })
        .map((query) => (query === undefined ? "" : `?${query[0]}=${query[1]}`)),
    )
    .map(([scheme, host, port, path, query]) => `${scheme}://${host}${port}${path}${query}`);
})();

test("reading the canonical form again changes nothing", () => {
  fc.assert(
    fc.property(anyUrl, (text) => {
      let target: ReturnType<typeof parseTarget>;
      try {
        target = parseTarget(text, "http");
      } catch {
        return;
      }
      const again = parseTarget(`${target.scheme}://${target.address}${target.path}${target.query}`, "http");
      expect(again).toEqual(target);
    }),
  );
});
