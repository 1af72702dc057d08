import { mainFailure } from "../../poll/outcomes.ts";
import { labelled, type NodeFamily } from "../family.ts";
import { connectionFamilies } from "./connection.ts";
import { headFamilies } from "./head.ts";
import { nodeFamilies } from "./node.ts";
import { pollFamilies } from "./poll.ts";
import { trafficFamilies } from "./traffic.ts";

/** What only the page of /probe?target= has: there is no history that could count the failures. */
export const probeFamilies: readonly NodeFamily[] = [
  {
    name: "p2p_probe_failure_info",
    type: "gauge",
    help: "Why this probe got no peer list; always 1, absent when it did. Only on the page of /probe?target= and of the command probe.",
    sources: { wire: "the exporter", monero: "the exporter", chainweb: "the exporter" },
    labels: ["reason"],
    samples: ({ state }) => {
      const failure = mainFailure(state);
      return labelled("reason", failure === undefined ? [] : [[failure.reason, 1]]);
    },
  },
];

/**
 * The families of a node that is polled once and not kept: without the counts of earlier polls and what compares with them.
 * @param chainFamilies what the chains' adapters declare
 */
export function createProbeCatalogue(chainFamilies: readonly NodeFamily[]): readonly NodeFamily[] {
  return [
    ...nodeFamilies,
    ...probeFamilies,
    ...headFamilies,
    ...trafficFamilies,
    ...connectionFamilies,
    ...chainFamilies,
    ...pollFamilies,
  ].filter(({ needsHistory }) => needsHistory !== true);
}
