import { describe, expect, test } from "vitest";
import { FIRST_NAMES } from "../../src/chains/index.ts";
import { newSeries, renderAll, renderNames, seriesPerConnection } from "../../tools/cardinality/new-series.ts";
import { knownPeers, ONLY_FIRST_TIMERS, PUBLIC_NODE, visits } from "../../tools/cardinality/peers.ts";
import { DEFAULTS, FULL, nodeWith } from "../../tools/cardinality/settings.ts";
import { textOf } from "../../tools/repository.ts";

/** A week of thirty nodes is in churn-week.long.test.ts. */

const DAY = 86_400;

describe("the model of the peers of a public node", () => {
  const days = 4;
  const all = visits("a seed", PUBLIC_NODE, days);
  const inbound = all.filter(({ direction }) => direction === "inbound");

  test("it has as many connects in a day, and as many peers, as the measured node", () => {
    expect(Math.abs(all.length / days / 1253 - 1)).toBeLessThan(0.05);
    const seconds = all.reduce((sum, { from, to }) => sum + Math.min(to, days * DAY) - from, 0);
    expect(Math.abs(seconds / (days * DAY) / 29 - 1)).toBeLessThan(0.05);
  });

  test("an inbound peer returns from another port; one of ten connects is from a new host", () => {
    const hosts = new Set(inbound.map(({ host }) => host));
    expect(Math.abs((hosts.size - 150) / inbound.length / 0.1 - 1)).toBeLessThan(0.1);
    expect(new Set(inbound.map(({ host, port }) => `${host}:${port}`)).size).toBeGreaterThan(0.99 * inbound.length);
  });

  test("in the worst case no host returns, at the same moments", () => {
    const worst = visits("a seed", ONLY_FIRST_TIMERS, days).filter(({ direction }) => direction === "inbound");
    expect(new Set(worst.map(({ host }) => host)).size).toBe(worst.length);
    const times = (list: typeof inbound) => list.map(({ from, to, port }) => `${from} ${to} ${port}`).join();
    expect(times(worst) === times(inbound)).toBe(true);
  });
});

test.each(FIRST_NAMES)("%s: all families have the names that one has", (chain) => {
  const node = nodeWith(DEFAULTS, chain);
  const isList = chain === "chainweb";
  const some = isList ? knownPeers("a list", 20, 5, 1) : visits("an hour", PUBLIC_NODE, 1 / 24);
  const options = { days: 1, pollSeconds: 60 };
  const names = newSeries(node, some, { ...options, render: renderNames(node) });
  const all = newSeries(node, some, { ...options, render: renderAll() });
  const each = seriesPerConnection(node);
  expect(names.perDay[0]).toBeGreaterThan(20);
  expect(all.perDay[0]).toBe(each * (names.perDay[0] ?? 0));
  // Some families have no value while connections share a name.
  expect(all.live).toBeLessThanOrEqual(each * names.live + 1e-9);
  expect(all.live).toBeGreaterThan(0.95 * each * names.live);
});

test("a name that was on the page within 24 hours is not new, and one that returns later is", () => {
  const node = nodeWith(FULL, "monero");
  const visit = { id: "1", direction: "inbound", host: "192.0.2.1", port: 50_000, agent: "any" } as const;
  const at = (hour: number) => ({ ...visit, id: `${hour}`, from: hour * 3600, to: hour * 3600 + 600 });
  const options = { days: 4, pollSeconds: 60, render: renderNames(node) };
  expect(newSeries(node, [at(1), at(23), at(46), at(71)], options).perDay).toEqual([1, 0, 1, 0]);
});

test("the documented default makes at most a fifth of the new series of a day, and nothing in the worst case", () => {
  const text = textOf("docs/metrics-overview.md");
  const rows = [...text.matchAll(/^\| [^|]+ \| ([\d,]+) \| ([\d,]+) \| ([\d,]+) \|$/gm)];
  const numbers = rows.map(([, ...cells]) => cells.map((cell) => Number(cell.replaceAll(",", ""))));
  expect(numbers).toHaveLength(3);
  for (const [full = 0, byDefault = 0, worst = 0] of numbers) {
    expect(byDefault).toBeGreaterThan(0);
    expect(byDefault).toBeLessThanOrEqual(full / 5);
    expect(worst).toBeGreaterThan(0.9 * full);
  }
});
