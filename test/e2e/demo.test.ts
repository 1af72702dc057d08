import { afterAll, beforeAll, expect, test } from "vitest";
import { ADAPTERS } from "../../src/chains/index.ts";
import { createCatalogue } from "../../src/metrics/catalogue.ts";
import { type Exporter, startExporter } from "../support/exporter.ts";
import { find, value } from "../support/exposition-parser.ts";
import { waitFor } from "../support/servers.ts";

let demo: Exporter;

/** Names of the families that were on any page. */
const shown = new Set<string>();

/** Two names of one family of chains among them. */
const CHAINS = ["bitcoin", "chainweb", "litecoin", "monero", "wire"];

beforeAll(async () => {
  demo = await startExporter({ args: ["demo"] });
});

afterAll(async () => {
  await demo.stop();
});

test("all chains are on the page within 15 s, each series labelled as simulated", async () => {
  const page = await waitFor(
    async () => {
      const now = await demo.page();
      const up = find(now, "p2p_node_up").filter((sample) => sample.value === 1);
      return new Set(up.map((sample) => sample.labels.get("chain"))).size === CHAINS.length ? now : undefined;
    },
    "a node of each chain that is up",
    { timeoutMs: 15_000 },
  );
  for (const family of page.families.filter(({ name }) => name.startsWith("p2p_"))) {
    for (const sample of family.samples) expect(sample.labels.get("simulated")).toBe("true");
  }
});

test("the demo prints that its nodes are simulated and where to look, and listens on loopback only", () => {
  const output = demo.program.output();
  expect(output).toContain("SIMULATED");
  expect(output).toContain(`${demo.url}/metrics`);
});

test("the restricted monerod is down with a reason, and keeps its height", async () => {
  const target = "monero-3-restricted";
  // On a busy machine the latest poll may have timed out: then the page has no height.
  const page = await waitFor(async () => {
    const now = await demo.page();
    return find(now, "p2p_node_head_height", { target }).length === 1 ? now : undefined;
  }, `the height of ${target}`);
  expect(value(page, "p2p_node_up", { target })).toBe(0);
  expect(value(page, "p2p_node_poll_failures_total", { target, reason: "unavailable" })).toBeGreaterThan(0);
  expect(value(page, "p2p_node_head_height", { target })).toBeGreaterThan(0);
});

test("one node lags and catches up, and one goes down, with none of its data shown until it returns", async () => {
  const seen = { lag: false, caughtUp: false, down: false, returned: false };
  await waitFor(
    async () => {
      const page = await demo.page();
      for (const { name } of page.families) shown.add(name);
      const lag = value(page, "p2p_node_head_lag_blocks", { target: "wire-2-lagging" });
      const up = value(page, "p2p_node_up", { target: "monero-4-restarting" });
      if (lag > 100) seen.lag = true;
      if (seen.lag && lag < 10) seen.caughtUp = true;
      if (up === 0) {
        seen.down = true;
        const own = page.families.flatMap(({ samples }) =>
          samples.filter((s) => s.labels.get("target") === "monero-4-restarting"),
        );
        expect(own.filter(({ name }) => /^p2p_(connection|node_(peers|head|connections))/.test(name))).toEqual([]);
      }
      if (seen.down && up === 1) seen.returned = true;
      return Object.values(seen).every(Boolean);
    },
    "a lag, its end, an outage and its end",
    { timeoutMs: 170_000 },
  ).catch((error: unknown) => {
    throw new Error(`seen so far: ${JSON.stringify(seen)}`, { cause: error });
  });
});

/** Not from the demo's nodes. */
const NOT_SHOWN: Readonly<Record<string, string>> = {
  p2p_chainweb_service_date_timestamp_seconds: "releases that follow the network have none",
};

test("every family of the catalogue was on the page", () => {
  const catalogue = createCatalogue(ADAPTERS);
  const withoutTotal = (name: string) => name.replace(/_total$/, "");
  const names = new Set([...shown].map(withoutTotal));
  const missing = catalogue.map(({ name }) => name).filter((name) => !names.has(withoutTotal(name)));
  expect(missing).toEqual(Object.keys(NOT_SHOWN));
});
