import type { Browser, Route } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ALL_LOOKS, accessibilityFindings, CHROMIUM, openBrowser, openPage, overflow } from "../../support/browser.ts";
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
  "/config",
  "/rules",
  "/probe?node=wire-1&debug=true",
  "/nodes/wire-9",
  "/docs",
  // Tables, and blocks of code that are wider than a phone.
  "/docs/http",
  "/docs/runbooks/P2PNodeDown",
];
/** With long lines and many columns; the gallery's test looks at all pages in some windows. */
const WIDE = ["/", "/nodes/monero-1", "/nodes/kadena-1", "/nodes/monero-3-restricted", "/rules", "/docs/http"];

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
    ["a phone", 390, "dark", 0],
    ["a desktop", 1440, "light", 1],
    ["a 4K screen", 3840, "dark", 2],
    ["a desktop without scripts", 1440, "light", 3],
  ] as const)("pass axe on %s", async (name, width, scheme, place) => {
    const { page, misdeeds, expect: expectMessage, close } = await openPage(browser, { origin: demo.url });
    await page.setViewportSize({ width, height: width > 1000 ? width / 2 : 844 });
    expectMessage(/status of 404/);
    if (name.endsWith("without scripts")) await page.route(`${demo.url}/**`, withoutScripts);
    // Each page is in one of the windows.
    const usual = PATHS.filter((_, index) => index % 4 === place);
    for (const path of ALL_LOOKS ? PATHS : usual) {
      await page.goto(demo.url + path);
      for (const summary of await page.locator("summary").all()) await summary.click();
      for (const colorScheme of ALL_LOOKS ? (["light", "dark"] as const) : [scheme]) {
        await page.emulateMedia({ colorScheme });
        expect([path, colorScheme, await accessibilityFindings(page)]).toEqual([path, colorScheme, []]);
      }
    }
    expect(misdeeds).toEqual([]);
    await close();
  });

  test("have a header of one low line, which covers nothing that a link leads to", async () => {
    const { page, close } = await openPage(browser, { origin: demo.url });
    for (const [width, highest] of [
      [320, 48],
      [390, 48],
      [1440, 48],
      // Where the letters are larger, so is the line.
      [3840, 66],
    ] as const) {
      await page.setViewportSize({ width, height: 600 });
      await page.goto(`${demo.url}/docs/http#pages`);
      const header = await page.locator("header").boundingBox();
      const heading = await page.locator("#pages").boundingBox();
      expect([width, header?.y, (header?.height ?? 99) <= highest]).toEqual([width, 0, true]);
      expect(heading?.y).toBeGreaterThanOrEqual(header?.height ?? 99);
      expect(
        await page.evaluate(
          "new Set([...document.querySelectorAll('header li')].map(({ offsetTop }) => offsetTop)).size",
        ),
      ).toBe(1);
    }
    await close();
  });

  test("remember the theme, and have it from the first paint on, in all tabs", async () => {
    const { page, misdeeds, close } = await openPage(browser, { origin: demo.url, colorScheme: "light", refresh: 0.5 });
    await page.addInitScript(
      `new MutationObserver(() => {
        if (document.body) document.body.dataset.first ??= document.documentElement.dataset.theme ?? "none";
      }).observe(document, { childList: true, subtree: true });`,
    );
    const ground = () => page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
    const button = page.getByRole("button", { name: /^Theme/ });
    await page.goto(`${demo.url}/config`);
    const light = await ground();
    for (const expected of ["light", "dark"]) {
      await button.click();
      expect(await page.locator("html").getAttribute("data-theme")).toBe(expected);
      expect((await button.getAttribute("aria-label"))?.startsWith(`Theme: ${expected}.`)).toBe(true);
    }
    const dark = await ground();
    expect(dark).not.toBe(light);
    await page.goto(demo.url);
    expect([await ground(), await page.locator("body").getAttribute("data-first")]).toEqual([dark, "dark"]);
    expect(await page.evaluate("getComputedStyle(document.documentElement).colorScheme")).toBe("dark");
    // The refresh keeps it, and another tab's choice arrives.
    await page.evaluate("new Promise((shown) => document.addEventListener('shown', shown, { once: true }))");
    expect(await ground()).toBe(dark);
    const other = await page.context().newPage();
    await other.goto(`${demo.url}/docs`);
    await other.getByRole("button", { name: /^Theme: dark/ }).click();
    await page.waitForFunction("document.documentElement.dataset.theme === 'system'");
    expect(await ground()).toBe(light);
    expect(misdeeds).toEqual([]);
    await close();
  });

  test("have no switch of the theme where no script runs", async () => {
    const { page, close } = await openPage(browser, { origin: demo.url, javaScriptEnabled: false });
    await page.goto(`${demo.url}/config`);
    expect(await page.locator(".theme").isVisible()).toBe(false);
    expect(await page.locator(".copy").isVisible()).toBe(false);
    await close();
  });

  test("are printed without what only a screen needs, and with whole tables", async () => {
    const { page, close } = await openPage(browser, { origin: demo.url, colorScheme: "dark" });
    await page.setViewportSize({ width: 700, height: 900 });
    await page.goto(demo.url);
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    for (const selector of ["header", "footer", ".skip"]) expect(await page.locator(selector).isVisible()).toBe(false);
    const styleOf = (selector: string, name: string) =>
      page.evaluate<string>(`getComputedStyle(document.querySelector("${selector}")).${name}`);
    expect(await styleOf("#nodes thead", "display")).toBe("table-header-group");
    expect(await styleOf("#nodes tbody tr", "display")).toBe("table-row");
    expect(await styleOf("h1", "color")).toBe("rgb(0, 0, 0)");
    await close();
  });

  test.each(ALL_LOOKS ? PATHS : WIDE)("%s fits windows of all widths", async (path) => {
    const { page, close } = await openPage(browser, { origin: demo.url });
    await page.goto(demo.url + path);
    for (const summary of await page.locator("summary").all()) await summary.click();
    // 320 px is what a window of 1280 px has at 400 %, 640 px at 200 %.
    for (const width of [320, 390, 640, 800, 1000, 1240, 1280, 1900, 3840]) {
      await page.setViewportSize({ width, height: 700 });
      expect([width, await overflow(page)]).toEqual([width, 0]);
    }
    await close();
  });

  test("say everything without scripts, and that they stand still", async () => {
    const { page, misdeeds, close } = await openPage(browser, { origin: demo.url, javaScriptEnabled: false });
    await page.goto(`${demo.url}/?sort=name`);
    const text = await page.locator("main").innerText();
    for (const expected of ["wire-1", "monero-3-restricted", "down: restricted RPC", "reload it"])
      expect(text).toContain(expected);
    await page.getByRole("link", { name: "kadena-1" }).click();
    expect(await page.locator("#peers tbody tr").count()).toBeGreaterThan(50);
    await page.locator("#last-trace summary").click();
    expect(await page.locator("#last-trace").innerText()).toContain("HTTP 200");
    expect(misdeeds).toEqual([]);
    await close();
  });

  test("show where the focus is, on everything that the Tab key reaches", async () => {
    const { page, close } = await openPage(browser, { origin: demo.url });
    for (const path of ["/", "/nodes/wire-1"]) {
      await page.goto(demo.url + path);
      const reachable = await page.locator("a, button:visible, summary").count();
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

/** A page as it is where no script runs: axe itself is a script. */
async function withoutScripts(route: Route): Promise<void> {
  const response = await route.fetch();
  if (!response.headers()["content-type"]?.startsWith("text/html")) return route.fulfill({ response });
  const body = (await response.text()).replaceAll(/<script>.*?<\/script>|<\/?noscript>/gs, "");
  await route.fulfill({ response, body });
}
