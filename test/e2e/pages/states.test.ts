import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accessibilityFindings, CHROMIUM, openBrowser, openPage, type WatchedPage } from "../../support/browser.ts";
import { type Exporter, startExporter } from "../../support/exporter.ts";
import { waitFor } from "../../support/servers.ts";
import { withResolvers } from "../../support/with-resolvers.ts";
import { type States, startStates } from "./nodes.ts";

const HEADS = ["Node", "State", "Chain", "Peers in / out", "Head", "Blocks behind", "Data age"];
const ORDER_OF_STATES = [/^down/, /^head fails/, /^not polled yet/, /^syncing|blocks behind/, /^up/];

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
    expect(await page.locator("h1").innerText()).toBe("1 of 6 nodes down: no connection");
    expect(await page.title()).toBe("1 of 6 nodes down: no connection · peer-exporter");
    expect(await page.locator("h1 + p").innerText()).toBe(
      "Also 1 degraded, 1 not polled yet, 2 behind, 1 with an old head.",
    );
    const row = (name: string) => page.locator("#nodes tbody tr", { has: page.getByRole("link", { name }) });
    expect(await row("delta").innerText()).toMatch(/down\s+monero\s+–\s+–\s+–\s+–/);
    expect(await row("charlie").innerText()).toMatch(/head fails\s+wire\s+\d+ \/ \d+\s+–\s+–/);
    expect(await row("echo").innerText()).toMatch(/not polled yet/);
    expect(await row("bravo").innerText()).toMatch(/1.000 blocks behind, with an old head\s+wire.*1.000\s/s);
    expect(await row("alpha").innerText()).toContain("region=eu zone=a");
    expect(await row("golf").innerText()).toContain("reference");
  });

  test("says of what is wrong why, and what to do", async () => {
    await open();
    const heads = await page.locator("tr.group").allInnerTexts();
    expect(heads).toHaveLength(5);
    expect(heads[0]).toMatch(
      /^1 node down: no connection\s+peers: connect get_connections at http:\/\/127\.0\.0\.1:\d+: .*\s+check that the node runs/,
    );
    expect(heads[1]).toMatch(/^1 node degraded: HTTP error\s+head: http .*500/);
    expect(heads.slice(2)).toEqual(["1 node not polled yet", "2 nodes behind what to do", "2 nodes up"]);
  });

  test("adds up by chain", async () => {
    await open();
    const totals = await page.getByRole("list", { name: "Chain" }).getByRole("listitem").allInnerTexts();
    expect(totals[0]).toBe("all 7");
    expect(totals[1]).toMatch(/^wire 5 3 unhealthy, \d+ \/ \d+ peers, lag 1.000$/);
    expect(totals[2]).toMatch(/^monero 2 2 unhealthy, \d+ \/ \d+ peers/);
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
        .locator(`#nodes tbody tr:not(.group) > :nth-child(${HEADS.indexOf(head) + 1})`)
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
    await choose.getByRole("link", { name: "behind 1", exact: true }).click();
    expect(await names()).toEqual(["foxtrot"]);
    await page.getByRole("link", { name: "Head", exact: true }).click();
    expect(await names()).toEqual(["foxtrot"]);
    expect(new URL(page.url()).search).toBe("?chain=monero&state=behind&sort=head&dir=desc");
    await page.goBack();
    await page.goBack();
    expect(await names()).toEqual(["delta", "foxtrot"]);
    await page.goForward();
    expect(await names()).toEqual(["foxtrot"]);
    await open("/?state=down&chain=wire");
    await page.getByRole("link", { name: "Show all" }).click();
    expect(await names()).toHaveLength(7);
  });

  test("finds nodes as people type: the address follows, the focus stays, and the number is said", async () => {
    await open("/?sort=name");
    await page.keyboard.press("/");
    await page.keyboard.type("wire EU");
    await waitFor(async () => (await names()).join() === "alpha", "the found node");
    expect(new URL(page.url()).search).toBe("?sort=name&q=wire+EU");
    const typed = "[document.activeElement.name, document.activeElement.value, document.activeElement.selectionStart]";
    expect(await page.evaluate(typed)).toEqual(["q", "wire EU", 7]);
    await waitFor(
      async () => (await page.getByRole("status").innerText()) === "1 of 7 nodes",
      "the number for listeners",
    );
    await page.keyboard.press("Home");
    await page.keyboard.type("x<b>");
    await page.getByText("No node matches.").first().waitFor();
    expect(await page.evaluate(typed)).toEqual(["q", "x<b>wire EU", 4]);
    await page.keyboard.press("Escape");
    await waitFor(async () => (await names()).length === 7, "all nodes");
    expect(new URL(page.url()).search).toBe("?sort=name");
    await page.getByLabel("Label region").selectOption("region=us");
    await waitFor(async () => (await names()).join() === "bravo", "the node with the label");
    expect(new URL(page.url()).search).toBe("?sort=name&label=region%3Dus");
    expect(await accessibilityFindings(page)).toEqual([]);
  });

  test("shows the last search, although an earlier one is answered later", async () => {
    await open();
    const { promise: held, resolve } = withResolvers<void>();
    await page.route(/q=bravo/, async (route) => {
      await held;
      await route.continue().catch(() => {});
    });
    await page.locator("input[name=q]").fill("bravo");
    await page.waitForRequest(/q=bravo/);
    await page.locator("input[name=q]").fill("foxtrot");
    await waitFor(async () => (await names()).join() === "foxtrot", "the last search");
    resolve();
    await page.unrouteAll({ behavior: "ignoreErrors" });
    expect(await names()).toEqual(["foxtrot"]);
    expect(await page.locator("#notice").textContent()).toBe("");
  });

  test("searches by a form without scripts", async () => {
    const plain = await openPage(browser, { origin: exporter.url, javaScriptEnabled: false });
    await plain.page.goto(`${exporter.url}/?sort=name&state=up`);
    await plain.page.getByRole("searchbox").fill("wire");
    await plain.page.getByRole("button", { name: "Search" }).click();
    await plain.page.waitForURL(/q=wire/);
    expect(await plain.page.locator("#nodes tbody th a").allInnerTexts()).toEqual(["alpha", "golf"]);
    expect(new URL(plain.page.url()).searchParams.get("sort")).toBe("name");
    await plain.close();
  });

  test("is a table for screen readers on a phone too, and its head stays in sight on a desktop", async () => {
    for (const width of [390, 1440]) {
      await page.setViewportSize({ width, height: 300 });
      await open("/?sort=name");
      expect(await page.getByRole("rowheader").count()).toBe(7);
      expect(await page.getByRole("columnheader").allInnerTexts()).toEqual(
        HEADS.map((head) => expect.stringMatching(new RegExp(`^${head}`))),
      );
      const { nodes } = await (await page.context().newCDPSession(page)).send("Accessibility.getFullAXTree");
      const roles = nodes.map(({ role }) => role?.value);
      const counted = ["table", "row", "rowheader", "columnheader"].map(
        (role) => roles.filter((each) => each === role).length,
      );
      expect(counted).toEqual([1, 8, 7, 7]);
    }
    await page.locator("#nodes tbody tr").last().scrollIntoViewIfNeeded();
    const top = await page.evaluate("document.querySelector('#nodes thead th').getBoundingClientRect().top");
    expect(top).toBeGreaterThanOrEqual(0);
    expect(top).toBeLessThan(100);
    await page.setViewportSize({ width: 1280, height: 720 });
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
  return [...html.matchAll(/<a href="\/nodes\/(\w+)">.*?<b class="(\w+)"/gs)].map(
    ([, name, state]) => `${name}:${state}`,
  );
}

/** What a cell is sorted by; undefined: it is not known. */
function sortKey(head: string, text: string): number | string | undefined {
  if (text.startsWith("–")) return undefined;
  if (head === "State") return ORDER_OF_STATES.findIndex((state) => state.test(text));
  if (head === "Node" || head === "Chain") return text;
  if (head === "Data age") return text === "now" ? 0 : Number(/\d+/.exec(text)?.[0]);
  return text.split("/").reduce((sum, part) => sum + Number(part.replace(/\D/g, "")), 0);
}
