import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatListenAddress, parseListenAddress } from "../../src/server/listen-address.ts";
import { anyText } from "../support/any-text.ts";
import { runs } from "../support/effort.ts";

describe("parseListenAddress", () => {
  test.each([
    [":10900", { kind: "tcp", host: undefined, port: 10900 }],
    [":0", { kind: "tcp", host: undefined, port: 0 }],
    [":65535", { kind: "tcp", host: undefined, port: 65535 }],
    ["0.0.0.0:80", { kind: "tcp", host: "0.0.0.0", port: 80 }],
    ["127.0.0.1:10900", { kind: "tcp", host: "127.0.0.1", port: 10900 }],
    ["localhost:10900", { kind: "tcp", host: "localhost", port: 10900 }],
    ["my_host.internal:1", { kind: "tcp", host: "my_host.internal", port: 1 }],
    ["[::]:10900", { kind: "tcp", host: "::", port: 10900 }],
    ["[::1]:10900", { kind: "tcp", host: "::1", port: 10900 }],
    ["[fe80::1%eth0]:10900", { kind: "tcp", host: "fe80::1%eth0", port: 10900 }],
    ["unix:/run/peer-exporter.sock", { kind: "unix", path: "/run/peer-exporter.sock" }],
    ["unix:peer-exporter.sock", { kind: "unix", path: "peer-exporter.sock" }],
    ["unix:/run/a b:1", { kind: "unix", path: "/run/a b:1" }],
  ])("%s", (text, address) => {
    expect(parseListenAddress(text)).toEqual(address);
    expect(formatListenAddress(parseListenAddress(text))).toBe(text);
  });

  test.each([
    ...["", ":", "10900", "localhost", ":http", ":-1", ":65536", ":99999", ":123456", ": 10900", " :10900", ":10900 "],
    ...["[::1]", "[::1]:", "[]:1", "[127.0.0.1]:1", "[localhost]:1", "[::1:1", "::1]:1", "a:b:1", ":1\n"],
    ...["http://localhost:10900", "//localhost:10900", "a b:1", "/run/a.sock", "UNIX:/run/a.sock", ":٣"],
  ])("%j is not an address", (text) => {
    expect(() => parseListenAddress(text)).toThrow(
      new Error(
        `expected an address like :10900, 127.0.0.1:10900, [::1]:10900 or unix:PATH, found ${JSON.stringify(text)}`,
      ),
    );
  });

  test("unix: needs a path, which systems take whole", () => {
    expect(() => parseListenAddress("unix:")).toThrow("expected unix:PATH, with the path of a socket");
    expect(parseListenAddress(`unix:/${"x".repeat(102)}`)).toMatchObject({ kind: "unix" });
    for (const path of [`/${"x".repeat(103)}`, `/${"ä".repeat(60)}`]) {
      expect(() => parseListenAddress(`unix:${path}`)).toThrow("expected a socket path of at most 103 bytes");
    }
  });

  test("accepts only addresses that it can format again", () => {
    const nearly = fc
      .array(fc.constantFrom("[", "]", ":", "::1", "unix", "1", "0", "localhost", ".", "/", " "))
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(fc.oneof(anyText(), nearly), (text) => {
        try {
          const address = parseListenAddress(text);
          if (address.kind === "tcp") expect(address.port).toBeLessThanOrEqual(65535);
          expect(parseListenAddress(formatListenAddress(address))).toEqual(address);
        } catch (error) {
          expect(String(error)).toMatch(/^Error: expected /);
        }
      }),
      { numRuns: runs(300) },
    );
  });
});
