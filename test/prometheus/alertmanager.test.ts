import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Alertmanager, type Labels, pages, replay, startAlertmanager } from "../support/alertmanager.ts";
import { findServer } from "../support/servers.ts";

/** How many notifications a fleet's trouble makes, with the example configuration in a real Alertmanager. */

const isInstalled = findServer("prometheus-alertmanager", "apt-get install prometheus-alertmanager") !== undefined;

const COUNT = 200;
const numbers = Array.from({ length: COUNT }, (_, index) => index);

const exporter = { job: "peer-exporter", instance: "exporter:10900" };

const node = (index: number, alertname: string, severity: string, more: Labels = {}): Labels => ({
  ...{ alertname, severity, chain: "wire", target: `n${index}`, ...exporter },
  ...more,
});

const fleet = (alertname: string, more: Labels = {}): Labels => ({
  alertname,
  severity: "critical",
  chain: "wire",
  ...more,
});

const MAINNET = { network: "mainnet" };
const TESTNET = { network: "testnet" };

const stalled = (network: Labels) => numbers.map((index) => node(index, "P2PNodeHeadStalled", "critical", network));
const down = (severity: string) => numbers.map((index) => node(index, "P2PNodeDown", severity));

const during = (minutes: number, alerts: readonly Labels[]) => Array.from({ length: minutes }, () => alerts);

type Scenario = {
  readonly name: string;
  /** What fires in each minute. */
  readonly minutes: readonly (readonly Labels[])[];
  readonly expected: readonly string[];
};

const scenarios: readonly Scenario[] = [
  { name: "200 heads stop at once", minutes: during(5, stalled(MAINNET)), expected: ["on-call P2PNodeHeadStalled"] },
  {
    name: "200 heads stop one after the other: the first at once, the others in one more",
    minutes: [20, 80, 120, 160, 200, 200].map((count) => stalled(MAINNET).slice(0, count)),
    expected: ["on-call P2PNodeHeadStalled", "on-call P2PNodeHeadStalled"],
  },
  {
    name: "half of the 200 have not told their network",
    minutes: during(5, [...stalled(MAINNET).slice(0, 100), ...stalled({}).slice(100)]),
    expected: ["on-call P2PNodeHeadStalled", "on-call P2PNodeHeadStalled"],
  },
  {
    name: "200 heads of a network that has halted",
    minutes: during(5, [...stalled(MAINNET), fleet("P2PNetworkHalted", MAINNET)]),
    expected: ["on-call P2PNetworkHalted"],
  },
  {
    name: "200 heads that have stopped before the network counts as halted",
    minutes: [...during(2, stalled(MAINNET)), ...during(4, [...stalled(MAINNET), fleet("P2PNetworkHalted", MAINNET)])],
    expected: ["on-call P2PNetworkHalted", "on-call P2PNodeHeadStalled"],
  },
  {
    name: "one network has halted, and a node of another one",
    minutes: during(5, [
      ...stalled(MAINNET),
      fleet("P2PNetworkHalted", MAINNET),
      node(0, "P2PNodeHeadStalled", "critical", { ...TESTNET, target: "t0" }),
      node(0, "P2PNodeHeadStalled", "critical", { chain: "monero", network: "mainnet", target: "m0" }),
    ]),
    expected: ["on-call P2PNetworkHalted", "on-call P2PNodeHeadStalled", "on-call P2PNodeHeadStalled"],
  },
  {
    name: "200 nodes are down, at first as a warning",
    minutes: [...during(2, down("warning")), ...during(8, [...down("warning"), ...down("critical")])],
    expected: ["on-call P2PNodeDown", "team P2PNodeDown"],
  },
  {
    name: "200 nodes are down, and the fleet's alert says so",
    minutes: [
      ...during(2, [...down("warning"), fleet("P2PManyNodesDown")]),
      ...during(8, [...down("warning"), ...down("critical"), fleet("P2PManyNodesDown")]),
    ],
    expected: ["on-call P2PManyNodesDown"],
  },
  {
    name: "all 200 nodes of one exporter are down, and one of another exporter",
    minutes: during(5, [
      ...down("critical"),
      node(0, "P2PNodeDown", "critical", { instance: "other:10900" }),
      { alertname: "P2PManyNodesDown", severity: "critical", ...exporter },
    ]),
    expected: ["on-call P2PManyNodesDown", "on-call P2PNodeDown"],
  },
  {
    name: "the exporter of 200 nodes has gone",
    minutes: during(5, [
      ...numbers.map((index) => node(index, "P2PNodeFewPeers", "warning", MAINNET)),
      { alertname: "PeerExporterAbsent", severity: "critical", ...exporter },
    ]),
    expected: ["on-call PeerExporterAbsent"],
  },
  {
    name: "no exporter has ever been there: that silences nothing of others",
    minutes: during(5, [
      fleet("P2PNetworkHalted", MAINNET),
      { alertname: "PeerExporterAbsent", severity: "critical", job: "peer-exporter" },
    ]),
    expected: ["on-call P2PNetworkHalted", "on-call PeerExporterAbsent"],
  },
  {
    name: "a fleet in two parts",
    minutes: during(5, [
      ...numbers.map((index) => node(index, "P2PNodeForked", "critical", { ...MAINNET, reference: "fleet" })),
      ...numbers.map((index) => node(index, "P2PNodeHeadLagging", "warning", MAINNET)),
      fleet("P2PNodeForked", MAINNET),
    ]),
    expected: ["on-call P2PNodeForked"],
  },
];

describe.skipIf(!isInstalled)("Alertmanager", () => {
  const alertmanagers = new Map<string, Alertmanager>();

  // All at the same time: each mostly waits.
  beforeAll(async () => {
    await Promise.all(
      scenarios.map(async ({ name, minutes }) => {
        const alertmanager = await startAlertmanager();
        alertmanagers.set(name, alertmanager);
        await replay(alertmanager, minutes);
      }),
    );
  });

  afterAll(async () => {
    await Promise.all([...alertmanagers.values()].map((alertmanager) => alertmanager.stop()));
  });

  test.each(scenarios)("$name", ({ name, expected }) => {
    const notifications = alertmanagers.get(name)?.notifications ?? [];
    expect(pages(notifications)).toEqual(expected);
  });
});
