import { EXPORTER_FAULTS, type Fault } from "../faults/exporter-faults.ts";
import { type FaultEntry, NODE_FAULTS } from "../faults/node-faults.ts";
import { between } from "./markers.ts";

/** docs/reliability.md: its faults come from the tables that the tests run over. */
export function reliabilityDocument(document: string): string {
  const nodes = Object.values(NODE_FAULTS).map(describeNodeFault).join("\n");
  const exporter = Object.values<Fault>(EXPORTER_FAULTS).map(describeExporterFault).join("\n");
  return between(between(document, "faults of nodes", nodes), "faults of the exporter", exporter);
}

function describeNodeFault({ fault, shows, reason, log, remedy }: FaultEntry): string {
  return `### ${fault}

- Page: ${shows}.
- Reason: ${reason === "none" ? "none, its polls succeed" : `\`${reason}\``}.
- Log: ${log === "nothing" ? "nothing" : `\`${log}\``}.
- Remedy: ${remedy}
`;
}

function describeExporterFault({ fault, shows, reason, log, remedy }: Fault): string {
  return `### ${fault}

${shows}

| | |
|---|---|
| \`reason\` | ${reason === undefined ? "none: no poll fails because of it" : `\`${reason}\``} |
| log | ${log === undefined ? "nothing" : `\`${log}\``} |
| remedy | ${remedy} |
`;
}
