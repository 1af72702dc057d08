import { once } from "node:events";
import { createServer } from "node:http";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { faultOf } from "../../../tools/faults/exporter-faults.ts";
import { CHROMIUM, openBrowser } from "../../support/browser.ts";
import { lonelyWire } from "../../support/fake-node.ts";
import { type FaultyExporter, startFaultyExporter } from "../../support/faulty-exporter.ts";
import { waitFor } from "../../support/servers.ts";
import { untilReady } from "../../support/waits.ts";
import { fakeNode } from "./support.ts";

/** A real browser that shows pages of strangers. */

/** Every name is this machine: names of their own for the exporter and for strangers, none of which browsers trust. */
const NAMES = ["--host-resolver-rules=MAP *.test 127.0.0.1"];

/** An exporter whose node is polled when it starts, and then not before an hour has passed. A target was never polled. */
async function start(args: readonly string[] = []) {
  const node = await fakeNode(lonelyWire);
  const target = await fakeNode(lonelyWire);
  const probe = { allow: [`127.0.0.1:${target.port}`], modules: { wire: { chain: "wire" } } };
  const nodes = [{ name: "one", chain: "wire", url: node.url, interval: "1h" }];
  const exporter = await startFaultyExporter({ nodes, config: { probe }, args: ["--log.level=debug", ...args] });
  await untilReady(exporter);
  const asked = node.requests.length;
  return {
    exporter,
    target: `module=wire&target=127.0.0.1:${target.port}`,
    /** Requests of polls after the first one of the node. */
    polled: () => node.requests.length - asked + target.requests.length,
    reloads: () => exporter.lines().filter(({ msg }) => /^configuration .*reloaded/.test(msg)).length,
  };
}

/** A stranger's empty page. */
async function untrustedPeerAt(host: string): Promise<number> {
  const server = createServer((_, response) => response.setHeader("content-type", "text/html").end("<!doctype html>"));
  server.listen(0, host);
  await once(server, "listening");
  onTestFinished(() => void server.close().closeAllConnections());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** Ways to send a request whose answer a page does not need. The one of a form changes nothing of the page itself. */
const POSTS = `[
  (url) => fetch(url, { method: "POST", mode: "no-cors" }),
  (url) => fetch(url, { method: "POST", mode: "no-cors", body: "a=b" }),
  (url) => fetch(url, { method: "POST" }),
  (url) => fetch(url, { method: "POST", mode: "no-cors", referrerPolicy: "no-referrer" }),
  (url) => navigator.sendBeacon(url),
  (url) => {
    const [frame, form] = ["iframe", "form"].map((name) => document.body.appendChild(document.createElement(name)));
    Object.assign(frame, { name: "hidden" });
    Object.assign(form, { method: "POST", action: url, target: "hidden" });
    form.submit();
  },
]`;

const GETS = `[
  (url) => fetch(url, { mode: "no-cors" }),
  (url) => fetch(url),
  ...["img", "script", "iframe"].map((name) => (url) =>
    document.body.appendChild(Object.assign(document.createElement(name), { src: url }))),
]`;

/** Does it all, and gives how the exporter answered, in the order in which it did. */
async function attack(
  { lines }: FaultyExporter,
  page: Page,
  { url, ways, count }: { readonly url: string; readonly ways: string; readonly count: number },
): Promise<readonly string[]> {
  // A browser does not tell of each way how it ended. For what it shows it also asks for the icon.
  const answered = () =>
    lines().flatMap(({ msg, code, handler }) =>
      msg === "answered" && handler !== "/favicon.ico" ? [String(code)] : [],
    );
  const before = answered().length;
  await page.evaluate(`${ways}.forEach((way) => Promise.resolve(way("${url}")).catch(() => {}))`);
  await waitFor(() => answered().length >= before + count, `${count} answers`, { timeoutMs: 30_000 });
  return answered().slice(before);
}

/** What a page gets when it wants to read something there. */
function readFrom(page: Page, url: string): Promise<string> {
  return page.evaluate<string>(`fetch("${url}").then((answer) => answer.text(), () => "not readable")`);
}

describe.skipIf(!CHROMIUM)("a browser", () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await openBrowser(NAMES);
  });

  afterAll(() => browser?.close());

  async function show(url: string): Promise<Page> {
    const page = await browser.newPage();
    onTestFinished(() => page.close());
    await page.goto(url);
    return page;
  }

  test(faultOf("pageOfStranger").fault, async () => {
    const { exporter, target, polled, reloads } = await start();
    // Another site, and another port of the same one.
    for (const host of ["127.0.0.3", "127.0.0.1"]) {
      const page = await show(`http://${host}:${await untrustedPeerAt(host)}`);
      const refused = async (path: string, ways: string, count: number) =>
        expect(await attack(exporter, page, { url: exporter.url + path, ways, count })).toEqual(
          Array(count).fill("403"),
        );
      await refused("/-/reload", POSTS, 6);
      await refused("/probe?node=one", GETS, 5);
      await refused(`/probe?${target}`, GETS, 5);
      await refused(`/probe?${target}`, POSTS, 6);
      for (const path of ["/", "/metrics", "/config", "/sd"]) {
        expect(await readFrom(page, exporter.url + path)).toBe("not readable");
      }
      const answer = await Promise.all([
        page.waitForNavigation(),
        page.evaluate(`location.href = "${exporter.url}/probe?node=one&debug=true"`),
      ]);
      expect(answer[0]?.status()).toBe(403);
    }
    // To names on plain HTTP browsers send no Sec-Fetch-Site.
    const page = await show(`http://stranger.test:${await untrustedPeerAt("127.0.0.1")}`);
    const named = `http://exporter.test:${exporter.port}`;
    const attempts = { url: `${named}/-/reload`, ways: POSTS, count: 6 };
    expect(await attack(exporter, page, attempts)).toEqual(Array(6).fill("403"));
    expect(await readFrom(page, `${named}/probe?${target}`)).toBe("not readable");
    expect(await readFrom(page, `${named}/config`)).toBe("not readable");
    expect([polled(), reloads()]).toEqual([0, 0]);
  });

  test("reaches all of it from the exporter's own page, and from the address line", async () => {
    const { exporter, target, polled, reloads } = await start(["--web.allowed-hosts=exporter.test"]);
    for (const origin of [exporter.url, `http://exporter.test:${exporter.port}`]) {
      const page = await show(`${origin}/nodes/one`);
      expect(await readFrom(page, `${origin}/nodes/one`)).toContain("<title>");
      const [answer] = await Promise.all([
        page.waitForNavigation(),
        page.getByRole("link", { name: "requests and metrics" }).click(),
      ]);
      expect(answer?.status()).toBe(200);
      expect((await page.goto(`${origin}/probe?node=one`))?.status()).toBe(200);
      await page.goto(origin);
      expect(await page.evaluate(`fetch("/-/reload", { method: "POST" }).then(({ status }) => status)`)).toBe(200);
    }
    expect(reloads()).toBe(2);
    // Within a tenth of its interval the node was not asked again.
    expect(polled()).toBe(0);
    await (await fetch(`${exporter.url}/probe?${target}`)).text();
    expect(polled()).toBeGreaterThan(0);
  });

  test(faultOf("dnsRebinding").fault, async () => {
    // The stranger's page of that name and port was there before its name led here.
    const showAt = (host: string, { port }: FaultyExporter) => show(`http://${host}:${port}/-/healthy`);
    const open = await start();
    expect(await readFrom(await showAt("stranger.test", open.exporter), "/config")).toContain("name: one");

    const { exporter, polled, reloads } = await start([
      ...["exporter.test", "*.lan.test"].map((name) => `--web.allowed-hosts=${name}`),
    ]);
    const [page, deep, own] = await Promise.all(
      ["stranger.test", "a.b.lan.test", "a.lan.test"].map((host) => showAt(host, exporter)),
    );
    if (page === undefined || deep === undefined || own === undefined) throw new Error("no page");
    for (const path of ["/", "/metrics", "/config", "/probe?node=one&debug=true", "/sd"]) {
      expect(await readFrom(page, path)).toMatch(/^421: .*--web\.allowed-hosts/);
      expect(await readFrom(deep, path)).toMatch(/^421: /);
      expect(await readFrom(own, path)).not.toMatch(/^421: /);
    }
    expect(await readFrom(page, "/-/ready")).toBe("peer-exporter is ready.\n");
    expect(await page.evaluate(`fetch("/-/reload", { method: "POST" }).then(({ status }) => status)`)).toBe(421);
    expect([polled(), reloads()]).toEqual([0, 0]);
  });
});
