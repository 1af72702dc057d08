import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { parseConfig } from "../../../src/config/parse.ts";
import { setUp } from "../support.ts";

const BROWSER = { accept: "text/html,*/*;q=0.8" };

function configWith(url: string, note = "") {
  const result = parseConfig({ nodes: [{ name: "a", chain: "wire", url, labels: { note } }] }, undefined);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.config;
}

/** The text in the block, as it is copied. */
function sourceOf(body: string): string {
  const [, source = ""] = /<pre class="source" id="source"[^>]*>(.*?)<\/pre>/s.exec(body) ?? [];
  return source.replaceAll(/<[^>]*>/g, "").replaceAll(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
}

test("/config shows the configuration of this moment, which no cache keeps", async () => {
  let config = configWith("http://first:1");
  const { server } = setUp({ config: () => config });
  const before = await server.inject("/config");
  expect(before).toMatchObject({
    statusCode: 200,
    headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store", vary: "Accept" },
  });
  expect(parse(before.body).nodes).toMatchObject([{ name: "a", url: "http://first:1" }]);

  config = configWith("http://second:2/t0ken");
  const after = await server.inject("/config");
  expect(parse(after.body).nodes).toMatchObject([{ url: "http://second:2" }]);
  expect(after.body).not.toContain("t0ken");
});

describe("/config for browsers", () => {
  test("is a page with the same text, and without secrets", async () => {
    const { server } = setUp({ config: () => configWith("http://user:hunter2@second:2/t0ken", "<a> & b") });
    const [page, text] = [await server.inject({ url: "/config", headers: BROWSER }), await server.inject("/config")];
    expect(page.headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      vary: expect.stringContaining("Accept"),
    });
    expect(sourceOf(page.body)).toBe(text.body);
    expect(page.body).toContain("&#60;a&#62; &#38; b");
    expect(page.body).not.toMatch(/hunter2|t0ken/);
  });

  test("leads to the text to download", async () => {
    const { server } = setUp({ config: () => configWith("http://first:1") });
    const { body } = await server.inject({ url: "/config", headers: BROWSER });
    expect(body).toContain('href="/config?format=yaml" download="peer-exporter-config.yaml"');
    const download = await server.inject({ url: "/config?format=yaml", headers: BROWSER });
    expect(parse(download.body).nodes).toHaveLength(1);
  });

  test("is compressed, and HEAD has its headers", async () => {
    const { server } = setUp({ config: () => configWith("http://first:1") });
    const headers = { ...BROWSER, "accept-encoding": "gzip" };
    expect((await server.inject({ url: "/config", headers })).headers).toMatchObject({
      "content-encoding": "gzip",
      vary: "Accept, Accept-Encoding",
    });
    const head = await server.inject({ url: "/config", method: "HEAD", headers: BROWSER });
    expect([head.statusCode, head.body]).toEqual([200, ""]);
  });

  test("says how the configuration was last read", async () => {
    let isValid = true;
    const lastRead = () => ({ isValid, loadedMs: Date.now() - 120_000 });
    const { server } = setUp({ config: () => configWith("http://first:1"), lastRead });
    const read = async () => (await server.inject({ url: "/config", headers: BROWSER })).body;
    expect(await read()).toMatch(
      /1 node, loaded <time[^>]*>2m ago<\/time>[\s\S]*valid<\/span> when its files were last read/,
    );
    isValid = false;
    expect(await read()).toContain("The last reload failed.");
  });

  test("requests for page and text at the same time get what they asked for", async () => {
    const { server } = setUp({ config: () => configWith("http://first:1") });
    const [page, text] = await Promise.all([
      server.inject({ url: "/config", headers: BROWSER }),
      server.inject("/config"),
    ]);
    expect([page.headers["content-type"], text.headers["content-type"]]).toEqual([
      "text/html; charset=utf-8",
      "text/plain; charset=utf-8",
    ]);
  });
});
