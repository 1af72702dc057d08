import { expect, test } from "vitest";
import { FIRST_NAMES } from "../../src/chains/index.ts";
import { newSeries, renderAll, renderNames, seriesPerConnection } from "../../tools/cardinality/new-series.ts";
import { knownPeers, PUBLIC_NODE, type Visit, visits } from "../../tools/cardinality/peers.ts";
import { DEFAULTS, FULL, nodeWith } from "../../tools/cardinality/settings.ts";

/**
 * A week of six nodes on three chains, polled each 15 s, with the default of now and with all connections by their ports. With
 * CHURN_NODES=10 it is the fleet of thirty nodes of docs/metrics-overview.md.
 */

const DAYS = 7;
const NODES = Number(process.env.CHURN_NODES ?? 2);
const POLL_SECONDS = 15;

/** What a node's peers do is the same with all settings. */
const fleet: readonly { readonly chain: (typeof FIRST_NAMES)[number]; readonly peers: readonly Visit[] }[] =
  FIRST_NAMES.flatMap((chain) =>
    Array.from({ length: NODES }, (_, index) => ({
      chain,
      peers:
        chain === "chainweb"
          ? knownPeers(`${chain} ${index}`, 100, 5, DAYS)
          : visits(`${chain} ${index}`, PUBLIC_NODE, DAYS),
    })),
  );

/** New series of the whole fleet by day. */
function week(connections: Readonly<Record<string, unknown>>): readonly number[] {
  const sums = new Array<number>(DAYS).fill(0);
  for (const { chain, peers } of fleet) {
    const node = nodeWith(connections, chain);
    const each = seriesPerConnection(node);
    const options = { days: DAYS, pollSeconds: POLL_SECONDS, render: renderNames(node) };
    for (const [day, names] of newSeries(node, peers, options).perDay.entries()) {
      sums[day] = (sums[day] ?? 0) + each * names;
    }
  }
  return sums;
}

test("a week: from the second day the default makes at most a fifth of the new series", { timeout: 900_000 }, () => {
  const [full, byDefault] = [week(FULL), week(DEFAULTS)];
  // For the text of docs/metrics-overview.md.
  process.stdout.write(`new series of ${fleet.length} nodes by day: full ${full}; default ${byDefault}\n`);
  for (const [day, count] of byDefault.entries()) {
    // On the first day all series are new.
    expect(count, `day ${day + 1}`).toBeLessThanOrEqual((full[day] ?? 0) / (day === 0 ? 4 : 5));
  }
});

test("the default saves as much up to one new host in six inbound connects", () => {
  const population = { ...PUBLIC_NODE, firstTimeShare: 1 / 6 };
  const peers = visits("one in six", population, 2);
  const [full = 0, byDefault = 0] = [FULL, DEFAULTS].map((connections) => {
    const node = nodeWith(connections, "monero");
    return newSeries(node, peers, { days: 2, pollSeconds: POLL_SECONDS, render: renderNames(node) }).perDay[1];
  });
  expect(byDefault).toBeLessThanOrEqual(full / 5);
  expect(byDefault).toBeGreaterThan(full / 7);
});

test.each(FIRST_NAMES)("%s: two days of pages have the series that the names have", { timeout: 300_000 }, (chain) => {
  const peers = fleet.find((each) => each.chain === chain)?.peers ?? [];
  const node = nodeWith(DEFAULTS, chain);
  const options = { days: 2, pollSeconds: POLL_SECONDS };
  const all = newSeries(node, peers, { ...options, render: renderAll() });
  const names = newSeries(node, peers, { ...options, render: renderNames(node) });
  for (const [day, count] of names.perDay.entries()) {
    const pages = all.perDay[day] ?? 0;
    // Some families have no value while connections share a name.
    expect(pages).toBeLessThanOrEqual(seriesPerConnection(node) * count);
    expect(pages).toBeGreaterThan(0.99 * seriesPerConnection(node) * count);
  }
});
