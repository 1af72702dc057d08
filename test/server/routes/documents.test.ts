import { describe, expect, test } from "vitest";
import { loadDocuments } from "../../../src/documents/documents.ts";
import { locationOf } from "../../../src/server/location.ts";
import { setUp } from "../support.ts";

const BROWSER = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

const get = (url: string, headers: Readonly<Record<string, string>> = {}) => setUp().server.inject({ url, headers });

describe("/docs", () => {
  test("lists every document with a link, for browsers", async () => {
    const { statusCode, body, headers } = await get("/docs", BROWSER);
    expect([statusCode, headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    const { all } = await loadDocuments();
    for (const { name } of all) expect(body).toContain(`<a href="/docs/${name}">`);
    expect(body).toContain('<a href="/docs" aria-current="page">Doc<i>ument</i>s</a>');
  });

  test("lists them as text for other programs", async () => {
    const { headers, body } = await get("/docs", { accept: "*/*" });
    expect(headers["content-type"]).toBe("text/plain; charset=utf-8");
    expect(body).toContain("/docs/runbooks/P2PNodeDown: A node does not return its peer list.\n");
  });
});

describe("/docs/NAME", () => {
  test("every document has a route", async () => {
    const { server } = setUp();
    const { all } = await loadDocuments();
    for (const { name } of all) {
      expect([name, (await server.inject({ url: `/docs/${name}`, method: "HEAD" })).statusCode]).toEqual([name, 200]);
    }
  });

  test("is a page for browsers, with the policy of all pages, and text for others", async () => {
    const page = await get("/docs/alerting", BROWSER);
    expect(page.body).toMatch(/^<!doctype html>[\s\S]*<title>Alerts · peer-exporter<\/title>/);
    expect(page.body).toContain('<a href="../docs/runbooks">');
    expect(page.headers).toMatchObject({
      "cache-control": "private, max-age=300",
      "content-security-policy": expect.stringContaining("default-src 'none'"),
      vary: "Accept, Accept-Encoding",
    });
    const text = await get("/docs/alerting");
    expect(text.body).toMatch(/^Alerts\n=+\n/);
    expect(text.headers).toMatchObject({ "content-type": "text/plain; charset=utf-8" });
  });

  test("is compressed for clients that accept it", async () => {
    const { headers } = await get("/docs/metrics", { ...BROWSER, "accept-encoding": "gzip" });
    expect(headers["content-encoding"]).toBe("gzip");
  });

  test("links below a prefix lead below it", async () => {
    const { server } = setUp({ location: locationOf(undefined, "/peers") });
    const list = await server.inject({ url: "/peers/docs", headers: BROWSER });
    expect(list.body).toContain('<a href="/peers/docs/alerting">');
    const page = await server.inject({ url: "/peers/docs/runbooks/P2PNodeDown", headers: BROWSER });
    const links = [...page.body.matchAll(/href="([^"#][^"]*)"/g)].map(([, link = ""]) => link);
    const own = links.map((link) => new URL(link, "http://h/peers/docs/runbooks/P2PNodeDown")).filter(isOwn);
    expect(own.length).toBeGreaterThan(8);
    for (const { pathname } of own) expect(pathname).toMatch(/^\/peers\//);
    expect((await server.inject("/docs/alerting")).statusCode).toBe(404);
  });

  test.each([
    "/docs/",
    "/docs/../package.json",
    "/docs/%2e%2e/package.json",
    "/docs/..%2f..%2fetc%2fpasswd",
    "/docs/runbooks/%2e%2e%2fsecurity",
    "/docs/constructor",
    "/docs/__proto__",
    "/docs/alerting.md",
    "/docs/architecture",
    "/docs/security%00",
    `/docs/${"a".repeat(5000)}`,
  ])("%.40s is no document", async (url) => {
    expect((await get(url, BROWSER)).statusCode).toBe(404);
  });
});

function isOwn({ host }: URL): boolean {
  return host === "h";
}
