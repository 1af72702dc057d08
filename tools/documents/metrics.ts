import { ADAPTERS } from "../../src/chains/index.ts";
import { createCatalogue } from "../../src/metrics/catalogue.ts";
import { renderLabels, renderSample } from "../../src/metrics/exposition.ts";
import type { NodeFamily } from "../../src/metrics/family.ts";
import { leftOutSection } from "./api-fields.ts";

/** docs/metrics.md: every family of the catalogue, with the sources of its values. */

const SECTIONS: readonly { readonly title: string; readonly has: (family: NodeFamily) => boolean }[] = [
  { title: "Nodes", has: ({ name }) => name.startsWith("p2p_node_") },
  { title: "Probes of targets", has: ({ name }) => name.startsWith("p2p_probe_") },
  { title: "Connections", has: ({ name }) => name.startsWith("p2p_connection_") },
  { title: "References", has: ({ about }) => about === "reference" },
  ...ADAPTERS.map(({ title, optionsKey }) => ({
    title,
    has: ({ name }: NodeFamily) => name.startsWith(`p2p_${optionsKey}_`),
  })),
];

const INTRODUCTION = `# Metrics

Generated from the catalogue of the program (\`npm run docs\`); a test fails if the two differ.

Every series has the labels \`target\`, the node's name in the configuration (host and port of a [probed target](probe.md)),
\`chain\`, and the \`labels\` of the node in the configuration. A series is absent if its value is not known: missing values never
become 0, and a node that stops answering loses its data series with the first failed poll. The exporter's own metrics
(\`peer_exporter_*\`, \`process_*\`, \`nodejs_*\`) are described in their HELP.
`;

/** All families, in the order of the metrics page. */
export const CATALOGUE: readonly NodeFamily[] = createCatalogue(ADAPTERS);

export function metricsDocument(): string {
  const sections = SECTIONS.map(({ title, has }) => {
    const families = CATALOGUE.filter(has).map(describeFamily);
    return families.length === 0 ? "" : `\n## ${title}\n\n${families.join("\n")}`;
  });
  return INTRODUCTION + sections.join("") + leftOutSection(titleOf);
}

function titleOf(chain: string): string {
  return ADAPTERS.find(({ optionsKey }) => optionsKey === chain)?.title ?? chain;
}

function describeFamily(family: NodeFamily): string {
  const { name, type, help, labels, sources } = family;
  const source = Object.entries(sources).map(([chain, field]) => `| ${chain} | ${field} |`);
  return `### ${name}

${type}${labels.length === 0 ? "" : `, labels ${labels.map((label) => `\`${label}\``).join(", ")}`}. ${help}

| chain | from |
|---|---|
${source.join("\n")}

\`\`\`prom
${example(family)}\`\`\`
`;
}

/** What a value of each label looks like. */
const LABEL_EXAMPLES: Readonly<Record<string, string>> = {
  address_type: "ipv4",
  agent: "Spring Agent",
  api: "head",
  braided_chain: "7",
  chain_id: "aca376f206b8fc25a6ed44dbdc66547c36c6c33e3a119ffbeaef943642f0e906",
  direction: "outbound",
  flow: "download",
  identity: "pinned",
  kind: "subnet",
  list: "white",
  stripe: "3",
  network: "mainnet",
  network_version: "1216",
  os: "linux",
  peer: "192.0.2.7:18080",
  reason: "timeout",
  reference: "fleet",
  state: "connected",
  version: "0.18.4.4-release",
};

/** Where a chain or a family has other values. */
const OTHER_EXAMPLES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  p2p_node_info: { version: "v1.2.2", network: "" },
  p2p_node_syncing_peers: { flow: "upload" },
  p2p_connection_syncing: { flow: "upload" },
  p2p_monero_sync_spans: { state: "downloaded" },
  p2p_monero_sync_queued_blocks: { state: "downloaded" },
  p2p_chainweb_reachable_peers_by_version: { version: "3.2" },
};

function example({ name, type, labels, sources }: NodeFamily): string {
  const chain = Object.keys(sources)[0] ?? "wire";
  const values = { ...LABEL_EXAMPLES, ...OTHER_EXAMPLES[name] };
  const own = labels.map((label) => [label, values[label] ?? label] as const);
  return renderSample(
    name,
    renderLabels([
      ["target", name.startsWith("p2p_probe_") ? "192.0.2.7:8888" : `${chain}-1`],
      ["chain", chain],
      ...own,
    ]),
    exampleValue(name, type),
  );
}

/** Values that a name alone does not tell. */
const VALUE_EXAMPLES: Readonly<Record<string, number>> = {
  p2p_node_forked: 1,
  p2p_node_fork_depth_blocks: 41,
  p2p_node_reorg_depth_blocks: 36,
  p2p_node_head_lag_blocks: 3,
  p2p_node_poll_interval_seconds: 30,
  p2p_wire_lib_lag_blocks: 3,
  p2p_wire_fork_db_lag_blocks: 2,
  p2p_wire_connection_unique_first_blocks_total: 42,
  p2p_wire_connection_handshake_generation: 2,
  p2p_wire_connection_peer_score: 100,
  p2p_monero_alternative_blocks: 2,
  p2p_monero_sync_queued_blocks: 40,
  p2p_monero_receive_idle_seconds: 4,
  p2p_monero_transmit_idle_seconds: 4,
  p2p_chainweb_chains: 20,
};

function exampleValue(name: string, type: NodeFamily["type"]): number {
  const known = VALUE_EXAMPLES[name];
  if (known !== undefined) return known;
  if (name.endsWith("_timestamp_seconds")) return 1_795_215_283;
  if (/_(?:up|info|syncing|throttling|restricted|untrusted|offline|available|outdated)$|_is_/.test(name)) return 1;
  if (name.includes("_bytes")) return 6_641_130;
  if (name.endsWith("_height") || name.includes("_block")) return 3_521_904;
  if (name.endsWith("_seconds")) return 0.125;
  return type === "counter" ? 42 : 12;
}
