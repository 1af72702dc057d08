import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PEER_FAMILIES, peersTable } from "../../../src/server/pages/peers.ts";
import { htmlPage } from "../../../src/server/pages/respond.ts";
import { CHROMIUM, openBrowser, openPage, overflow } from "../../support/browser.ts";

const NOW_MS = Date.UTC(2026, 0, 31, 12);
const STATE = "p2p_connection_state";
const DIGITS = new Map([
  ["p2p_connection_head_height", 421_000_502],
  ["p2p_connection_start_timestamp_seconds", NOW_MS / 1000 - 23 * 3600 - 59 * 60],
  ["p2p_connection_latency_seconds", 1.2345],
]);

/** A row with something long in every column that a chain fills. */
function widest(): string {
  const labels = new Map([
    ["direction", "outbound"],
    ["peer", "p2p-region-eu-central.example:9876"],
    ["state", "disconnected"],
    ["agent", "Example Agent 20"],
    ["address_type", "unknown"],
    ["flow", "download"],
  ]);
  const withoutState = new Map([...labels].filter(([name]) => name !== "state"));
  const samples = PEER_FAMILIES.map((name) => ({
    name,
    labels: name === STATE ? labels : withoutState,
    value: DIGITS.get(name) ?? 1023.9 * 1024 ** 2,
  }));
  const content = peersTable({ samples, merged: 0, path: "/nodes/wide", query: new Map(), nowMs: NOW_MS });
  if (content === undefined) throw new Error("no row");
  return htmlPage({ site: { version: "0", linkPrefix: "" }, title: "wide", content });
}

describe.skipIf(!CHROMIUM)("the table of peers, with all columns and long texts in them", () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await openBrowser();
  });

  afterAll(async () => {
    await browser.close();
  });

  test.each([1200, 1240, 1249, 1280, 1350, 1377])("is no wider than a window of %i px", async (width) => {
    const { page, close } = await openPage(browser, { origin: "about:blank", viewport: { width, height: 700 } });
    await page.setContent(widest());
    expect(await overflow(page)).toBe(0);
    await close();
  });
});
