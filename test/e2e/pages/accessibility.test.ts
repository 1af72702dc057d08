import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accessibilityFindings, CHROMIUM, openBrowser, openPage, overflow } from "../../support/browser.ts";
import { type Exporter, startExporter } from "../../support/exporter.ts";
import { untilReady } from "../../support/waits.ts";

const PATHS = [
  "/",
  "/?state=down&sort=name",
  "/nodes/wire-1",
  "/nodes/monero-1",
  "/nodes/monero-3-restricted",
  "/nodes/kadena-1",
  "/nodes/wire-reference",
  "/dashboards",
  "/docs",
  // Tables, and blocks of code that are wider than a phone.
  "/docs/http",
  "/docs/runbooks/P2PNodeDown",
];
const TEXTS = ["/config", "/rules", "/probe?node=wire-1&debug=true"];

describe.skipIf(!CHROMIUM)("the pages of the demo", () => {
  let demo: Exporter;
  let browser: Browser;

  beforeAll(async () => {
    [demo, browser] = await Promise.all([startExporter({ args: ["demo"] }), openBrowser()]);
    await untilReady(demo);
  });

  afterAll(async () => {
    await browser.close();
    await demo.stop();
  });

  test.each([
    ["desktop", "light", { width: 1280, height: 800 }],
    ["desktop", "dark", { width: 1280, height: 800 }],
    ["phone", "light", { width: 390, height: 844 }],
    ["phone", "dark", { width: 390, height: 844 }],
  ] as const)("pass axe, on a %s, %s", async (_, colorScheme, viewport) => {
    const { page, misdeeds, close } = await openPage(browser, { origin: demo.url, colorScheme, viewport });
    for (const path of PATHS) {
      await page.goto(demo.url + path);
      for (const summary of await page.locator("summary").all()) await summary.click();
      expect([path, await accessibilityFindings(page)]).toEqual([path, []]);
    }
    for (const path of TEXTS) {
      await page.goto(demo.url + path);
      expect((await page.locator("pre").innerText()).length).toBeGreaterThan(100);
    }
    expect(misdeeds).toEqual([]);
    await close();
  });

  test.each(PATHS)("%s fits windows of all widths", async (path) => {
    const { page, close } = await openPage(browser, { origin: demo.url });
    await page.goto(demo.url + path);
    for (const summary of await page.locator("summary").all()) await summary.click();
    // 320 px is what a window of 1280 px has at 400 %, 640 px at 200 %.
    for (const width of [320, 390, 640, 800, 1000, 1240, 1280, 1900]) {
      await page.setViewportSize({ width, height: 700 });
      expect([width, await overflow(page)]).toEqual([width, 0]);
    }
    await close();
  });

  test("say everything without scripts, and that they stand still", async () => {
    const { page, misdeeds, close } = await openPage(browser, { origin: demo.url, javaScriptEnabled: false });
    await page.goto(`${demo.url}/?sort=name`);
    const text = await page.locator("main").innerText();
    for (const expected of ["wire-1", "monero-3-restricted", "expected the unrestricted RPC", "reload it"])
      expect(text).toContain(expected);
    await page.getByRole("link", { name: "kadena-1" }).click();
    expect(await page.locator("#peers tbody tr").count()).toBeGreaterThan(50);
    await page.locator("summary").first().click();
    expect(await page.locator("details").first().innerText()).toContain("HTTP 200");
    expect(misdeeds).toEqual([]);
    await close();
  });

  test("show where the focus is, on everything that the Tab key reaches", async () => {
    const { page, close } = await openPage(browser, { origin: demo.url });
    for (const path of ["/", "/nodes/wire-1"]) {
      await page.goto(demo.url + path);
      const reachable = await page.locator("a, summary").count();
      const seen = new Set<string>();
      for (let at = 0; at < reachable; at += 1) {
        await page.keyboard.press("Tab");
        const [outline, name] = await page.evaluate<readonly [string, string]>(
          "[getComputedStyle(document.activeElement).outlineStyle + parseFloat(getComputedStyle(document.activeElement).outlineWidth), document.activeElement.outerHTML]",
        );
        expect([name, outline]).toEqual([name, "solid3"]);
        seen.add(name);
      }
      expect(seen.size).toBeGreaterThan(15);
    }
    await close();
  });
});
