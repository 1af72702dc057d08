import { labelled, type SharedFamily } from "../family.ts";

/** What only the page of /probe?target= has: there is no history that could count the failures. */
export const probeFamilies: readonly SharedFamily[] = [
  {
    name: "p2p_probe_failure_info",
    type: "gauge",
    help: "Why this probe got no peer list; always 1, absent when it did. Only on the page of /probe?target= and of the command probe.",
    source: "the exporter",
    labels: ["reason"],
    samples: ({ report }) => {
      const reason = report === undefined || report.peers.ok ? undefined : report.peers.failure.reason;
      return labelled("reason", reason === undefined ? [] : [[reason, 1]]);
    },
  },
];
