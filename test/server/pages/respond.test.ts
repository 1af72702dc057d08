import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { setUp } from "../support.ts";

const PAGES = ["/", "/dashboards"];

test.each(PAGES)("%s tells the browser to run nothing, load nothing and be in no frame", async (path) => {
  const { server } = setUp();
  const { headers } = await server.inject(path);
  expect(headers).toMatchObject({
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
  });
  const policy = String(headers["content-security-policy"]);
  expect(policy).toMatch(/^default-src 'none'; /);
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toMatch(/unsafe|\*|data:|https?:/);
});

test.each(PAGES)("%s has no style and no script that its policy forbids", async (path) => {
  const { server } = setUp();
  const { headers, body } = await server.inject(path);
  const styles = [...body.matchAll(/<style>(.*?)<\/style>/gs)].map(([, text = ""]) => text);
  expect(styles).toHaveLength(1);
  for (const style of styles) {
    const hash = createHash("sha256").update(style).digest("base64");
    expect(/style-src ([^;]*)/.exec(String(headers["content-security-policy"]))?.[1]).toContain(`'sha256-${hash}'`);
  }
  const scripts = [...body.matchAll(/<script>(.*?)<\/script>/gs)].map(([, text = ""]) => text);
  expect(scripts).toHaveLength(path === "/" ? 2 : 1);
  const [, allowed = ""] = /script-src ([^;]*)/.exec(String(headers["content-security-policy"])) ?? [];
  for (const script of scripts) {
    expect(allowed).toContain(`'sha256-${createHash("sha256").update(script).digest("base64")}'`);
  }
  expect(body.match(/<link[^>]*>/g)).toEqual(['<link rel="icon" href="/favicon.svg" type="image/svg+xml">']);
  expect(body).not.toMatch(/<script[^>]|\sstyle=|\son\w+=|javascript:/i);
});

test("the theme is applied in the head, before anything is painted", async () => {
  const { body } = await setUp().server.inject("/dashboards");
  const [head = ""] = body.split("<body");
  expect(head).toMatch(/<script>[^<]*localStorage[^<]*<\/script>/);
});

test("a metrics page carries no headers of pages", async () => {
  const { server } = setUp();
  const { headers } = await server.inject("/metrics");
  expect(headers).not.toHaveProperty("content-security-policy");
});
