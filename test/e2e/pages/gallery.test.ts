import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ALL_LOOKS, accessibilityFindings, CHROMIUM, openBrowser, openPage, overflow } from "../../support/browser.ts";
import { type Fleet, makeFleet } from "../../support/gallery/fleet.ts";
import { HOSTILE_TEXTS, serveFleet } from "../../support/gallery/serve.ts";

/**
 * Every page with made-up fleets: all sizes, hostile texts, a full hour of data; on a phone, a desktop and a 4K screen; light and dark; with
 * and without scripts. `ALL_LOOKS=1` looks at every combination, otherwise each window, scheme and fleet is in some of the looks.
 */

type Shown = Omit<Fleet, "nowMs"> & { readonly name: string };

const FEW: Shown = { name: "10 nodes", nodes: 10, minutes: 60 };

/** As many as have series by default, and texts as long as they may be. */
const MOST_PEERS = 250;
const LONG = "a-name-as-long-as-people-make-them.region-eu-central-1.".repeat(2);

const FLEETS: readonly Shown[] = [
  FEW,
  { name: "200 nodes", nodes: 200, minutes: 60 },
  { name: "1000 nodes", nodes: 1000, minutes: 60 },
  { name: "hostile nodes", nodes: 30, minutes: 60, hostile: HOSTILE_TEXTS },
  { name: "a crowded node", nodes: 1, minutes: 60, story: "well", peers: MOST_PEERS, hostile: [LONG] },
  { name: "no nodes", nodes: 0, minutes: 0 },
];

const HEIGHTS: Readonly<Record<number, number>> = { 390: 844, 1440: 900, 3840: 2160 };
const WIDTHS = [390, 1440, 3840];
const SCHEMES = ["light", "dark"] as const;

const NODES_PER_PAGE = 500;

/** After a minute and a half without polls, nodes are "not polled in time". */
const FRESH_MS = 30_000;

/** Those of the frame, which have no nodes. */
const OTHER_PATHS = ["/config", "/rules", "/dashboards", "/docs", "/docs/pages", "/nodes/none", "/nowhere"];

/** The rules of axe read every cell: a page of 500 nodes would take it a minute. */
const mayTakeAxe = ({ nodes, peers }: Shown) => nodes <= 30 && (ALL_LOOKS || peers === undefined);

const ALL = FLEETS.flatMap((fleet, row) =>
  WIDTHS.flatMap((width, column) =>
    SCHEMES.flatMap((scheme) =>
      [true, false].map((hasScripts) => ({
        ...{ fleet, width, scheme, hasScripts },
        // Most pairs of a fleet and a window once; the scheme and the scripts take turns.
        isUsual:
          (fleet === FEW || (2 * row + column) % 3 !== 2) &&
          (scheme === "dark") === ((row + column) % 2 === 1) &&
          hasScripts === ((row + column) % 3 !== 2),
      })),
    ),
  ),
);

type Served = Awaited<ReturnType<typeof serveFleet>> & {
  readonly fleet: Shown;
  readonly names: readonly string[];
  readonly madeMs: number;
};

describe.skipIf(!CHROMIUM)("the pages of made-up fleets", () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await openBrowser();
  });

  afterAll(async () => {
    await served?.close();
    await browser.close();
  });

  let served: Served | undefined;

  /** The looks at a fleet share it, until its data gets old. */
  async function serve(fleet: Shown): Promise<Served> {
    const nowMs = Date.now();
    if (served?.fleet !== fleet || nowMs - served.madeMs > FRESH_MS) {
      await served?.close();
      const made = makeFleet({ ...fleet, nowMs });
      const names = made.store.all().map(({ state }) => state.node.name);
      served = { ...(await serveFleet(made)), names, fleet, madeMs: nowMs };
    }
    return served;
  }

  const looks = ALL.filter(({ isUsual }) => ALL_LOOKS || isUsual);

  test.each(looks.map((look) => [titleOf(look), look] as const))("%s", async (_, look) => {
    const { fleet, width, scheme, hasScripts } = look;
    const { url, names } = await serve(fleet);
    const viewport = { width, height: HEIGHTS[width] ?? 900 };
    const options = { origin: url, viewport, colorScheme: scheme, javaScriptEnabled: hasScripts };
    const { page, misdeeds, expect: allow, close } = await openPage(browser, options);
    allow(/status of 404/);
    const nodes = [...new Set([names[0], names[3]])]
      .flatMap((name) => name ?? [])
      .map((name) => `/nodes/${encodeURIComponent(name)}`);
    // Each of the others is in one of the windows.
    const others = OTHER_PATHS.filter((_, place) => ALL_LOOKS || (fleet === FEW && WIDTHS[place % 3] === width));
    for (const path of ["/", ...nodes, ...others]) {
      await page.goto(url + path);
      await takePicture(page, [fleet.name, path, `${width}`, scheme, hasScripts ? "scripts" : "plain"]);
      expect([path, await page.locator("h1").count()]).toEqual([path, 1]);
      expect([path, await overflow(page)]).toEqual([path, 0]);
      expect([path, await tablesInTheMargin(page)]).toEqual([path, []]);
      if (path === "/") await lookAtNodes(page, fleet, viewport.height);
      else if (fleet.peers !== undefined) expect(await page.locator("#peers tbody tr").count()).toBe(fleet.peers);
      if (hasScripts && mayTakeAxe(fleet) && (ALL_LOOKS || !OTHER_PATHS.includes(path))) {
        expect([path, await accessibilityFindings(page)]).toEqual([path, []]);
      }
    }
    expect(misdeeds).toEqual([]);
    await close();
  });

  test("the charts of a node show values under the pointer and by keyboard, and go on after a refresh", async () => {
    const { url, names } = await serve(FEW);
    const { page, misdeeds, close } = await openPage(browser, { origin: url, viewport: { width: 1440, height: 900 } });
    await page.goto(`${url}/nodes/${names[0]}`);
    const plots = page.locator(".plot");
    expect(await plots.count()).toBe(4);
    const plot = page.getByRole("slider", { name: "Bytes per second" });
    const tip = plot.locator(".tip");
    const box = await plot.boundingBox();
    await page.mouse.move((box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + 20);
    expect(await tip.innerText()).toMatch(/^\d\d:\d\d UTC\nreceived [\d.]+ KiB\/s\nsent [\d.]+ KiB\/s$/);
    expect(await page.locator(".tip").count()).toBe(4);
    // A dot for each line: two of peers, two of bytes, one of blocks and one of polls.
    expect(await page.locator(".cursor i").count()).toBe(6);
    await page.mouse.move(0, 0);
    expect(await tip.count()).toBe(0);

    await plot.focus();
    const value = () => plot.getAttribute("aria-valuetext");
    const last = await value();
    await page.keyboard.press("ArrowLeft");
    expect(await value()).not.toBe(last);
    await page.keyboard.press("End");
    expect(await value()).toBe(last);
    await page.keyboard.press("Home");
    expect(await value()).not.toBe(last);
    expect(await accessibilityFindings(page)).toEqual([]);

    const main = await page.locator("main").elementHandle();
    await page.evaluate("document.dispatchEvent(new Event('wanted'))");
    await page.waitForFunction((element) => !element?.isConnected, main);
    await page.locator(".plot:focus .tip").waitFor();
    await page.keyboard.press("Escape");
    expect(await page.locator(".tip").count()).toBe(0);
    expect(misdeeds).toEqual([]);
    await close();
  });
});

function titleOf({ fleet, width, scheme, hasScripts }: (typeof ALL)[number]): string {
  return `${fleet.name} at ${width} px, ${scheme}, ${hasScripts ? "with" : "without"} scripts`;
}

/** `PICTURES=FOLDER` keeps what the test looked at. */
async function takePicture(page: Page, parts: readonly string[]): Promise<void> {
  const folder = process.env.PICTURES;
  const name = parts.map((part) => part.replaceAll(/[^a-z0-9]+/gi, "_").slice(0, 24)).join("-");
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png` });
}

/** Tables that reach beyond the text. */
function tablesInTheMargin(page: Page): Promise<readonly string[]> {
  return page.evaluate<readonly string[]>(`(() => {
    const right = document.querySelector("main h1").getBoundingClientRect().right;
    return [...document.querySelectorAll("main table")]
      .filter((table) => table.checkVisibility({ contentVisibilityAuto: true }) && table.getBoundingClientRect().right > right + 1)
      .map((table) => table.outerHTML.slice(0, 200));
  })()`);
}

async function lookAtNodes(page: Page, { nodes }: Shown, windowHeight: number): Promise<void> {
  if (nodes === 0) return;
  const first = await page.locator("#nodes tbody tr").first().boundingBox();
  expect(first && first.y + first.height).toBeLessThan(windowHeight);
  expect(await page.locator("#nodes tbody th a").count()).toBe(Math.min(NODES_PER_PAGE, nodes));
}
