import { describe, expect, it } from "vitest";
import { LOOPBACK, parseException, readExceptions } from "../../src/config/no-proxy.ts";

/** Entries and URLs as Go's httpproxy has them. */
const TABLE: readonly (readonly [entry: string, yes: readonly string[], no: readonly string[]])[] = [
  [
    "node.example",
    ["node.example", "a.node.example", "node.example:8888", "node.example."],
    ["xnode.example", "example"],
  ],
  ["NODE.Example", ["node.example"], []],
  [".node.example", ["a.node.example", "a.b.node.example"], ["node.example", "anode.example"]],
  ["*.node.example", ["a.node.example"], ["node.example"]],
  ["node.example:8888", ["node.example:8888", "a.node.example:8888"], ["node.example:80", "node.example"]],
  ["node.example.", ["node.example", "a.node.example."], []],
  ["bücher.example", ["xn--bcher-kva.example"], []],
  ["localhost", ["localhost", "a.localhost"], ["127.0.0.1"]],
  ["10.0.0.1", ["10.0.0.1", "10.0.0.1:99", "::ffff:10.0.0.1"], ["10.0.0.10", "110.0.0.1"]],
  ["10.0.0.1:99", ["10.0.0.1:99"], ["10.0.0.1:98"]],
  ["10.0.0.0/8", ["10.255.0.1", "10.0.0.1:1"], ["11.0.0.1", "10.example"]],
  ["fd00::/8", ["fd12::1"], ["fe80::1", "10.0.0.1"]],
  ["::1", ["::1"], ["::2"]],
  ["[::1]", ["::1"], []],
  ["::ffff:10.0.0.1", ["10.0.0.1", "::ffff:a00:1"], ["10.0.0.2"]],
  ["[::ffff:a00:1]:99", ["10.0.0.1 99"], ["10.0.0.1"]],
  ["[fd00::1]:99", ["fd00::1 99"], ["fd00::1"]],
  ["*", ["node.example", "10.0.0.1", "::1"], []],
];

/** `host`, `host:port` or, for IPv6, `host port`. */
function place(text: string) {
  const [hostname = "", port = "80"] = text.includes(" ")
    ? text.split(" ")
    : /^[^:]*:\d+$/.test(text)
      ? text.split(":")
      : [text];
  return { hostname, port: Number(port) };
}

describe.each(TABLE)("%s", (entry, yes, no) => {
  it.each(yes)("is %s", (url) => {
    expect(parseException(entry).matches(place(url))).toBe(true);
  });

  it.each(no)("is not %s", (url) => {
    expect(parseException(entry).matches(place(url))).toBe(false);
  });
});

describe("what never matches", () => {
  const BAD = [
    "http://node.example",
    "10.0.0.0/33",
    "node.example:99999",
    "node.example:0",
    ":80",
    "a b",
    "10.0.0.0/8:80",
  ];

  it.each(BAD)("%s is an error in the configuration", (entry) => {
    expect(() => parseException(entry)).toThrow(/expected host names, addresses and CIDR ranges/);
  });

  it("is skipped in the environment, where it may be for another program", () => {
    const read = readExceptions(`<local>, ${BAD.join(",")},, node.example ,`);
    expect(read.map(({ label }) => label)).toEqual(["a", "b", "node.example"]);
  });

  it("is not white space between entries of the environment", () => {
    expect(readExceptions("a.example 10.0.0.0/8\t.b,c\n").map(({ label }) => label)).toEqual([
      "a.example",
      "10.0.0.0/8",
      ".b",
      "c",
    ]);
  });
});

it.each(["localhost", "127.0.0.1", "127.9.9.9", "::1", "localhost."])("%s is this machine", (hostname) => {
  expect(LOOPBACK.matches({ hostname, port: 1 })).toBe(true);
});

it.each(["localhost.example", "128.0.0.1", "::2", "10.0.0.1"])("%s is another machine", (hostname) => {
  expect(LOOPBACK.matches({ hostname, port: 1 })).toBe(false);
});
