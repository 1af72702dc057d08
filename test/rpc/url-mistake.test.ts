import { describe, expect, it, test } from "vitest";
import { parseTarget } from "../../src/config/target.ts";
import { parseNodeUrl } from "../../src/rpc/node-url.ts";
import { urlMistake } from "../../src/rpc/url-mistake.ts";
import { parseListenAddress } from "../../src/server/listen-address.ts";

describe("what is often written in place of a URL", () => {
  it.each<[string, string]>([
    ["http://2001:db8::1:18081", "write http://[2001:db8::1]:18081"],
    ["https://2001:db8::1:8888", "write https://[2001:db8::1]:8888, or https://[2001:db8::1:8888]"],
    ["http://::1:18081", "write http://[::1]:18081"],
    ["http://::1", "write http://[::1]"],
    ["http://2001:db8::1", "write http://[2001:db8::1]"],
    ["http://2001:db8:0:0:0:0:0:1:18081", "write http://[2001:db8:0:0:0:0:0:1]:18081"],
    ["http://::ffff:10.0.0.1:80", "write http://[::ffff:10.0.0.1]:80"],
    ["http://2001:db8::1:18081/s3cret", "write http://[2001:db8::1]:18081/…"],
    ["http://s3cret:s3cret@2001:db8::1:18081", "write http://[2001:db8::1]:18081/…"],
    ["http://2001:db8::1:18081/", "write http://[2001:db8::1]:18081"],
    ["::1:18081", "write http://[::1]:18081"],
    ["[::1]:18081", "write http://[::1]:18081"],
    ["http://[::1:18081]", "write http://[::1]:18081"],
    ["http://[::1:18081", "write http://[::1]:18081"],
    ["http://[::1", "a ] after the address: write http://[::1]"],
    ["http://[127.0.0.1]:80", "write http://127.0.0.1:80"],
    ["http://[s3cret]:80", "expected an IPv6 address between [ and ]"],
    ["http://fe80::1%eth0:18081", "zone (%eth0) are not supported: use another address"],
    ["http://[fe80::1%eth0]:18081", "zone"],
    ["http://[fe80::1%25eth0]:18081", "zone"],
    ["fe80::1%eth0", "zone"],
    ["127.0.0.1:18081", "write http://127.0.0.1:18081"],
    ["localhost:18081", "write http://localhost:18081"],
    ["s3cret.example:18081", "before the host, as in http://HOST:PORT"],
    ["s3cret.example", "before the host, as in http://HOST:PORT"],
    ["//127.0.0.1:18081", "write http://127.0.0.1:18081"],
    ["http:127.0.0.1:18081", "http:// with two slashes: write http://127.0.0.1:18081"],
    ["http:/localhost:18081", "write http://localhost:18081"],
    ["http:///127.0.0.1:18081", "write http://127.0.0.1:18081"],
    ["http//127.0.0.1:18081", "write http://127.0.0.1:18081"],
    ["https:/s3cret.example/s3cret", "expected https:// with two slashes"],
    ["http://127.0.0.1:99999", "a port from 1 to 65535"],
    ["http://127.0.0.1:0", "a port from 1 to 65535"],
    ["http://127.0.0.1:rpc", "a port from 1 to 65535"],
    ["http://s3cret.example:-1", "a port from 1 to 65535"],
    ["http://s3cret.example:18081:18081", "one port"],
    [" http://127.0.0.1:18081", "without white space"],
    ["http://127.0.0.1:18081\n", "without white space"],
    ["http://s3cret example:18081", "without spaces"],
    ["http://.s3cret.example", "whose host is a name or an address"],
    ["http://s3cret..example", "whose host is a name or an address"],
    ["http://http://s3cret.example/s3cret", "http:// or https:// once"],
    ["https://http//s3cret.example", "http:// or https:// once"],
    ["http://10.1.2:18081", "IPv4 address of four decimal numbers"],
    ["http://0x7f.1", "IPv4 address of four decimal numbers"],
    ["http://010.0.0.1", "IPv4 address of four decimal numbers"],
    ["http://s3cret:s3cret@2130706433/", "IPv4 address of four decimal numbers"],
  ])("%j has an error with the right form", (text, message) => {
    expect(() => parseNodeUrl(text)).toThrow(message);
    expect(() => parseNodeUrl(text)).not.toThrow(/s3cret|::$/);
  });

  it.each([
    "http://2001:db8::1:18081",
    "::1:18081",
    "http://[fe80::1%25eth0]:18081",
    "http:/127.0.0.1:18081",
    "http//127.0.0.1",
    "//127.0.0.1:80",
    "http://127.0.0.1:99999",
  ])("%j is refused as a target of /probe too", (text) => {
    expect(() => parseTarget(text, "http")).toThrow(urlMistake(text, true));
  });

  it.each([
    "http://node_1:18081",
    "http://node.example.:18081",
    "http://httpd:80",
    "https://httpbin.example/x:y@z",
    "http://u:p%40@[::1]:18081/a:b",
    "http://[2001:db8::1]",
    "http://127.0.0.1:65535",
  ])("%j is none", (text) => {
    expect(urlMistake(text)).toBeUndefined();
    expect(() => parseNodeUrl(text)).not.toThrow();
  });

  test.each(["httpd:80", "http:80", "127.0.0.1", "node.example:1", "[::1]:1"])(
    "a target without scheme: %j",
    (text) => {
      expect(() => parseTarget(text, "http")).not.toThrow();
    },
  );
});

test.each([
  ["::1:10900", "; write [::1]:10900"],
  ["::1", "; write [::1]:10900"],
  ["2001:db8::1:9100", "; write [2001:db8::1]:9100"],
])("the address %j to listen on has the right form in its error", (text, hint) => {
  expect(() => parseListenAddress(text)).toThrow(hint);
});
