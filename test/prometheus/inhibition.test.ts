import { expect, test } from "vitest";
import * as z from "zod";
import { alerts, readYaml } from "./support.ts";

/** Which alerts the example of Alertmanager inhibits. */

const { inhibit_rules: rules } = z
  .object({
    inhibit_rules: z.array(
      z.object({
        source_matchers: z.array(z.string()),
        target_matchers: z.array(z.string()),
        equal: z.array(z.string()),
      }),
    ),
  })
  .parse(readYaml("alertmanager.yml"));

type Labels = Readonly<Record<string, string>>;

function matches(matcher: string, labels: Labels): boolean {
  const [, name = "", operator, text = ""] = /^(\w+)(=~|!~|!=|=)"(.*)"$/.exec(matcher) ?? [];
  const value = labels[name] ?? "";
  if (operator === undefined) throw new Error(`not a matcher: ${matcher}`);
  const isMatch = operator.endsWith("~") ? new RegExp(`^(?:${text})$`).test(value) : value === text;
  return operator.startsWith("!") ? !isMatch : isMatch;
}

/** As Alertmanager does it: a label that is missing on both sides is equal. */
function isInhibited(target: Labels, source: Labels): boolean {
  return rules.some(
    ({ source_matchers, target_matchers, equal }) =>
      source_matchers.every((matcher) => matches(matcher, source)) &&
      target_matchers.every((matcher) => matches(matcher, target)) &&
      equal.every((name) => (source[name] ?? "") === (target[name] ?? "")),
  );
}

const EXPORTER = { job: "peer-exporter", instance: "localhost:10900" };
const OTHER_EXPORTER = { job: "peer-exporter", instance: "other:10900" };
const MAINNET = { chain: "wire", network: "mainnet" };
const TESTNET = { chain: "wire", network: "testnet" };
const UNNAMED = { chain: "wire" };
const MONERO = { chain: "monero", network: "mainnet" };
const EAST = { cluster: "east" };
const WEST = { cluster: "west" };
const WARNING = { severity: "warning" };
const CRITICAL = { severity: "critical" };

const alert = (alertname: string, ...labels: readonly Labels[]): Labels => Object.assign({ alertname }, ...labels);

/** On the page of the exporter. */
const node = (alertname: string, ...labels: readonly Labels[]): Labels =>
  alert(alertname, { target: "wire-1", ...MAINNET, ...EXPORTER }, ...labels);

/** Nodes that do not answer have no network. */
const down = (...labels: readonly Labels[]): Labels =>
  alert("P2PNodeDown", { target: "wire-1", chain: "wire", ...EXPORTER }, ...labels);

/** Of all exporters. */
const behind = (...labels: readonly Labels[]): Labels =>
  alert("P2PNodeBehindFleet", { target: "wire-1", ...MAINNET }, ...labels);

/** Scraped by itself, through an exporter. */
const alone = (alertname: string, exporter: string): Labels =>
  alert(alertname, { target: "wire-1", ...MAINNET, job: "p2p-nodes", instance: "wire-1", exporter });

const OTHER_NODE = { target: "wire-2" };
const exporterDown = alert("PeerExporterDown", EXPORTER);
const halted = alert("P2PNetworkHalted", MAINNET);
const split = alert("P2PNodeForked", MAINNET, { scope: "network" });
const manyOfChain = alert("P2PManyNodesDown", UNNAMED, { scope: "chain" });
const manyOfExporter = alert("P2PManyNodesDown", EXPORTER, { scope: "exporter" });
const slow = alert("PeerExporterEventLoopSlow", EXPORTER);

type Row = readonly [name: string, source: Labels, target: Labels];

const silenced: readonly Row[] = [
  // Exporters
  ["exporter down, a node on its page", exporterDown, node("P2PNodeHeadLagging")],
  ["exporter down, its nodes that are down", exporterDown, manyOfExporter],
  [
    "exporter down, a node scraped by itself",
    { ...exporterDown, exporter: "localhost:10900" },
    alone("P2PNodeDown", "localhost:10900"),
  ],
  ["exporter gone, its nodes", alert("PeerExporterAbsent", EXPORTER), node("P2PNodeFewPeers")],
  ["no exporter is left, one that was there", alert("PeerExporterAbsent"), alert("PeerExporterAbsent", EXPORTER)],
  ["slow exporter, slow polls", slow, node("P2PNodePollsSlow")],
  ["slow exporter, its stalls", slow, alert("PeerExporterEventLoopBlocked", EXPORTER)],
  [
    "slow exporter, slow polls of a node scraped by itself",
    { ...slow, exporter: "localhost:10900" },
    alone("P2PNodePollsSlow", "localhost:10900"),
  ],
  // Two severities
  ["a node that is critical, its warning", down(CRITICAL), down(WARNING)],
  ["an exporter that is critical, its warning", { ...exporterDown, ...CRITICAL }, { ...exporterDown, ...WARNING }],
  ["a fleet that is critical, its warning", { ...manyOfChain, ...CRITICAL }, { ...manyOfChain, ...WARNING }],
  [
    "the nodes of an exporter, critical, their warning",
    { ...manyOfExporter, ...CRITICAL },
    { ...manyOfExporter, ...WARNING },
  ],
  ["behind by much, behind by less", behind(CRITICAL), behind(WARNING)],
  // Fleets
  ...[
    "P2PNodeHeadStalled",
    "P2PNodeHeadLagging",
    "P2PNodeHeadOld",
    "P2PNodePeerHeightsDisagree",
    "P2PWireFinalityStalled",
  ].map((name): Row => [`a network that has halted, ${name}`, halted, node(name)]),
  ["a network that has halted, a node behind", halted, behind()],
  [
    "a network without a name that has halted",
    alert("P2PNetworkHalted", UNNAMED),
    node("P2PNodeHeadStalled", { network: "" }),
  ],
  ["a network of a cluster that has halted", { ...halted, ...EAST }, node("P2PNodeHeadStalled", EAST)],
  ["many nodes of a chain, one of them", manyOfChain, down()],
  ["many nodes of an exporter, one of them", manyOfExporter, down()],
  ["a network in two parts, a node's fork", split, node("P2PNodeForked", { reference: "fleet" })],
  ["a network in two parts, a node that lags", split, node("P2PNodeHeadLagging")],
  ["a network in two parts, a node behind", split, behind()],
  // Nodes
  ["down, everything else of the node", down(), node("P2PNodeFewPeers")],
  ["down, behind the fleet", down(), behind()],
  ["no peers, few peers", node("P2PNodeNoPeers"), node("P2PNodeFewPeers")],
  ["no peers, an old head", node("P2PNodeNoPeers"), node("P2PNodeHeadOld")],
  ["no peers, a download that does not get on", node("P2PNodeNoPeers"), node("P2PBitcoinInitialDownloadSlow")],
  ["a head that stands, a higher branch", node("P2PNodeHeadStalled"), node("P2PBitcoinChainTipAhead")],
  ["no peers, behind the fleet", node("P2PNodeNoPeers"), behind()],
  ["a head that stands, lagging", node("P2PNodeHeadStalled"), node("P2PNodeHeadLagging")],
  ["a head that stands, old", node("P2PNodeHeadStalled"), node("P2PNodeHeadOld")],
  ["a head that stands, behind the fleet", node("P2PNodeHeadStalled"), behind()],
  ["behind the fleet, old", behind(), node("P2PNodeHeadOld")],
  ["lagging, old", node("P2PNodeHeadLagging"), node("P2PNodeHeadOld")],
  ["lagging, behind the fleet", node("P2PNodeHeadLagging"), behind()],
  ["lagging, peers ahead", node("P2PNodeHeadLagging"), node("P2PNodePeerHeightsDisagree")],
  ["forked, lagging", node("P2PNodeForked"), node("P2PNodeHeadLagging")],
  ["forked, behind the fleet", node("P2PNodeForked"), behind()],
];

const told: readonly Row[] = [
  // Exporters
  ["exporter down, a node of another exporter", exporterDown, node("P2PNodeHeadLagging", OTHER_EXPORTER)],
  ["exporter down, a node scraped by itself without the label", exporterDown, alone("P2PNodeDown", "")],
  [
    "exporter down, a node scraped through another",
    { ...exporterDown, exporter: "localhost:10900" },
    alone("P2PNodeDown", "other:10900"),
  ],
  ["exporter down, a fleet", exporterDown, manyOfChain],
  // Each cluster may have its own localhost:10900.
  [
    "exporter down, a node of the same address in another cluster",
    { ...exporterDown, ...EAST },
    node("P2PNodeHeadLagging", WEST),
  ],
  [
    "exporter down, a node scraped by itself through the same address in another cluster",
    { ...exporterDown, ...EAST, exporter: "localhost:10900" },
    { ...alone("P2PNodeDown", "localhost:10900"), ...WEST },
  ],
  ["slow exporter, polls in another cluster", { ...slow, ...EAST }, node("P2PNodePollsSlow", WEST)],
  ["many of an exporter, the same address in another cluster", { ...manyOfExporter, ...EAST }, down(WEST)],
  ["down, a node of the same name in another cluster", down(EAST), node("P2PNodeFewPeers", WEST)],
  ["no peers, a node of the same name in another cluster", node("P2PNodeNoPeers", EAST), node("P2PNodeFewPeers", WEST)],
  ["a head that stands, another cluster", node("P2PNodeHeadStalled", EAST), node("P2PNodeHeadOld", WEST)],
  ["no exporter at all, a fleet", alert("PeerExporterAbsent", { job: "peer-exporter" }), halted],
  ["no exporter and no job, a fleet", alert("PeerExporterAbsent"), halted],
  ["no exporter and no job, a node behind", alert("PeerExporterAbsent"), behind()],
  ["an exporter has gone, none is left", alert("PeerExporterAbsent", EXPORTER), alert("PeerExporterAbsent")],
  [
    "an exporter has gone, another one",
    alert("PeerExporterAbsent", EXPORTER),
    alert("PeerExporterAbsent", OTHER_EXPORTER),
  ],
  // Two severities
  ["another node's critical", down(CRITICAL), down(OTHER_NODE, WARNING)],
  ["another exporter's critical", down(CRITICAL), down(OTHER_EXPORTER, WARNING)],
  ["another alert's critical", node("P2PNodeNoPeers", CRITICAL), node("P2PNodeCertificateExpiring", WARNING)],
  ["another chain's fleet", { ...manyOfChain, ...CRITICAL }, alert("P2PManyNodesDown", { chain: "monero" }, WARNING)],
  ["another network's fleet", { ...halted, ...CRITICAL }, alert("P2PNetworkHalted", TESTNET, WARNING)],
  ["another cluster's fleet", { ...halted, ...EAST, ...CRITICAL }, { ...halted, ...WEST, ...WARNING }],
  ["a fleet's critical, an exporter's warning", { ...manyOfChain, ...CRITICAL }, { ...manyOfExporter, ...WARNING }],
  ["a fleet's critical, a node's warning", { ...split, ...CRITICAL }, node("P2PNodeForked", TESTNET, WARNING)],
  ["a warning, its critical", down(WARNING), down(CRITICAL)],
  ["alerts of others", alert("Disk", CRITICAL), alert("Disk", WARNING)],
  // Fleets
  ["halted, another network", halted, node("P2PNodeHeadStalled", TESTNET)],
  ["halted, a node without a network", halted, node("P2PNodeHeadStalled", { network: "" })],
  ["halted without a name, a named network", alert("P2PNetworkHalted", UNNAMED), node("P2PNodeHeadStalled")],
  ["halted, another chain", halted, node("P2PNodeHeadStalled", MONERO)],
  ["halted, another cluster", { ...halted, ...EAST }, node("P2PNodeHeadStalled", WEST)],
  ["halted, a node that is down", halted, down()],
  ["halted, a node without peers", halted, node("P2PNodeNoPeers")],
  ["halted, a certificate", halted, node("P2PNodeCertificateExpiring")],
  ["a node stands, halted", node("P2PNodeHeadStalled"), halted],
  ["many of a chain, another chain", manyOfChain, down({ chain: "monero" })],
  ["many of a chain, another cluster", { ...manyOfChain, ...EAST }, down(WEST)],
  ["many of a chain, many of an exporter", manyOfChain, manyOfExporter],
  ["many of an exporter, many of a chain", manyOfExporter, manyOfChain],
  ["many of an exporter, another exporter", manyOfExporter, down(OTHER_EXPORTER)],
  ["many of an exporter, another job", manyOfExporter, down({ job: "other" })],
  ["many of a chain, a node without peers", manyOfChain, node("P2PNodeNoPeers")],
  ["in two parts, another network", split, node("P2PNodeForked", TESTNET)],
  ["in two parts, another chain", split, node("P2PNodeForked", MONERO)],
  ["a node's fork, the fleet's", node("P2PNodeForked"), split],
  ["a node's fork, another node's", node("P2PNodeForked"), node("P2PNodeForked", OTHER_NODE)],
  // Nodes
  ["down, a fleet", down(), halted],
  ["down, another node", down(), node("P2PNodeFewPeers", OTHER_NODE)],
  ["down, another node behind", down(), behind(OTHER_NODE)],
  ["down, a node of the same name in another namespace", down({ namespace: "a" }), behind({ namespace: "b" })],
  ["down, a node of the same name on another chain", down(), behind(MONERO)],
  ["lagging, a node of the same name in another network", node("P2PNodeHeadLagging"), behind(TESTNET)],
  ["lagging, another node's peers", node("P2PNodeHeadLagging", OTHER_NODE), node("P2PNodePeerHeightsDisagree")],
  ["no peers, why: the network is off", node("P2PNodeNoPeers"), node("P2PBitcoinNetworkUnreachable")],
  ["a head that stands, why: a block was refused", node("P2PNodeHeadStalled"), node("P2PBitcoinChainTipInvalid")],
  ["peers disagree, lagging", node("P2PNodePeerHeightsDisagree"), node("P2PNodeHeadLagging")],
  ["behind the fleet, another node's old head", behind(OTHER_NODE), node("P2PNodeHeadOld")],
  ["behind the fleet, an old head in another network", behind(TESTNET), node("P2PNodeHeadOld")],
  ["behind the fleet, lagging", behind(), node("P2PNodeHeadLagging")],
];

test.each(silenced)("%s: silenced", (_, source, target) => {
  expect(isInhibited(target, source)).toBe(true);
});

test.each(told)("%s: not silenced", (_, source, target) => {
  expect(isInhibited(target, source)).toBe(false);
});

const everything = [...silenced, ...told].flatMap(([, source, target]) => [source, target]);

test("no alert silences itself, and no two silence each other", () => {
  const both = everything.flatMap((one) =>
    everything.filter((other) => isInhibited(one, other) && isInhibited(other, one)).map((other) => [one, other]),
  );
  expect(both).toEqual([]);
});
test("every alert that is named in a rule exists", () => {
  const names = alerts.map(({ alert }) => alert);
  const matchers = rules.flatMap(({ source_matchers, target_matchers }) => [...source_matchers, ...target_matchers]);
  const patterns = matchers.flatMap((matcher) => {
    const text = /^alertname=~?"(.*)"$/.exec(matcher)?.[1] ?? "";
    return text === "" ? [] : text.split(/\|(?![^(]*\))/);
  });
  expect(patterns.filter((pattern) => !names.some((name) => new RegExp(`^(?:${pattern})$`).test(name)))).toEqual([]);
});
