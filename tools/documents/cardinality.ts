import { type ChainAdapter, listsConnections } from "../../src/chains/adapter.ts";
import { ADAPTERS, FIRST_NAMES } from "../../src/chains/index.ts";
import { newSeries, renderNames, seriesPerConnection } from "../cardinality/new-series.ts";
import { ONLY_FIRST_TIMERS, type Population, PUBLIC_NODE, visits } from "../cardinality/peers.ts";
import { DEFAULTS, FULL, nodeWith } from "../cardinality/settings.ts";
import { between } from "./markers.ts";
import { labelValues } from "./metric-labels.ts";
import { CATALOGUE } from "./metrics.ts";

/** docs/metrics-overview.md: how many series nodes and connections have, counted in the catalogue and by a simulation. */
export function overviewDocument(document: string): string {
  return between(document, "cardinality", `${seriesTable()}\n${churnTable()}`);
}

const { outbound, inbound } = PUBLIC_NODE;
const PEERS = outbound + inbound;

/** The chains, each with a node of it. */
const CHAINS = FIRST_NAMES.map((chain, index) => ({ chain, adapter: ADAPTERS[index] }));

function seriesTable(): string {
  const rows = CHAINS.flatMap(({ chain, adapter }) => {
    if (adapter === undefined) return [];
    const own = nodeSeries(adapter);
    const each = seriesPerConnection(nodeWith(DEFAULTS, chain));
    const thing = listsConnections(adapter.traits) ? "connection" : "known peer";
    return [`| ${adapter.title} | ${own} | ${each} for each ${thing} | ${grouped(own + PEERS * each)} |`];
  });
  const head = `| chain | series of a node, about | and of its peers, at most | of a node with ${PEERS} peers |\n|---|---|---|---|\n`;
  return `${head}${rows.join("\n")}\n`;
}

/** They are there only while something fails. */
const ONLY_AT_TIMES: readonly string[] = ["p2p_node_failure_info"];

/** All combinations of the labels' closed values; one for a label that has any text. */
function nodeSeries({ optionsKey }: ChainAdapter): number {
  const families = CATALOGUE.filter(
    ({ name, sources, about, connections }) =>
      sources[optionsKey] !== undefined && about === undefined && !connections && !ONLY_AT_TIMES.includes(name),
  );
  const counts = families.map((family) =>
    family.labels.reduce((product, label) => {
      const values = labelValues(family, label);
      return product * ("closed" in values ? (values.closed[optionsKey]?.length ?? 1) : 1);
    }, 1),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

function churnTable(): string {
  const connects = [
    namesPerDay(FULL, PUBLIC_NODE),
    namesPerDay(DEFAULTS, PUBLIC_NODE),
    namesPerDay(DEFAULTS, ONLY_FIRST_TIMERS),
  ];
  const rows = CHAINS.flatMap(({ chain, adapter }) => {
    if (adapter === undefined || !listsConnections(adapter.traits)) return [];
    const each = seriesPerConnection(nodeWith(DEFAULTS, chain));
    return [`| ${adapter.title} | ${connects.map((count) => grouped(each * count)).join(" | ")} |`];
  });
  const head = "| chain | `full` | default (`host`) | default, each connect from a new host |\n|---|---|---|---|\n";
  return `${head}${rows.join("\n")}\n`;
}

/** New names of connections in a day; the same on every chain. The day before has those that return. */
function namesPerDay(connections: Readonly<Record<string, unknown>>, population: Population): number {
  const node = nodeWith(connections, "monero");
  const options = { days: 2, pollSeconds: 15, render: renderNames(node) };
  const { perDay } = newSeries(node, visits("a day for the documents", population, options.days), options);
  return perDay[1] ?? 0;
}

function grouped(value: number): string {
  return value.toLocaleString("en-US");
}
