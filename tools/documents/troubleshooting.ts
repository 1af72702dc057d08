import { FAILURE_REASONS, type FailureReason } from "../../src/model/failure.ts";
import { CHECKS } from "../failure-checks.ts";
import { NODE_FAULTS } from "../faults/node-faults.ts";
import { anchorsOf } from "./anchors.ts";
import { between } from "./markers.ts";

/**
 * docs/troubleshooting.md: under each failure reason, the check that the alerts have, and links to the faults of
 * docs/reliability.md with that reason.
 */
export function troubleshootingDocument(document: string): string {
  return FAILURE_REASONS.reduce((text, reason) => {
    const checked = between(text, `check for ${reason}`, `${CHECKS[reason]}\n`);
    return between(checked, `cases of ${reason}`, casesOf(reason));
  }, document);
}

function casesOf(wanted: FailureReason): string {
  const faults = Object.values(NODE_FAULTS).filter(({ reason }) => reason === wanted);
  if (faults.length === 0)
    return "Case: [a bug](reliability.md#a-bug-an-unexpected-error-in-a-poll-or-in-rendering).\n";
  const links = faults.map(({ fault }) => `  [${fault}](reliability.md#${[...anchorsOf(`# ${fault}\n`)][0]})`);
  return `Cases:\n${links.join(",\n")}.\n`;
}
