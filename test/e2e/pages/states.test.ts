import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accessibilityFindings, CHROMIUM, openBrowser, openPage, type WatchedPage } from "../../support/browser.ts";
import { type Exporter, startExporter } from "../../support/exporter.ts";
import { waitFor } from "../../support/servers.ts";
import { type States, startStates } from "./nodes.ts";

const HEADS = ["Node", "State", "Chain", "Peers in / out", "Head", "Blocks behind", "Data age"];
const ORDER_OF_STATES = ["down", "degraded", "not polled yet", "up"];

describe.skipIf(!CHROMIUM)("the status page in a browser", () => {
  let states: States;
  let exporter: Exporter;
  let browser: Browser;
  let watched: WatchedPage;
  let page: Page;

  beforeAll(async () => {
    states = await startStates("10s");
    [exporter, browser] = await Promise.all([startExporter({ config: states.config }), openBrowser()]);
    const waiting = async () => (await rows(await fetch(`${exporter.url}/`))).filter((row) => row.endsWith(":waiting"));
    await waitFor(
      async () => `${await waiting()}` === "echo:waiting",
      "the first polls of all but echo, which never answers",
    );
    // It must not move under the test.
    watched = await openPage(browser, { origin: exporter.url, refresh: 3600 });
    page = watched.page;
  });

  afterAll(async () => {
    expect(watched.misdeeds).toEqual([]);
    await browser.close();
    await exporter.stop();
    await states.close();
  });

  const names = () => page.locator("#nodes tbody th a").allInnerTexts();
  const open = (path = "/") => page.goto(exporter.url + path);

  test("has unhealthy nodes first: down, degraded, not polled, behind, up", async () => {
    await open();
    expect(await names()).toEqual(["delta", "charlie", "echo", "bravo", "foxtrot", "alpha", "golf"]);
    expect(await page.locator("h1").innerText()).toBe("1 of 6 nodes down");
    expect(await page.title()).toBe("1 of 6 nodes down · peer-exporter");
    const row = (name: string) => page.locator("#nodes tbody tr", { hasText: name }).first();
    expect(await row("delta").innerText()).toMatch(/✕ down\s+monero\s+–\s+–\s+–\s+–/);
    expect(await row("charlie").innerText()).toMatch(/◐ degraded\s+wire\s+\d+ \/ \d+\s+–\s+–/);
    expect(await row("echo").innerText()).toMatch(/○ not polled yet/);
    expect(await row("bravo").innerText()).toMatch(/● up\s+wire.*1.000\s/s);
    expect(await row("alpha").innerText()).toContain("region=eu zone=a");
    expect(await row("golf").innerText()).toContain("reference");
  });

  test("says of what is wrong why, and what to do", async () => {
    await open();
    const below = await page.locator("tr.detail").allInnerTexts();
    expect(below).toHaveLength(2);
    expect(below[0]).toMatch(
      /^peers: connect get_connections at http:\/\/127\.0\.0\.1:\d+: .*\n.*check that the node runs/,
    );
    expect(below[1]).toMatch(/^head: http .*500/);
  });

  test("adds up by chain", async () => {
    await open();
    const totals = await page.locator("table.compact tbody tr").allInnerTexts();
    expect(totals.map((line) => line.split("\t").slice(0, 2))).toEqual([
      ["wire", "3 of 4"],
      ["monero", "1 of 2"],
    ]);
    expect(totals[0]).toMatch(/\t1.000$/);
  });

  test("passes axe", async () => {
    await open();
    expect(await accessibilityFindings(page)).toEqual([]);
  });

  test.each(HEADS)("a click on %s sorts by it, a second one turns it, and what is unknown stays last", async (head) => {
    await open();
    for (const _ of ["once", "twice"]) {
      await page.getByRole("link", { name: head, exact: true }).click();
      await page.waitForLoadState();
      const order = await page
        .locator("#nodes")
        .getByRole("columnheader", { name: head, exact: true })
        .getAttribute("aria-sort");
      expect(await page.locator("th[aria-sort=ascending], th[aria-sort=descending]").count()).toBe(1);
      const cells = await page
        .locator(`#nodes tbody tr:not(.detail) > :nth-child(${HEADS.indexOf(head) + 1})`)
        .allInnerTexts();
      const values = cells.map((text) => sortKey(head, text));
      const known = values.filter((value) => value !== undefined);
      expect(values.slice(known.length).every((value) => value === undefined)).toBe(true);
      const sorted = [...known].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
      expect(known).toEqual(order === "ascending" ? sorted : sorted.reverse());
    }
  });

  test("chooses by state and chain, keeps both while sorting, and goes back", async () => {
    await open();
    const choose = page.getByRole("navigation", { name: "Select nodes" });
    await choose.getByRole("link", { name: "monero 2" }).click();
    expect(await names()).toEqual(["delta", "foxtrot"]);
    await choose.getByRole("link", { name: "up 1", exact: true }).click();
    expect(await names()).toEqual(["foxtrot"]);
    await page.getByRole("link", { name: "Head", exact: true }).click();
    expect(await names()).toEqual(["foxtrot"]);
    expect(new URL(page.url()).search).toBe("?chain=monero&state=up&sort=head&dir=desc");
    await page.goBack();
    await page.goBack();
    expect(await names()).toEqual(["delta", "foxtrot"]);
    await page.goForward();
    expect(await names()).toEqual(["foxtrot"]);
    await open("/?state=down&chain=wire");
    await page.getByRole("link", { name: "Show all" }).click();
    expect(await names()).toHaveLength(7);
  });

  test("needs no mouse: Tab to a head, and Enter", async () => {
    await open();
    for (let presses = 0; presses < 40; presses += 1) {
      await page.keyboard.press("Tab");
      if ((await page.locator(":focus").innerText()) === "Node") break;
    }
    await page.keyboard.press("Enter");
    await page.waitForURL(/sort=name/);
    expect(await names()).toEqual(["alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf"]);
  });

  test("leads to a node, with its heads, charts and polls", async () => {
    await open();
    await page.getByRole("link", { name: "bravo" }).click();
    const text = await page.locator("main").innerText();
    expect(text).toMatch(/1.000 blocks behind the best reference/);
    await page.getByRole("slider", { name: "Blocks behind" }).waitFor();
    await open("/nodes/delta");
    expect(await page.locator("main").innerText()).toContain("polls failed: the node was down");
    expect(await accessibilityFindings(page)).toEqual([]);
  });
});

async function rows(answer: Response): Promise<readonly string[]> {
  const html = await answer.text();
  return [...html.matchAll(/<a href="\/nodes\/(\w+)">.*?badge (\w+)"/gs)].map(([, name, state]) => `${name}:${state}`);
}

/** What a cell is sorted by; undefined: it is not known. */
function sortKey(head: string, text: string): number | string | undefined {
  if (text.startsWith("–")) return undefined;
  if (head === "State") return ORDER_OF_STATES.indexOf(text.slice(2));
  if (head === "Node" || head === "Chain") return text;
  if (head === "Data age") return text === "now" ? 0 : Number(/\d+/.exec(text)?.[0]);
  return text.split("/").reduce((sum, part) => sum + Number(part.replace(/\D/g, "")), 0);
}
