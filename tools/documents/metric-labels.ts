import { ADAPTERS } from "../../src/chains/index.ts";
import type { NodeFamily } from "../../src/metrics/family.ts";
import { DIRECTIONS } from "../../src/model/report.ts";

/** What the labels of a family can hold, for the documents and the lists of releases. */

export type LabelValues =
  /** All values that there are, for each chain that has the family. */
  | { readonly closed: Readonly<Record<string, readonly string[]>> }
  /** Any text: who writes it, and what limits it. */
  | { readonly open: string };

type Family = Pick<NodeFamily, "name" | "labels" | "sources" | "values" | "newSeries">;

/** What a label of a family can hold, for each chain where that differs. */
export function labelValues(family: Family, label: string): LabelValues {
  const own = family.values?.[label];
  const closed = Object.keys(family.sources).flatMap((chain) => {
    const values = (dependsOnChain(family, label) ? valuesOfChain(chain, label) : undefined) ?? own;
    return values === undefined ? [] : [[chain, values] as const];
  });
  return closed.length === 0 ? { open: writerOf(family, label) } : { closed: Object.fromEntries(closed) };
}

/** Another chain's family may mean something else by a label with the same name, unless it is about a connection. */
function dependsOnChain({ name, labels }: Family, label: string): boolean {
  return /^p2p_(?:node|connection)_/.test(name) || (label === "direction" && labels.includes("peer"));
}

/** The sets that depend on the chain: what its API has. */
function valuesOfChain(chain: string, label: string): readonly string[] | undefined {
  const adapter = ADAPTERS.find(({ optionsKey }) => optionsKey === chain);
  if (adapter === undefined) return undefined;
  const { traits, apis } = adapter;
  switch (label) {
    case "api":
      return apis;
    case "direction":
      return DIRECTIONS.filter((direction) => traits.directions.includes(direction));
    case "state":
      return traits.states;
    case "flow":
      return traits.flow === undefined ? [] : [traits.flow];
    default:
      return undefined;
  }
}

const TEXT = "at most 128 characters";

/** Of families that count peers by what they report. */
const MOST_COMMON = "the 20 most common, `unknown` without one";

/** Who writes the labels that can have any value. */
const WRITERS: Readonly<Record<string, string>> = {
  agent: `the peers, ${TEXT}; absent without one`,
  braided_chain: "the node: the number of a chain, below 1000",
  chain_id: `the node, ${TEXT}`,
  network: `the node, or \`network\` in the configuration, ${TEXT}`,
  network_version: `the peers: a whole number; ${MOST_COMMON}`,
  os: `the peers, ${TEXT}: ${MOST_COMMON}`,
  peer: "the node: the address of the peer, as `connections.address` shows it; at most `connections.max_per_node` at one time, and `connections.max_new_per_hour` new ones in an hour",
  version: `the node, ${TEXT}`,
};

/** Where another one writes the label than in most families. */
const OTHER_WRITERS: Readonly<Record<string, string>> = {
  "p2p_node_peers_by_agent agent": `the peers, ${TEXT}: ${MOST_COMMON}`,
  "p2p_chainweb_reachable_peers_by_version version": `the peers that are asked, ${TEXT}: ${MOST_COMMON}`,
};

function writerOf({ name, newSeries }: Family, label: string): string {
  const writer = OTHER_WRITERS[`${name} ${label}`] ?? WRITERS[label] ?? `the node or its peers, ${TEXT}`;
  if (newSeries === undefined) return writer;
  const rest = newSeries.rest?.[0];
  const beyond = rest === undefined ? "" : `; the others are added up as \`${rest}\``;
  return `${writer}, ${newSeries.perHour} new ones in an hour${beyond}`;
}

/** Labels whose writer is named above: a test reports the others. */
export const DESCRIBED_LABELS: readonly string[] = Object.keys(WRITERS);
