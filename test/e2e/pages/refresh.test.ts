import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { CHROMIUM, openBrowser, openPage, type WatchedPage } from "../../support/browser.ts";
import { type Exporter, startExporter } from "../../support/exporter.ts";
import { freePort, waitFor } from "../../support/servers.ts";
import { withResolvers } from "../../support/with-resolvers.ts";
import { type States, startStates } from "./nodes.ts";

const REFRESH_SECONDS = 0.3;

describe.skipIf(!CHROMIUM)("a page refreshes itself", () => {
  let states: States;
  let port: number;
  let exporter: Exporter;
  let browser: Browser;
  let watched: WatchedPage;
  let page: Page;

  const start = () => startExporter({ config: states.config, args: [`--web.listen-address=127.0.0.1:${port}`] });

  beforeAll(async () => {
    [states, port, browser] = await Promise.all([startStates("1s"), freePort(), openBrowser()]);
    exporter = await start();
  });

  beforeEach(async () => {
    watched = await openPage(browser, {
      origin: exporter.url,
      refresh: REFRESH_SECONDS,
      viewport: { width: 1000, height: 400 },
    });
    watched.expect(/Failed to load resource|net::ERR/);
    page = watched.page;
  });

  afterEach(async () => {
    expect(watched.misdeeds).toEqual([]);
    await watched.close();
  });

  afterAll(async () => {
    await browser.close();
    await exporter.stop();
    await states.close();
  });

  /** Waits until another main part stands in the page. */
  async function renewed(times = 1): Promise<void> {
    for (let at = 0; at < times; at += 1) {
      await page.evaluate("document.querySelector('main').dataset.old = '1'");
      await waitFor(
        () => page.evaluate<boolean>("document.querySelector('main').dataset.old === undefined"),
        "a renewal",
      );
    }
  }

  const notice = () => page.locator("#notice").textContent();
  const noticed = (text: RegExp) =>
    waitFor(async () => text.test((await notice()) ?? ""), `the notice ${text}`, { timeoutMs: 30_000 });

  test("with new numbers, and keeps place, focus and opened parts", async () => {
    await page.goto(`${exporter.url}/nodes/alpha?sort=peer`);
    const polls = page.locator("table", { hasText: "Last polls" }).locator("tbody tr").first();
    const before = await polls.innerText();
    await page.locator("#last-trace summary").click();
    await page.getByRole("link", { name: "Agent" }).focus();
    await page.evaluate("scrollTo(0, 333)");
    await renewed(3);
    await waitFor(async () => (await polls.innerText()) !== before, "a later poll on the page");
    expect(await page.evaluate("scrollY")).toBe(333);
    expect(await page.locator(":focus").innerText()).toBe("Agent");
    expect(await page.locator("#last-trace").getAttribute("open")).toBe("");
    await page.locator("#last-trace summary").click();
    await renewed(2);
    expect(await page.locator("#last-trace").getAttribute("open")).toBeNull();
    expect(await page.locator(":focus").innerText()).toContain("Requests of the last poll");
    expect(await page.locator("noscript").isVisible()).toBe(false);
  });

  test("the focus does not jump to another link of the same name", async () => {
    await page.goto(exporter.url);
    const all = page.getByRole("list", { name: "Chain" }).getByRole("link", { name: /^all/ });
    await all.focus();
    await renewed(2);
    expect(await page.evaluate("document.activeElement.closest('ul').getAttribute('aria-label')")).toBe("Chain");
  });

  test("not while text is selected, which would be lost, and says so", async () => {
    await page.goto(exporter.url);
    await page.evaluate("getSelection().selectAllChildren(document.querySelector('tr.group'))");
    await noticed(/^Paused while text is selected; this page is outdated\.$/);
    expect(await page.evaluate("getSelection().toString()")).toContain("check that the node runs");
    await page.evaluate("getSelection().removeAllRanges()");
    await noticed(/^$/);
    await renewed();
  });

  test("text that is selected while the page is asked for was lost", async () => {
    await page.goto(exporter.url);
    const held = withResolvers<void>();
    await page.route(`${exporter.url}/`, async (route) => {
      await held.promise;
      await route.continue();
    });
    await page.waitForRequest(`${exporter.url}/`);
    await page.evaluate("getSelection().selectAllChildren(document.querySelector('tr.group'))");
    held.resolve();
    await noticed(/^Paused while text is selected; this page is outdated\.$/);
    expect(await page.evaluate("getSelection().toString()")).toContain("check that the node runs");
    await page.unrouteAll({ behavior: "ignoreErrors" });
  });

  test("not while it is hidden", async () => {
    let asked = 0;
    await page.goto(exporter.url);
    await renewed();
    await page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })");
    await page.waitForLoadState("networkidle");
    page.on("request", () => {
      asked += 1;
    });
    await page.waitForTimeout(REFRESH_SECONDS * 5000);
    expect(asked).toBe(0);
  });

  test("immediately when it is seen again, without waiting for its turn", async () => {
    const seldom = await openPage(browser, { origin: exporter.url, refresh: 3600 });
    await seldom.page.goto(exporter.url);
    const asked = seldom.page.waitForRequest(`${exporter.url}/`);
    await seldom.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
    await asked;
    expect(seldom.misdeeds).toEqual([]);
    await seldom.close();
  });

  test("says when the exporter does not answer, and renews itself when it does again", async () => {
    await page.goto(exporter.url);
    await renewed();
    await exporter.stop();
    await noticed(/^The exporter does not respond \(.*\); this page is outdated\.$/);
    expect(await page.getByRole("alert").isVisible()).toBe(true);
    expect(await page.locator("#nodes tbody th").count()).toBe(7);
    exporter = await start();
    await noticed(/^$/);
    await renewed();
  });

  test("says when an answer does not come to its end", async () => {
    await page.goto(exporter.url);
    await page.route(`${exporter.url}/`, () => {});
    await noticed(/^The exporter does not respond \(signal timed out\)/);
    await page.unroute(`${exporter.url}/`);
    await noticed(/^$/);
  });

  test.each([
    [404, /^The exporter no longer has this page; this page is outdated\.$/],
    [401, /^The exporter does not respond \(HTTP 401\)/],
  ])("says when the answer is %i", async (status, text) => {
    await page.goto(`${exporter.url}/nodes/alpha`);
    await page.route(`${exporter.url}/nodes/alpha`, (route) => route.fulfill({ status, body: "no" }));
    await noticed(text);
    expect(await page.locator("h1").innerText()).toContain("alpha");
  });

  test("is loaded again when the exporter was replaced by one with another style", async () => {
    await page.goto(exporter.url);
    await renewed();
    watched.expect(/Applying inline style violates/);
    let loads = 0;
    page.on("load", () => {
      loads += 1;
    });
    await page.route(
      `${exporter.url}/`,
      async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, body: (await response.text()).replace("<style>", "<style>p { color: red }") });
      },
      { times: 1 },
    );
    await waitFor(() => loads === 1, "the page to be loaded anew");
    await renewed();
    expect(loads).toBe(1);
  });
});
