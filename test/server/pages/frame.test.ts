import { expect, test } from "vitest";
import { locationOf } from "../../../src/server/location.ts";
import { type Overrides, setUp } from "../support.ts";

const headerOf = async (site: Partial<NonNullable<Overrides["site"]>>, path = "/docs") => {
  const { body } = await setUp({ site: { version: "1.2.3", linkPrefix: "", ...site } }).server.inject({
    url: path,
    headers: { accept: "text/html" },
  });
  return /<header>.*<\/header>/s.exec(body)?.[0] ?? "";
};

const textOf = (markup: string) => markup.replace(/<[^>]*>/g, "");

test("the header says which exporter this is", async () => {
  const header = await headerOf({ host: "monitoring-1", shard: { index: 1, total: 3 } });
  expect(textOf(header)).toMatch(/peer-exporter[\s\S]*monitoring-1 shard 1\/3 1\.2\.3/);
});

test("without a host and a shard it names none", async () => {
  const header = await headerOf({ host: undefined });
  expect(textOf(header)).not.toMatch(/shard|undefined|on </);
});

test("the host's name is a text from outside: escaped and bounded", async () => {
  const header = await headerOf({ host: `<b>\u202e${"a".repeat(500)}` });
  expect(header).toContain("&#60;b&#62;\\u{202e}aaa");
  expect(textOf(header)).not.toContain("a".repeat(70));
});

test.each([
  ["/docs", 'href="/docs" aria-current="page"'],
  ["/docs/alerting", 'href="/docs" aria-current="true"'],
  ["/rules", 'href="/rules" aria-current="page"'],
])("on %s the header marks where one is", async (path, marked) => {
  const header = await headerOf({}, path);
  expect(header).toContain(marked);
  expect(header.match(/aria-current/g)).toHaveLength(1);
});

test("all links and the icon are below the prefix of links", async () => {
  const { server } = setUp({ location: locationOf(undefined, "/peers") });
  const { body } = await server.inject({ url: "/peers/docs", headers: { accept: "text/html" } });
  const links = [...body.matchAll(/href="([^"#]*)/g)].map(([, link = ""]) => link).filter((link) => link !== "");
  expect(links.length).toBeGreaterThan(8);
  expect(links.filter((link) => !link.startsWith("/peers/"))).toEqual([]);
  expect((await server.inject("/peers/favicon.svg")).statusCode).toBe(200);
});

test.each(["/favicon.svg", "/favicon.ico"])("%s is the icon, a picture that runs nothing", async (url) => {
  const { statusCode, headers, body } = await setUp().server.inject(url);
  expect([statusCode, headers["content-type"], headers["x-content-type-options"]]).toEqual([
    200,
    "image/svg+xml",
    "nosniff",
  ]);
  expect(body).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  expect(body).not.toMatch(/script|href|on\w+=/);
});
