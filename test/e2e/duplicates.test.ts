import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { type PanelQuery, panelQueries, substitute } from "../../grafana/src/queries.ts";
import { alerts, recordings } from "../prometheus/support.ts";
import { startExporter } from "../support/exporter.ts";
import { type Prometheus, recordedBlocks, startPrometheus } from "../support/prometheus.ts";
import { analyse, SCRAPE_LABELS, scrapeLabels, selectedMetrics } from "../support/promql-labels.ts";
import { findServer, waitFor } from "../support/servers.ts";

// Pages of one demo as two scrapers have them, in a database of a real Prometheus. Both have the same pages of the same
// moments, which no two real scrapers have: every number must be the same, and no comparison depends on luck.

const isInstalled = findServer("prometheus", "apt-get install prometheus") !== undefined;

const PAGES = 8;
const GAP_MS = 1500;

type Labels = Readonly<Record<string, string>>;
type Pair = { readonly title: string; readonly one: Labels; readonly other: Labels };

const pod = (index: number): Labels => ({
  ...{ instance: `10.0.0.${index}:10900`, namespace: "monitoring", pod: `peer-exporter-${index}`, node: `vm-${index}` },
  ...{ container: "peer-exporter", endpoint: "metrics", service: "peer-exporter" },
});

/** Two scrapers of the same nodes. */
const SETS: readonly Pair[] = [
  {
    title: "two jobs scrape one exporter",
    one: { instance: "exporter:10900" },
    other: { job: "second", instance: "exporter:10900" },
  },
  {
    title: "two jobs scrape two replicas",
    one: { instance: "a:10900" },
    other: { job: "second", instance: "b:10900" },
  },
  { title: "one job scrapes two pods of Kubernetes", one: pod(0), other: pod(1) },
  {
    title: "two servers of Prometheus have one store",
    one: { instance: "a:10900", cluster: "eu", prometheus: "monitoring/a", prometheus_replica: "a-0", replica: "a" },
    other: { instance: "a:10900", cluster: "eu", prometheus: "monitoring/b", prometheus_replica: "b-0", replica: "b" },
  },
];

/** Sidecars in two namespaces: other nodes, though their names are the same. */
const SIDECARS: Pair = {
  title: "two sidecars",
  one: { instance: "10.0.0.1:10900", namespace: "mainnet", pod: "nodeop-0" },
  other: { instance: "10.0.0.2:10900", namespace: "testnet", pod: "nodeop-0" },
};

/** Jobs of a set as the variables of a dashboard select them: one scraper alone, and both. */
function jobsOf({ title }: Pair): { readonly alone: string; readonly both: string; readonly second: string } {
  const name = title.replaceAll(" ", "-");
  return { alone: `${name}-alone`, both: name, second: `${name}-second` };
}

function scrapersOf(set: Pair): readonly Labels[] {
  const { alone, both, second } = jobsOf(set);
  return [
    { ...set.one, job: alone },
    { ...set.one, job: both },
    { ...set.other, job: set.other.job === undefined ? both : second },
  ];
}

/** A page and what Prometheus adds to it, with the labels of a scraper and a time. */
function withLabels(page: string, labels: Labels, unixSeconds: number): readonly string[] {
  const own = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  const alert = (rest: string) => `ALERTS{alertstate="firing",${rest}} 1`;
  const target = 'target="monero-3-restricted",chain="monero"';
  const lines = [
    ...page.split("\n").filter((line) => line !== "" && !line.startsWith("#")),
    ...["up 1", "scrape_duration_seconds 0.01", "scrape_samples_scraped 900", "scrape_series_added 3"],
    alert(`alertname="P2PNodeDown",severity="critical",${target}`),
    alert(`alertname="P2PNodeApiFailing",severity="warning",${target},api="head"`),
    alert('alertname="PeerExporterConfigReloadFailed",severity="warning"'),
  ];
  return lines.map((line) => {
    const [, name = "", given = "", value = ""] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    return `${name}{${[...(given === "" ? [] : [given]), ...own].join(",")}} ${value} ${unixSeconds}`;
  });
}

const sample = z.tuple([z.number(), z.string()]);
const result = z.object({
  metric: z.record(z.string(), z.string()),
  value: sample.optional(),
  values: z.array(sample).optional(),
});
const answerSchema = z.object({
  data: z.discriminatedUnion("resultType", [
    z.object({ resultType: z.enum(["vector", "matrix"]), result: z.array(result) }),
    z.object({ resultType: z.literal("scalar"), result: sample }),
  ]),
});

/** Of each series its labels, and its values by their times. */
type Answer = ReadonlyMap<string, readonly Point[]>;

const keyOf = (labels: Labels) => JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));

function toNumber(text: string): number {
  return Number(text.replace("Inf", "Infinity"));
}

/** What two answers do not share. Sums of the same numbers in another order may differ in their last digits. */
function differences(alone: Answer, both: Answer): readonly string[] {
  return [...new Set([...alone.keys(), ...both.keys()])].filter((key) => {
    const [left, right] = [alone.get(key) ?? [], both.get(key) ?? []];
    return left.length !== right.length || left.some((point, index) => !isSame(point, right[index]));
  });
}

type Point = readonly [unixSeconds: number, value: number];

function isSame([time, value]: Point, [otherTime, other]: Point = [Number.NaN, Number.NaN]): boolean {
  const isClose = Math.abs(value - other) <= 1e-9 * Math.max(Math.abs(value), Math.abs(other));
  return time === otherTime && (Object.is(value, other) || isClose);
}

/** The values at each time without their series: which of several equal ones are among the highest is open. */
function highest(answer: Answer): Answer {
  const points = [...answer.values()].flat();
  return new Map([["highest", points.sort(([a, left], [b, right]) => a - b || left - right)]]);
}

describe.skipIf(!isInstalled)("two scrapers of one demo", () => {
  let prometheus: Prometheus;
  let endSeconds = 0;

  beforeAll(async () => {
    const demo = await startExporter({ args: ["demo"] });
    const read = async () => (await fetch(`${demo.url}/metrics`)).text();
    await waitFor(async () => /^p2p_node_up\{.*"chainweb".*\} 1$/m.test(await read()), "the demo's nodes to be up");
    const pages: (readonly [number, string])[] = [];
    while (pages.length < PAGES) {
      pages.push([Math.floor(Date.now()) / 1000, await read()]);
      await sleep(GAP_MS);
    }
    await demo.stop();
    endSeconds = pages.at(-1)?.[0] ?? 0;
    const scrapers = [...SETS, SIDECARS].flatMap(scrapersOf);
    const lines = pages.flatMap(([time, page]) => scrapers.flatMap((labels) => withLabels(page, labels, time)));
    prometheus = await startPrometheus({ targets: [], data: await recordedBlocks(lines) });
  });

  afterAll(async () => {
    await prometheus?.stop();
  });

  async function ask(query: string, isInstant: boolean): Promise<Answer> {
    const [end, start] = [`${endSeconds}`, `${endSeconds - 9}`];
    const parameters = isInstant ? { query, time: end } : { query, start, end, step: "3" };
    const response = await fetch(`${prometheus.url}/api/v1/${isInstant ? "query" : "query_range"}`, {
      method: "POST",
      body: new URLSearchParams(parameters),
    });
    const body: unknown = await response.json();
    if (!response.ok) throw new Error(`${query}: ${JSON.stringify(body)}`);
    const { data } = answerSchema.parse(body);
    if (data.resultType === "scalar") return new Map([["", [[data.result[0], toNumber(data.result[1])]]]]);
    return new Map(
      data.result.map(({ metric, value, values = [] }) => [
        keyOf(metric),
        [...values, ...(value === undefined ? [] : [value])].map(([time, text]) => [time, toNumber(text)]),
      ]),
    );
  }

  const asked = ({ expr, allChains, instant }: PanelQuery, job: string) =>
    ask(substitute(expr, { job, chain: allChains, rateInterval: "10s", interval: "2s", range: "1m" }), instant);

  const bothOf = (set: Pair) => `${jobsOf(set).both}|${jobsOf(set).second}`;

  /**
   * Only the series of one exporter, where a panel shows each exporter by its instance, and without that: one exporter has no
   * name in some panels.
   */
  function ofInstance(answer: Answer, { instance }: Labels): Answer {
    const isOther = (key: string) => key.includes('["instance",') && !key.includes(`["instance","${instance}"]`);
    const unnamed = (key: string) => key.replace(/\["instance","[^"]*"\],?/, "").replace(/,\]$/, "]");
    return new Map([...answer].filter(([key]) => !isOther(key)).map(([key, points]) => [unnamed(key), points]));
  }

  test.each(SETS)("every panel shows what it shows for one scraper: $title", async (set) => {
    const isOneExporter = set.one.instance === set.other.instance;
    let filled = 0;
    for (const query of panelQueries()) {
      const alone = await asked(query, jobsOf(set).alone);
      const both = await asked(query, bothOf(set));
      if (alone.size > 0) filled += 1;
      const isOfNodes = selectedMetrics(query.expr).some((metric) => /^(?:p2p_|ALERTS)/.test(metric));
      const isByInstance = [...alone.keys(), ...both.keys()].some((key) => key.includes('["instance",'));
      // Two exporters are two, for instance in "Exporters up".
      if (!isOneExporter && !isOfNodes && !isByInstance) continue;
      const shown = /\b(?:top|bottom)k\(/.test(query.expr) ? highest : (answer: Answer) => answer;
      const at = `${query.dashboard} / ${query.panel} / ${query.refId}`;
      expect(differences(shown(ofInstance(alone, set.one)), shown(ofInstance(both, set.one))), at).toEqual([]);
    }
    expect(filled).toBeGreaterThan(0.8 * panelQueries().length);
  });

  test.each(SETS)("rules of the fleet give what they give for one scraper: $title", async (set) => {
    for (const { record, expr } of recordings.filter((rule) => !rule.record.startsWith("target:"))) {
      const alone = await ask(selecting(expr, jobsOf(set).alone), true);
      expect(alone.size, record).toBeGreaterThan(0);
      expect(differences(alone, await ask(selecting(expr, bothOf(set)), true)), record).toEqual([]);
    }
  });

  test.each(SETS)("alerts and rules of nodes give each once for each scraper, or once: $title", async (set) => {
    const ofNodes = [...alerts, ...recordings.filter(({ record }) => record.startsWith("target:"))];
    for (const { expr } of ofNodes) {
      const alone = await ask(selecting(expr, jobsOf(set).alone), true);
      const both = await ask(selecting(expr, bothOf(set)), true);
      const { shape } = analyse(expr);
      const isOnce = shape !== undefined && scrapeLabels(shape).length === 0;
      expect(both.size, expr).toBe((isOnce ? 1 : 2) * alone.size);
      expect(withoutScraper(both), expr).toEqual(withoutScraper(alone));
    }
  });

  test("sidecars with nodes of one name in two namespaces are two nodes", async () => {
    const panels = ["Nodes up", "Nodes down", "Connected peers", "Known peers"];
    const found = panelQueries().filter(
      ({ dashboard, panel }) => dashboard.endsWith("-fleet") && panels.includes(panel),
    );
    expect(found).toHaveLength(panels.length);
    for (const query of found) {
      const [[, [[, alone = 0] = []] = []] = []] = [...(await asked(query, jobsOf(SIDECARS).alone))];
      const [[, [[, both = 0] = []] = []] = []] = [...(await asked(query, bothOf(SIDECARS)))];
      expect([query.panel, both]).toEqual([query.panel, 2 * alone]);
    }
    const table = panelQueries().find(({ panel, refId }) => panel === "Nodes, unhealthy first" && refId === "A");
    if (table === undefined) throw new Error("the table of nodes is gone");
    const alone = await asked(table, jobsOf(SIDECARS).alone);
    expect(alone.size).toBeGreaterThan(5);
    expect((await asked(table, bothOf(SIDECARS))).size).toBe(2 * alone.size);
  });
});

/** A rule's expression for the series of some jobs alone. */
function selecting(expr: string, jobs: string): string {
  return selectedMetrics(expr).reduce((text, metric) => {
    const name = new RegExp(`(?<![\\w:"])${metric}(?![\\w:"])(\\{)?`, "g");
    return text.replace(name, (_, brace) => `${metric}{job=~"${jobs}"${brace === undefined ? "}" : ","}`);
  }, expr);
}

function withoutScraper(answer: Answer): readonly string[] {
  const rows = [...answer].map(([key, values]) => {
    const labels = z.array(z.tuple([z.string(), z.string()])).parse(JSON.parse(key));
    return JSON.stringify([labels.filter(([name]) => !SCRAPE_LABELS.includes(name)), values]);
  });
  return [...new Set(rows)].sort();
}
