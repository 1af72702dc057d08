import { isIP } from "node:net";
import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { matchesTarget, parseTarget, parseTargetPattern } from "../../src/config/target.ts";
import { anyText } from "../support/any-text.ts";
import { runs } from "../support/effort.ts";

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

describe("not a target", () => {
  test.each([
    ["", "expected a URL like"],
    ["http://", "expected a URL like"],
    ["http:///path", "two slashes"],
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
    ["http://[fe80::1%25eth0]:1", "zone"],
    ["http://[fe80::1%eth0]:1", "zone"],
    ["http://[::1:1", "expected a ] after"],
    ["http://::1:80", "write http://[::1]:80"],
    ["http://1.2.3.4.5:1", "expected a URL like"],
    ["http://256.1.1.1:1", "expected a URL like"],
    ["http://a:65536", "expected a port"],
    ["http://a:0", "expected a port"],
    ["http://a:-1", "expected a port"],
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

/** Whether the target may be polled; what is no target may not. */
function allows(pattern: string, target: string): boolean {
  const parsed = parseTargetPattern(pattern);
  try {
    return matchesTarget(parsed, parseTarget(target, "http"));
  } catch {
    return false;
  }
}

describe("a pattern lets through", () => {
  test.each([
    ["node.example.com:8888", ["node.example.com:8888", "https://NODE.example.com.:8888/"]],
    ["http://node.example.com:80", ["http://node.example.com", "node.example.com"]],
    ["*.example.com:8888", ["a.example.com:8888", "a.b.example.com:8888", "xn--mnchen-3ya.example.com:8888"]],
    ["*.münchen.example:1", ["a.xn--mnchen-3ya.example:1", "http://a.MÜNCHEN.example:1"]],
    ["NODE.Example.com.:1", ["node.example.com:1"]],
    ["a_b:1", ["a_b:1"]],
    ["node.example.com:*", ["node.example.com", "node.example.com:1", "node.example.com:65535"]],
    ["10.0.0.1:8888", ["10.0.0.1:8888", "http://0xa.1:8888", "http://167772161:8888", "[::ffff:10.0.0.1]:8888"]],
    ["10.0.0.0/8:*", ["10.0.0.0:1", "10.255.255.255:9", "http://0xa.1"]],
    ["0.0.0.0/0:1", ["203.0.113.9:1"]],
    ["[fd00::/8]:8888", ["[fd00::1]:8888", "[fdff:0:0::0:1]:8888"]],
    ["[2001:db8::1]:1", ["[2001:DB8:0:0::1]:1"]],
    ["a:1/json_rpc", ["a:1/json_rpc", "a:1/x/../json_rpc", "a:1/%6Ason_rpc"]],
    ["a:1/gateway/*", ["a:1/gateway", "a:1/gateway/", "a:1/gateway/x/y?key=1", "a:1/gateway?key=1"]],
    ["a:1/*", ["a:1", "a:1/", "a:1/x", "a:1?x"]],
    ["a:1/", ["a:1", "a:1/"]],
  ])("%s", (pattern, targets) => {
    for (const target of targets) expect([target, allows(pattern, target)]).toEqual([target, true]);
  });
});

describe("a pattern does not let through", () => {
  test.each([
    [
      "http://good.example.com:80",
      [
        "https://good.example.com:80",
        "http://good.example.com:81",
        "http://good.example.com.evil.example.net",
        "http://evil.example.net/good.example.com:80",
        "http://evil.example.net?good.example.com:80",
        "http://evil.example.net#good.example.com:80",
        "http://good.example.com:80@evil.example.net",
        "http://good.example.com@evil.example.net",
        "http://evil.example.net\\@good.example.com",
        "http://good.example.com\\.evil.example.net",
        "http://good.example.com%2eevil.example.net",
        "http://good.example.com%00.evil.example.net",
        "http://good.example.com\n.evil.example.net",
        "http://sub.good.example.com",
        "http://xgood.example.com",
        "http://good.example.com/x",
        "http://good.example.com/?x",
        "http://[::1]:80",
      ],
    ],
    [
      "*.example.com:80",
      [
        "example.com",
        "evilexample.com",
        "a.example.com.evil.net",
        "a.example.comm",
        ".example.com",
        "a.example.com:8080",
        "http://a.example.com:80:80",
        "https://a.example.com",
        "[::1]",
        "127.0.0.1",
      ],
    ],
    // A name is never compared with addresses, wherever it leads.
    ["127.0.0.0/8:*", ["localhost", "127.0.0.1.nip.example", "127-0-0-1.example.com", "128.0.0.1", "[::1]"]],
    ["10.0.0.1:80", ["10.0.0.2", "http://10.0.0.1.example.com", "http://0xa.2", "[::10.0.0.1]", "[64:ff9b::10.0.0.1]"]],
    ["0.0.0.0/0:*", ["[2001:db8::1]", "[::]", "example.com"]],
    [
      "[::/0]:*",
      ["10.0.0.1", "[::ffff:10.0.0.1]", "[::ffff:a00:1]", "example.com", "[fe80::1%25eth0]", "[fe80::1%eth0]"],
    ],
    ["[fd00::/8]:8888", ["[fc00::1]:8888", "[fe80::fd00]:8888", "[fd00::1]:8889", "fd00::1:8888"]],
    [
      "a:1/json_rpc",
      ["a:1", "a:1/json_rpcx", "a:1/json_rpc/x", "a:1/json_rpc?x", "a:1/JSON_RPC", "a:1/json_rpc%2f", "a:1//json_rpc"],
    ],
    [
      "a:1/gateway/*",
      ["a:1", "a:1/gatewayx", "a:1/gateway/../admin", "a:1/gateway/%2e%2e/admin", "a:1/gateway/..%2fadmin"],
    ],
    ["a:1/gateway/*", ["a:1/gateway/..;/admin", "a:1/gateway/%252e%252e/admin", "a:1/gateway\\..\\admin"]],
    // A POST to such a path stops a monerod: nothing but what is written out may be asked.
    ["10.0.0.1:18081", ["http://10.0.0.1:18081/stop_daemon", "http://10.0.0.1:18081/json_rpc"]],
  ])("%s", (pattern, targets) => {
    for (const target of targets) expect([target, allows(pattern, target)]).toEqual([target, false]);
  });
});

describe("not a pattern", () => {
  test.each([
    ["", "expected a pattern like"],
    ["a", "expected a port from 1 to 65535 or * after the host: a:8888 or a:*"],
    ["a:", "expected a port"],
    ["a:0", "expected a port"],
    ["a:65536", "expected a port"],
    ["a:80-90", "expected a port"],
    ["a:8*", "expected a port"],
    ["http://a", "expected a port"],
    ["10.0.0.0/8", "expected a port from 1 to 65535 or * after the host: 10.0.0.0/8:8888"],
    ["[fd00::/8]", "expected a port"],
    ["*:80", "open proxy"],
    ["*://a:80", "expected"],
    ["ftp://a:80", "expected http:// or https://"],
    ["unix:/run/node.sock", "expected a port"],
    ["*.:80", "expected a name"],
    ["*.*:80", "expected a name"],
    ["a.*:80", "expected a name"],
    ["a*.example.com:80", "expected a name"],
    ["**.example.com:80", "expected a name"],
    ["*.10.0.0.1:80", "expected a name"],
    ["*.1:80", "expected a name"],
    ["0x7f.1:80", "expected a name"],
    ["010.0.0.1:80", "expected a name"],
    ["10.0.0.0/33:80", "expected a name"],
    ["10.0/8:80", "expected a name"],
    ["example.com/8:80", "expected a name"],
    ["[10.0.0.1]:80", "expected a name"],
    ["fd00::1:80", "expected a p"],
    ["[fd00::/129]:80", "expected a name"],
    ["[::ffff:10.0.0.1]:80", "expected a name"],
    ["[fe80::1%eth0]:80", "expected a name"],
    ["[]:80", "expected a name"],
    ["user@a:80", "expected a pattern like"],
    ["a:80#x", "expected a pattern like"],
    ["a:80 ", "expected a pattern like"],
    ["a\\b:80", "expected a pattern like"],
    ["a:80/x?y", "expected a path like"],
    ["a:80/x%20", "expected a path like"],
    ["a:80/../x", "expected a path like"],
    ["a:80/./x", "expected a path like"],
    ["a:80/*/x", "expected a path like"],
    ["a:80/x*", "expected a path like"],
    ["a:80/x;y", "expected a path like"],
    ["/.*/", "expected a pattern like"],
    ["^http://a:80$", "expected"],
  ])("%j", (pattern, message) => {
    expect(() => parseTargetPattern(pattern)).toThrow(message);
  });
});

/** Pieces of URLs that have fooled other programs, in any order. */
const PIECES = [
  ..."@:/\\?#[]%.;*~ \t\n\u0000-_1a",
  ...["good.example.com", "example.com", "evil.example.net", "127.0.0.1", "::1", "::ffff:10.0.0.1", "10.0.0.1"],
  ...[
    "http://",
    "https://",
    "http:",
    "//",
    "..",
    "%2e",
    "%2f",
    "%40",
    "%00",
    "%25",
    ":80",
    ":8080",
    "xn--",
    "。",
    "Ａ",
  ],
];
const trick = fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }).map((pieces) => pieces.join(""));

describe("whatever is asked for", () => {
  test("what a name pattern lets through is sent to that name and port, without userinfo", () => {
    const pattern = parseTargetPattern("*.example.com:80/*");
    fc.assert(
      fc.property(
        fc.oneof(
          trick,
          trick.map((text) => `http://good.example.com${text}`),
          trick.map((text) => `http://${text}.example.com`),
        ),
        (text) => {
          let target: ReturnType<typeof parseTarget>;
          try {
            target = parseTarget(text, "http");
          } catch {
            return;
          }
          if (!matchesTarget(pattern, target)) return;
          // A second opinion on where it goes: the URL that the client gets.
          const sent = new URL(target.url.origin);
          expect(sent.hostname).toMatch(/^[a-z0-9_.-]+\.example\.com$/);
          expect(target.url.hostname).toBe(sent.hostname);
          expect(sent.port === "" && target.scheme === "http" ? 80 : Number(sent.port)).toBe(80);
          expect(target.url.userinfo).toBeUndefined();
          expect(target.url.socketPath).toBeUndefined();
        },
      ),
      { numRuns: runs(1000) },
    );
  });

  test("what a range lets through is an address of it, in its usual form", () => {
    const pattern = parseTargetPattern("10.0.0.0/8:*/*");
    const host = fc.oneof(
      fc.ipV4(),
      fc.ipV6().map((text) => `[${text}]`),
      fc.ipV4().map((text) => `[::ffff:${text}]`),
      fc.nat({ max: 0xffffffff }).map(String),
      fc.nat({ max: 0xffffffff }).map((number) => `0x${number.toString(16)}`),
      fc.domain(),
      fc.ipV4().map((text) => `${text}.example.com`),
      trick,
    );
    fc.assert(
      fc.property(host, (text) => {
        let target: ReturnType<typeof parseTarget>;
        try {
          target = parseTarget(`http://${text}`, "http");
        } catch {
          return;
        }
        expect(matchesTarget(pattern, target)).toBe(isIP(target.url.hostname) === 4 && target.host.startsWith("10."));
      }),
      { numRuns: runs(1000) },
    );
  });

  test("every pattern that is taken lets through what it spells out, and another port or host never", () => {
    const label = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
    const name = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join("."));
    fc.assert(
      fc.property(name, name, fc.integer({ min: 1, max: 65534 }), (own, other, port) => {
        expect(allows(`${own}:${port}`, `${own}:${port}`)).toBe(true);
        expect(allows(`${own}:${port}`, `${own}:${port + 1}`)).toBe(false);
        expect(allows(`${own}:${port}`, `${other}:${port}`)).toBe(own === other);
        expect(allows(`*.${own}:${port}`, `${other}.${own}:${port}`)).toBe(true);
        expect(allows(`*.${own}:${port}`, `${other}${own}:${port}`)).toBe(`${other}${own}`.endsWith(`.${own}`));
      }),
    );
  });
});
