import { mainFailure } from "../../poll/outcomes.ts";
import { labelled, type SharedFamily } from "../family.ts";

/** What only the page of /probe?target= has: there is no history that could count the failures. */
export const probeFamilies: readonly SharedFamily[] = [
  {
    name: "p2p_probe_failure_info",
    type: "gauge",
    help: "Why this probe got no peer list; always 1, absent when it did. Only on the page of /probe?target= and of the command probe.",
    source: "the exporter",
    labels: ["reason"],
    samples: ({ state }) => {
      const failure = mainFailure(state);
      return labelled("reason", failure === undefined ? [] : [[failure.reason, 1]]);
    },
  },
];
