import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { daemon, rpc } from "../../chains/monero/daemon.ts";
import { fields, fixture, list } from "../../chains/support.ts";
import { CHROMIUM, openBrowser, openPage, overflow } from "../../support/browser.ts";
import { type Exporter, startExporter } from "../../support/exporter.ts";
import { type Answer, type FakeNode, type Handler, json, startFakeNode } from "../../support/fake-node.ts";
import { waitFor } from "../../support/servers.ts";
import { untilReady } from "../../support/waits.ts";

/** Each would run, or ask another server, where it became markup. */
const TEXTS = [
  "<script>alert('ran')</script>",
  `"><img src=http://127.0.0.1:9/x onerror=alert(1)>`,
  "' onmouseover='alert(2)' x='",
  "</td></table></main><iframe src=javascript:alert(3)></iframe>",
  "--><svg onload=alert(4)><!--",
  "</style><style>@import 'http://127.0.0.1:9/y';",
  "&lt;b&gt;&#60;i&#62;&amp;",
  "<meta http-equiv=refresh content='0;url=http://127.0.0.1:9/'>",
  "<base href=http://127.0.0.1:9/>",
  "javascript:alert(5)",
  "\u202egnp.exe\u2066\u200b\ufeff",
  "$" + "{alert(6)}{{7*7}}",
  "W".repeat(5000),
  "a\u0300".repeat(500),
  "\u0000\u001b[2J\r\nSet-Cookie: a=b",
];
const ALL = TEXTS.join(" ");

const wireRow = fields(list(fixture("wire/w4.json"))[0]);
const wireInfo = fields(fixture("wire/get_info.spring-1.2.json"));
const moneroRow = fields(list(fields(fields(fixture("monero/get_connections.json")).result).connections)[0]);

const wireRows = TEXTS.map((text, index) => ({
  ...wireRow,
  peer: text,
  remote_ip: text,
  remote_port: text,
  connection_id: index,
  last_handshake: { ...fields(wireRow.last_handshake), agent: text, p2p_address: text, os: text, node_id: text },
}));

const hostileWire: Handler = ({ url }) => {
  if (url === "/v1/net/connections") return json(wireRows, 201);
  return json({
    ...wireInfo,
    server_version_string: ALL,
    server_full_version_string: ALL,
    chain_id: ALL,
    head_block_producer: ALL,
  });
};

const hostileMonero = daemon({
  get_connections: rpc({
    connections: TEXTS.map((text, index) => ({
      ...moneroRow,
      connection_id: String(index),
      address: `${text}:18080`,
      host: text,
      ip: text,
      peer_id: text,
      state: index % 2 === 0 ? "normal" : text,
    })),
  }),
  get_info: rpc({ ...fields(fields(fixture("monero/get_info.json")).result), version: ALL, nettype: ALL }),
});

const answers =
  (answer: Answer): Handler =>
  () =>
    answer;
const html = `<html><body>${ALL}</body></html>`;

/** Nodes that put the texts wherever an error might repeat them. */
const NODES: Readonly<Record<string, readonly [chain: string, handler: Handler]>> = {
  "wire-rows": ["wire", hostileWire],
  "monero-rows": ["monero", hostileMonero],
  "wire-error": [
    "wire",
    answers(
      json({ code: 500, message: ALL, error: { code: 1, name: ALL, what: ALL, details: [{ message: ALL }] } }, 500),
    ),
  ],
  "wire-shape": ["wire", answers(json(TEXTS))],
  "wire-html": [
    "wire",
    answers({ status: 404, headers: { "content-type": "text/html", server: TEXTS[1] ?? "" }, body: html }),
  ],
  "wire-moved": ["wire", answers({ status: 302, headers: { location: "javascript:alert(8)" }, body: html })],
  "monero-rpc": ["monero", answers(json({ id: "0", jsonrpc: "2.0", error: { code: -9, message: ALL } }))],
  "monero-status": ["monero", answers(json({ id: "0", jsonrpc: "2.0", result: { status: ALL } }))],
  "monero-json": ["monero", answers({ body: html })],
  "monero-realm": [
    "monero",
    answers({ status: 401, headers: { "www-authenticate": `Digest realm="<script>alert(9)</script>"` } }),
  ],
  "chainweb-text": ["chainweb", answers({ status: 400, body: html })],
  "chainweb-list": [
    "chainweb",
    answers(
      json({
        next: null,
        limit: 9,
        items: TEXTS.map((text) => ({ info: { address: { hostname: text, port: 1 }, id: text } })),
      }),
    ),
  ],
};

describe.skipIf(!CHROMIUM)("texts of peers in a browser", () => {
  let fakes: readonly FakeNode[];
  let exporter: Exporter;
  let browser: Browser;

  beforeAll(async () => {
    fakes = await Promise.all(Object.values(NODES).map(([, handler]) => startFakeNode(handler)));
    const nodes = Object.entries(NODES).map(([name, [chain]], index) => ({
      name,
      chain,
      url: fakes[index]?.url,
      // Of the configuration the braces would be a variable.
      labels: { note: (TEXTS[index] ?? "").replaceAll("${", () => "$${") },
    }));
    const config = JSON.stringify({ global: { interval: "10s", timeout: "10s" }, nodes });
    [exporter, browser] = await Promise.all([startExporter({ config }), openBrowser()]);
    await untilReady(exporter);
  });

  afterAll(async () => {
    await browser.close();
    await exporter.stop();
    await Promise.all(fakes.map(({ close }) => close()));
  });

  test.each(["/", ...Object.keys(NODES).map((name) => `/nodes/${name}`)])(
    "on %s are texts: nothing runs, nothing else is asked, and nothing is wider than the window",
    async (path) => {
      // Each in one of the windows: the texts are alike.
      const widths = path === "/" ? [1280, 390] : [Object.keys(NODES).indexOf(path.slice(7)) % 2 === 0 ? 1280 : 390];
      for (const width of widths) {
        const { page, misdeeds, close } = await openPage(browser, {
          origin: exporter.url,
          refresh: 0.3,
          viewport: { width, height: 800 },
        });
        await page.goto(exporter.url + path);
        for (const summary of await page.locator("summary").all()) await summary.click();
        await page.evaluate("document.querySelector('main').dataset.old = '1'");
        await waitFor(
          () => page.evaluate<boolean>("document.querySelector('main').dataset.old === undefined"),
          "a renewal",
        );
        const strange =
          "main :is(script, img, iframe, style, meta, base, b:not(figcaption b, caption b, p b, a b, th b, .group b, b[class]), i:not(th i), [style]), [onload], [onerror], [onmouseover], [href^=javascript]";
        expect(await page.locator(strange).count()).toBe(0);
        // That of the head, and that which refreshes the page.
        expect(await page.locator("script").count()).toBe(2);
        expect(await page.locator("main").count()).toBe(1);
        expect(await overflow(page)).toBe(0);
        expect(page.url()).toBe(exporter.url + path);
        expect(misdeeds).toEqual([]);
        await close();
      }
    },
  );

  test("stand there to be read, with what is invisible in them", async () => {
    const { page, close } = await openPage(browser, { origin: exporter.url });
    await page.goto(`${exporter.url}/nodes/wire-rows`);
    const heads = await page.locator("#peers thead th").allInnerTexts();
    const place = heads.findIndex((head) => head.startsWith("Agent")) + 1;
    const agents = await page.locator(`#peers tbody td:nth-child(${place})`).allInnerTexts();
    for (const text of TEXTS.slice(0, 5)) expect(agents).toContain(text);
    expect(agents).toContain("&lt;b&gt;&#60;i&#62;&amp;");
    expect(agents).toContain("\\u{202e}gnp.exe\\u{2066}\\u{200b}\\u{feff}");
    expect(agents).toContain("W".repeat(128));
    await page.goto(exporter.url);
    expect(await page.locator("main").innerText()).toContain("note=<script>alert('ran')</script>");
    await close();
  });

  test.each(["/metrics", "/sd"])("on %s are texts, as that is no page", async (path) => {
    const { page, misdeeds, close } = await openPage(browser, { origin: exporter.url });
    await page.goto(exporter.url + path);
    expect(await page.locator("pre").count()).toBe(1);
    expect(await page.locator("script, img, iframe").count()).toBe(0);
    expect(misdeeds).toEqual([]);
    await close();
  });

  test.each(["/config", "/probe?node=wire-rows&debug=true", "/probe?node=monero-rpc&debug=true"])(
    "on the page %s are texts",
    async (path) => {
      const { page, misdeeds, close } = await openPage(browser, { origin: exporter.url });
      await page.goto(exporter.url + path);
      expect(await page.locator("pre").first().innerText()).not.toBe("");
      expect(await page.locator("main :is(script, img, iframe, b b, i)").count()).toBe(0);
      expect(await page.locator("script").count()).toBe(2);
      expect(misdeeds).toEqual([]);
      await close();
    },
  );
});
