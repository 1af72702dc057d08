import { describe, expect, test } from "vitest";
import { createRecentPolls } from "../../../src/poll/recent-polls.ts";
import { createStore, toStored } from "../../../src/poll/store.ts";
import { createRenderer } from "../../metrics/support.ts";
import { nodeConfig, report, stateAfter } from "../../poll/support.ts";
import { setUp } from "../support.ts";

const BROWSER = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

function serverOf(names: readonly string[] = []) {
  const [store, render] = [createStore(), createRenderer()];
  for (const name of names) {
    const state = stateAfter(report(), { node: nodeConfig({ name }) });
    store.set({ state: toStored(state), ...render(state) });
  }
  return setUp({ nodes: { store, recentPolls: createRecentPolls() } }).server;
}

const CASES = [
  [404, "GET", "/nowhere", "No such page"],
  [404, "GET", "/nodes/nowhere", "no node of this name"],
  [404, "GET", "/docs/nowhere", "no such document"],
  [404, "GET", "/dashboards/nowhere.json", "no such dashboard"],
  [404, "GET", "/probe?node=nowhere", "polls no node of this name"],
  [400, "GET", "/probe", "expected /probe"],
  [400, "GET", "/%ff", "not percent-encoded UTF-8"],
  [403, "GET", "/probe?target=a:1&module=m", "no target"],
  [405, "GET", "/-/reload", "accepts only POST"],
] as const;

describe("an error", () => {
  test.each(CASES)("%i is a page of the site for browsers: %s %s", async (status, method, url, says) => {
    const { statusCode, headers, body } = await serverOf().inject({ url, method, headers: BROWSER });
    expect([statusCode, headers["content-type"], headers.vary]).toEqual([status, "text/html; charset=utf-8", "Accept"]);
    expect(headers["content-security-policy"]).toContain("default-src 'none'");
    expect(body.toLowerCase()).toContain(says.toLowerCase());
    expect(body).toContain('<a class="button" href="/">All nodes</a>');
  });

  test.each(CASES)("%i stays a line of text for others: %s %s", async (status, method, url, says) => {
    const { statusCode, headers, body } = await serverOf().inject({ url, method });
    expect([statusCode, headers["content-type"], headers.vary]).toEqual([
      status,
      "text/plain; charset=utf-8",
      "Accept",
    ]);
    expect(body).toMatch(new RegExp(`^${status}: [^\\n]+\\n$`));
    expect(body.toLowerCase()).toContain(says.toLowerCase());
  });

  test("keeps its other headers", async () => {
    const { headers } = await serverOf().inject({ url: "/-/reload", headers: BROWSER });
    expect(headers.allow).toBe("POST");
  });

  test("has no body for HEAD, and the length of the page", async () => {
    const { statusCode, headers, body } = await serverOf().inject({
      url: "/nowhere",
      method: "HEAD",
      headers: BROWSER,
    });
    expect([statusCode, body]).toEqual([404, ""]);
    expect(Number(headers["content-length"])).toBeGreaterThan(1000);
  });

  test("before the routes is a line of text: nothing of the site for a foreign host name", async () => {
    const { server } = setUp({ allowedHosts: ["exporter.test"] });
    const { statusCode, headers } = await server.inject({
      url: "/nowhere",
      headers: { ...BROWSER, host: "stranger.test" },
    });
    expect([statusCode, headers["content-type"]]).toEqual([421, "text/plain; charset=utf-8"]);
  });
});

test("the path is shown as text, and bounded", async () => {
  const path = `/%3Cscript%3Ealert(1)%3C/script%3E${"a".repeat(5000)}`;
  const { body } = await serverOf().inject({ url: path, headers: BROWSER });
  expect(body).toContain("GET /&#60;script&#62;alert(1)&#60;/script&#62;aaa");
  expect(body).not.toContain("a".repeat(300));
});

test("a node that does not exist leads to those with similar names", async () => {
  const many = Array.from({ length: 30 }, (_, index) => `wire-eu-${index}`);
  const server = serverOf(["wire-1", "wire-2", "monero-1", "a/b", ...many]);
  const linksOf = async (url: string) => {
    const { body } = await server.inject({ url, headers: BROWSER });
    return [...body.matchAll(/class="button" href="\/nodes\/([^"]*)"/g)].map(([, name]) => name);
  };
  expect(await linksOf("/nodes/wire-9")).toEqual(["wire-1", "wire-2", "wire-eu-9"]);
  expect(await linksOf("/nodes/MONERO")).toEqual(["monero-1"]);
  expect(await linksOf("/nodes/wire-eu")).toHaveLength(8);
  expect(await linksOf("/nodes/a-b")).toEqual(["a%2Fb"]);
  expect(await linksOf("/nodes/nothing-like-it")).toEqual([]);
});

test("a document that does not exist leads to the one that was meant", async () => {
  const { body } = await serverOf().inject({ url: "/docs/alertin", headers: BROWSER });
  expect(body).toContain('<a class="button" href="/docs/alerting">Alerts</a>');
});
