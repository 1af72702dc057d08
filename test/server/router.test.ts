import { expect, test } from "vitest";
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
