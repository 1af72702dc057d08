import { describe, expect, test } from "vitest";
import { locationOf, parseExternalUrl, parseRoutePrefix } from "../../src/server/location.ts";

const HTTP = (host: string) => ({ scheme: "http", host });
const HTTPS = (host: string) => ({ scheme: "https", host });

describe("--web.external-url", () => {
  test.each<[string, ReturnType<typeof parseExternalUrl> | object]>([
    ["https://mon.example/peer-exporter/", { path: "/peer-exporter", origin: HTTPS("mon.example") }],
    ["https://mon.example/peer-exporter", { path: "/peer-exporter", origin: HTTPS("mon.example") }],
    ["http://mon.example:8080/a/b//", { path: "/a/b", origin: HTTP("mon.example:8080") }],
    ["HTTPS://Mon.Example", { path: "", origin: HTTPS("mon.example") }],
    ["https://mon.example:443/", { path: "", origin: HTTPS("mon.example") }],
    ["https://[2001:db8::1]:8443/x", { path: "/x", origin: HTTPS("[2001:db8::1]:8443") }],
    ["https://bücher.example/x", { path: "/x", origin: HTTPS("xn--bcher-kva.example") }],
    ["/peer-exporter/", { path: "/peer-exporter", origin: undefined }],
    ["/", { path: "", origin: undefined }],
    ["/~me/v1.2_x-y", { path: "/~me/v1.2_x-y", origin: undefined }],
  ])("%s", (text, expected) => {
    expect(parseExternalUrl(text)).toEqual(expected);
  });

  test("an empty one is none, as in Prometheus", () => {
    expect(parseExternalUrl("")).toBeUndefined();
  });

  test.each([
    ['"https://mon.example/"', "without quotes"],
    ["'/x'", "without quotes"],
    ["mon.example/peer-exporter", "expected a URL like"],
    ["mon.example:80/x", "expected a URL like"],
    ["//mon.example/x", "expected a URL like"],
    ["ftp://mon.example/", "expected a URL like"],
    ["https://", "expected a URL like"],
    ["https:///x", "expected a URL like"],
    ["https://mon.example:99999/", "expected a URL like"],
    ["https://me:hunter2@mon.example/", "without user and password"],
    ["https://mon.example/?token=hunter2", "without query"],
    ["https://mon.example/#hunter2", "without query"],
    ["https://mon.example/a b", "expected a path like"],
    ["https://mon.example/a/../b", "expected a path like"],
    ["https://mon.example/%2e%2e/", "expected a path like"],
    ["/a//b", "expected a path like"],
    ["/./", "expected a path like"],
    ["/<script>", "expected a path like"],
    ["/a?b", "expected a path like"],
    ["/a\r\nX: y", "expected a path like"],
    ["/ä", "expected a path like"],
  ])("%j is refused, and not repeated", (text, expected) => {
    expect(() => parseExternalUrl(text)).toThrow(expected);
    expect(() => parseExternalUrl(text)).not.toThrow("hunter2");
  });
});

test.each([
  ["", undefined],
  ["/", ""],
  ["//", ""],
  ["x", "/x"],
  ["/x/y/", "/x/y"],
])("--web.route-prefix=%s", (text, expected) => {
  expect(parseRoutePrefix(text)).toBe(expected);
});

test("the prefix is by default the path of the URL, and links have that path", () => {
  const url = parseExternalUrl("https://mon.example/a/");
  const origin = HTTPS("mon.example");
  expect(locationOf()).toEqual({ routePrefix: "", linkPrefix: "", origin: undefined });
  expect(locationOf(url)).toEqual({ routePrefix: "/a", linkPrefix: "/a", origin });
  expect(locationOf(url, "")).toEqual({ routePrefix: "", linkPrefix: "/a", origin });
  expect(locationOf(url, "/b")).toEqual({ routePrefix: "/b", linkPrefix: "/a", origin });
  expect(locationOf(undefined, "/b")).toEqual({ routePrefix: "/b", linkPrefix: "/b", origin: undefined });
});
