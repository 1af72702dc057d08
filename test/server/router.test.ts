import { describe, expect, test } from "vitest";
import { text } from "../../src/server/respond.ts";
import { createRouter } from "../../src/server/router.ts";

const route = createRouter([
  { path: "/a", handle: () => text(200, "a") },
  { path: "/a", method: "POST", handle: () => text(200, "posted") },
  { path: "/b/*", handle: ({ segment }) => text(200, segment) },
  { path: "/p", method: "POST", handle: () => text(200, "p") },
]);

test.each([
  ["GET", "/a", "/a", ""],
  ["HEAD", "/a", "/a", ""],
  ["POST", "/a", "/a", ""],
  ["GET", "/b/x.json", "/b/*", "x.json"],
  ["GET", "/b/%2f", "/b/*", "%2f"],
  ["POST", "/p", "/p", ""],
  ["GET", "/b/", "none", ""],
  ["GET", "/b/x/y", "none", ""],
  ["GET", "/b", "none", ""],
  ["GET", "/", "none", ""],
  ["GET", "", "none", ""],
  ["GET", "/*", "none", ""],
  ["GET", "/__proto__", "none", ""],
])("%s %s", (method, path, label, segment) => {
  expect(route(method, path)).toMatchObject({ route: label, segment });
});

test.each([
  ["DELETE", "/a", "GET, HEAD, POST"],
  ["POST", "/b/x", "GET, HEAD"],
  ["GET", "/p", "POST"],
])("%s %s is refused with what is allowed: %s", async (method, path, allow) => {
  const { handle } = route(method, path);
  const refused = await handle({
    method,
    path,
    query: "",
    host: undefined,
    headers: {},
    segment: "",
    onGone: () => {},
  });
  expect([refused.status, refused.headers.allow]).toEqual([405, allow]);
});

describe("with a prefix", () => {
  const prefixed = createRouter(
    [
      { path: "/", handle: () => text(200, "home") },
      { path: "/a", handle: () => text(200, "a") },
      { path: "/b/*", handle: ({ segment }) => text(200, segment) },
    ],
    { routePrefix: "/x/y", linkPrefix: "/outside" },
  );
  const request = { method: "GET", path: "/", query: "", host: undefined, headers: {}, segment: "", onGone: () => {} };

  test.each([
    ["/x/y/", "/", ""],
    ["/x/y/a", "/a", ""],
    ["/x/y/b/c", "/b/*", "c"],
    ["/x/y/x/y/a", "none", ""],
    ["/a", "none", ""],
    ["/x/ya", "none", ""],
    ["/x/y/c", "none", ""],
    ["/x/", "none", ""],
  ])("%s", (path, label, segment) => {
    expect(prefixed("GET", path)).toMatchObject({ route: label, segment });
  });

  test.each([
    ["/", "/x/y/"],
    // A proxy that replaces a prefix by this one has passed it on: the client knows only the other.
    ["/x/y", "/outside/"],
  ])("%s leads to %s", async (path, location) => {
    for (const method of ["GET", "HEAD"]) {
      const { status, headers } = await prefixed(method, path).handle(request);
      expect([status, headers.location]).toEqual([302, location]);
    }
    expect((await prefixed("POST", path).handle(request)).status).toBe(404);
  });

  test("an unknown page names the first one", async () => {
    const { status, body } = await prefixed("GET", "/a").handle(request);
    expect([status, body.kind === "whole" && Buffer.concat(body.chunks).toString()]).toEqual([
      404,
      "404: no such page; see /outside/\n",
    ]);
  });
});
