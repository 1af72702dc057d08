import { isUp } from "../../poll/outcomes.ts";
import { flag, one, type SharedFamily } from "../family.ts";

/** The references of the configuration: they have no series but these. */
export const referenceFamilies: readonly SharedFamily[] = [
  {
    name: "p2p_reference_up",
    type: "gauge",
    help: "1 if the last poll of a configured reference got its head, else 0; without it head lag may be missed.",
    labels: [],
    about: "reference",
    samples: ({ state }) => flag(isUp(state)),
  },
  {
    name: "p2p_reference_head_height",
    type: "gauge",
    help: "The head of a configured reference, from the last poll.",
    labels: [],
    about: "reference",
    samples: ({ report }) => one(report?.head.ok ? report.head.value.height : undefined),
  },
];
