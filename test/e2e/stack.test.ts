import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { panelQueries, substitute, variableQueries } from "../../grafana/src/queries.ts";
import { ask } from "../grafana/backend.ts";
import { faultsOf } from "../grafana/checks.ts";
import { hasGrafana, loadGrafana } from "../grafana/grafana.ts";
import { looksAt } from "../grafana/looks.ts";
import { findServer, type RunningProgram, startProcess, waitFor } from "../support/servers.ts";
import { type ReceivedAlert, startWebhook, type Webhook } from "../support/webhook.ts";

const isInstalled =
  findServer("prometheus", "apt-get install prometheus") !== undefined &&
  findServer("prometheus-alertmanager", "apt-get install prometheus-alertmanager") !== undefined;

const SCRIPT = fileURLToPath(new URL("../../scripts/demo-stack.mjs", import.meta.url));

/** Queries that give nothing in the demo, with the reason. */
const EMPTY: readonly (readonly [panel: string, reason: string])[] = [
  ["Clock skew", "starts and blocks are shown only if they are in the future, and no clock of the demo is ahead"],
  ["First service date", "releases that follow the network have none"],
  ["Nodes that were on another branch", "no node of the demo leaves the branch of the others"],
];

/** What no dashboard shows in the demo, as `panel / column or matcher`; test/e2e/made-up-results.test.ts shows each. */
const ABSENT: ReadonlySet<string> = new Set([
  // Only sidecars in Kubernetes have namespaces.
  "* / Namespace",
  // Alerts of an exporter, which is well.
  "Active alerts / Exporter",
  // And of a network that is halted, or whose nodes disagree.
  "Active alerts / Network",
  // No node of the demo leaves the branch of the others.
  "Nodes that were on another branch / ",
  // Releases that follow the network have none.
  "First service date / ",
]);

const rangeSchema = z.object({ data: z.object({ result: z.array(z.unknown()) }) });

/** Variables as Grafana fills them with All chosen, for a Prometheus that scrapes every 2 s. */
const fill = (expr: string, chain: string) =>
  substitute(expr, { rateInterval: "10s", interval: "2s", range: "3m", chain });

/** How many series a query gives in the last three minutes. */
async function countSeries(prometheus: string, expr: string, chain: string): Promise<number> {
  const now = Date.now() / 1000;
  const parameters = { query: fill(expr, chain), start: String(now - 180), end: String(now), step: "2" };
  const answer = await fetch(`${prometheus}/api/v1/query_range?${new URLSearchParams(parameters)}`);
  const body: unknown = await answer.json();
  if (answer.status !== 200) throw new Error(`${parameters.query}: ${JSON.stringify(body)}`);
  return rangeSchema.parse(body).data.result.length;
}

describe.skipIf(!isInstalled)("the demo with Prometheus and Alertmanager", () => {
  let webhook: Webhook;
  let stack: RunningProgram;
  /** When one node was down and alerts were firing. */
  let downMs: number | undefined;

  beforeAll(async () => {
    webhook = await startWebhook();
    stack = await startProcess(process.execPath, [SCRIPT, `--webhook=${webhook.url}`]);
    await waitFor(() => stack.output().includes("Stop with Ctrl-C"), "the stack to run", {
      timeoutMs: 60_000,
      program: stack,
    });
  });

  afterAll(async () => {
    await stack?.stop();
    webhook?.close();
  });

  const received = (alertname: string, target: string, status: ReceivedAlert["status"], timeoutMs: number) =>
    waitFor(
      () =>
        webhook.alerts.find(
          (alert) => alert.status === status && alert.labels.alertname === alertname && alert.labels.target === target,
        ),
      `${alertname} of ${target} ${status}`,
      { timeoutMs, program: stack },
    );

  test("prints where everything is", () => {
    expect(stack.output()).toMatch(/peer-exporter +http:.*\nPrometheus +http:.*\nAlertmanager +http:/);
  });

  test("the node that goes down leads to P2PNodeDown with its labels, and to its resolution", async () => {
    const target = "monero-4-restarting";
    const { labels, annotations } = await received("P2PNodeDown", target, "firing", 90_000);
    downMs = Date.now();
    expect(labels).toMatchObject({ chain: "monero", job: "peer-exporter", simulated: "true" });
    expect(labels.severity).toBeDefined();
    expect(annotations.description).toContain(target);
    expect(annotations.summary).toMatch(/: \w+ \(peers\)\.$/);
    expect(annotations.description).toMatch(/ Check .*\/troubleshooting\.md#\w+ has more\.$/);
    expect(annotations.runbook_url).toMatch(/P2PNodeDown\.md$/);
    await received("P2PNodeDown", target, "resolved", 120_000);
  });

  test("the node that lags leads to P2PNodeHeadLagging, and to its resolution", async () => {
    const target = "wire-2-lagging";
    const { labels, annotations } = await received("P2PNodeHeadLagging", target, "firing", 120_000);
    expect(labels).toMatchObject({ chain: "wire" });
    expect(annotations.description).toContain(target);
    expect(annotations.description).toMatch(/ now by \d+ blocks or about \d/);
    await received("P2PNodeHeadLagging", target, "resolved", 150_000);
  });

  const prometheusUrl = () => /Prometheus +(http:\/\/[^/]+)/.exec(stack.output())?.[1] ?? "";

  test("every query of every panel works and gives something", async () => {
    const empty: string[] = [];
    for (const { dashboard, panel, refId, expr, allChains } of panelQueries()) {
      if ((await countSeries(prometheusUrl(), expr, allChains)) === 0)
        empty.push(`${dashboard} / ${panel} / ${refId}: ${expr}`);
    }
    const isKnown = (text: string) => EMPTY.some(([panel]) => text.includes(` / ${panel} / `));
    expect(empty.filter((text) => !isKnown(text))).toEqual([]);
  });

  test.skipIf(!hasGrafana())("Grafana's code makes of every answer what its panel is for", async () => {
    const grafana = await loadGrafana();
    // All scrapes until then are over, so that two queries see the same.
    const [toMs, prometheus] = [Date.now() - 10_000, prometheusUrl()];
    const moments = [
      { name: "now, one lags", toMs, chain: "monero", target: "monero-2-lagging" },
      { name: "now", toMs, chain: "wire", target: "wire-1" },
      { name: "now", toMs, chain: "chainweb", target: "kadena-1" },
      { name: "now", toMs, chain: "bitcoin", target: "bitcoin-1" },
      { name: "one is down", toMs: downMs ?? toMs, chain: "monero", target: "monero-4-restarting" },
    ];
    const looks = await looksAt(grafana, {
      ask: (query, range) => ask(prometheus, query, range),
      ...{ scrapeSeconds: 2, rangeMs: 240_000, moments },
    });
    const instance = /peer-exporter +http:\/\/([^/]+)/.exec(stack.output())?.[1] ?? "";
    expect(faultsOf(looks, grafana, { absent: ABSENT, instance })).toEqual([]);
  });

  test("every variable has values", async () => {
    for (const { dashboard, variable, label, selector } of variableQueries()) {
      const parameters = new URLSearchParams({ "match[]": fill(selector, ".+") });
      const answer = await fetch(`${prometheusUrl()}/api/v1/label/${label}/values?${parameters}`);
      const { data } = z.object({ data: z.array(z.string()) }).parse(await answer.json());
      expect([dashboard, variable, data.length > 0]).toEqual([dashboard, variable, true]);
    }
  });

  test("healthy nodes give no alert that pages", () => {
    const paging = webhook.alerts.filter(({ labels }) => labels.severity === "critical");
    const targets = new Set(paging.map(({ labels }) => labels.target));
    for (const healthy of ["wire-1", "wire-3", "monero-1", "kadena-1", "bitcoin-1"])
      expect([...targets]).not.toContain(healthy);
  });
});
