import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { fields, fixture, list } from "../../chains/support.ts";
import { accessibilityFindings, CHROMIUM, openBrowser, openPage, overflow } from "../../support/browser.ts";
import { startExporter } from "../../support/exporter.ts";
import { type FakeNode, json, startFakeNode } from "../../support/fake-node.ts";
import { untilReady } from "../../support/waits.ts";
import { HEAD, wireAt } from "./nodes.ts";

const NODES = 200;
const PEERS = 300;
const LONG = "a-name-as-long-as-people-make-them.region-eu-central-1.exam";

const wireRow = fields(list(fixture("wire/w4.json"))[0]);
const crowd = Array.from({ length: PEERS }, (_, index) => ({
  ...wireRow,
  peer: `${LONG}-${index}:9876`,
  connection_id: index,
  last_handshake: { ...fields(wireRow.last_handshake), p2p_address: `${LONG}-${index}:9876`, agent: `${LONG}` },
}));

describe.skipIf(!CHROMIUM)("the pages of fleets of all sizes", () => {
  let node: FakeNode;
  let crowded: FakeNode;
  let browser: Browser;

  beforeAll(async () => {
    const well = wireAt(HEAD);
    const connections = json(crowd, 201);
    [node, crowded, browser] = await Promise.all([
      startFakeNode(well),
      startFakeNode((request) => (request.url === "/v1/net/connections" ? connections : well(request))),
      openBrowser(),
    ]);
  });

  afterAll(async () => {
    await browser.close();
    await Promise.all([node, crowded].map(({ close }) => close()));
  });

  const wire = (name: string, more = {}) => ({ name, chain: "wire", url: node.url, ...more });
  const labels = Object.fromEntries(["region", "rack", "team", "purpose"].map((label) => [label, LONG]));
  const many = () =>
    Array.from({ length: NODES }, (_, index) =>
      wire(`${LONG}-${index}`, {
        chain: index === 0 ? "antelope" : "wire",
        labels: { ...labels, rack: `r${index}` },
      }),
    );

  test.each<[string, string, string, () => object]>([
    [`${NODES} nodes with long names`, "/", `All ${NODES} nodes are up`, () => ({ nodes: many() })],
    [`${PEERS} peers`, "/nodes/crowded", "crowded ● up", () => ({ nodes: [wire("crowded", { url: crowded.url })] })],
    [
      "a shard with references alone",
      "/",
      "Only references are polled",
      () => ({ nodes: [wire("own")], references: [wire("other")] }),
    ],
    ["a shard without nodes", "/", "No nodes to poll", () => ({ nodes: [wire("other")] })],
  ])("%s", async (_, path, heading, partsOf) => {
    const parts = partsOf();
    // Time enough for a machine that is busy with other tests: all nodes answer from this one process.
    const global = { interval: "1m", timeout: "30s" };
    const config = { global, connections: { max_per_node: PEERS }, nodes: [], ...parts };
    const args = path === "/" && !heading.startsWith("All") ? ["--shard", await emptyShard(config)] : [];
    const exporter = await startExporter({ config: JSON.stringify(config), args });
    await untilReady(exporter);
    for (const width of [390, 1280]) {
      const { page, misdeeds, close } = await openPage(browser, {
        origin: exporter.url,
        viewport: { width, height: 800 },
      });
      await page.goto(exporter.url + path);
      expect((await page.locator("h1").innerText()).startsWith(heading)).toBe(true);
      expect(await overflow(page)).toBe(0);
      expect(await tablesInTheMargin(page)).toEqual([]);
      expect(await accessibilityFindings(page)).toEqual([]);
      const rows = {
        "/nodes/crowded": ["#peers", PEERS],
        "/": ["#nodes", heading.startsWith("All") ? NODES : undefined],
      }[path];
      if (typeof rows?.[1] === "number") expect(await page.locator(`${rows[0]} tbody tr`).count()).toBe(rows[1]);
      if (process.env.PICTURES)
        await page.screenshot({ path: `${process.env.PICTURES}/fleet-${heading.slice(0, 4)}-${width}.png` });
      expect(misdeeds).toEqual([]);
      await close();
    }
    await exporter.stop();
  });
});

/** Captions of the tables that reach beyond the text. */
function tablesInTheMargin(page: Page): Promise<readonly string[]> {
  return page.evaluate<readonly string[]>(`(() => {
    const right = document.querySelector("main h1").getBoundingClientRect().right;
    return [...document.querySelectorAll("main table")]
      .filter((table) => table.checkVisibility({ contentVisibilityAuto: true }) && table.getBoundingClientRect().right > right + 1)
      .map((table) => (table.caption ?? table.closest("[class], [id]")).outerHTML.slice(0, 200));
  })()`);
}

/** One of two shards does not have the only node. */
async function emptyShard(config: object): Promise<string> {
  for (const shard of ["0/2", "1/2"]) {
    const exporter = await startExporter({ config: JSON.stringify(config), args: ["--shard", shard] });
    const targets = await (await fetch(`${exporter.url}/sd`)).text();
    await exporter.stop();
    if (z.array(z.unknown()).parse(JSON.parse(targets)).length === 0) return shard;
  }
  throw new Error("both shards have the node");
}
