import { isUp } from "../../poll/outcomes.ts";
import { flag, type NodeFamily, one } from "../family.ts";

const SOURCES = { wire: "get_info", monero: "get_info", chainweb: "cut" };

/** The references of the configuration: they have no series but these. */
export const referenceFamilies: readonly NodeFamily[] = [
  {
    name: "p2p_reference_up",
    type: "gauge",
    help: "1 if the last poll of a configured reference got its head, else 0; without it head lag may be missed.",
    sources: SOURCES,
    labels: [],
    about: "reference",
    samples: ({ state }) => flag(isUp(state)),
  },
  {
    name: "p2p_reference_head_height",
    type: "gauge",
    help: "The head of a configured reference, from the last poll.",
    sources: SOURCES,
    labels: [],
    about: "reference",
    samples: ({ report }) => one(report?.head.ok ? report.head.value.height : undefined),
  },
];
