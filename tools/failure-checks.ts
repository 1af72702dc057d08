import { FAILURE_REASONS, type FailureReason } from "../src/model/failure.ts";
import type { GeneratedFile } from "./repository.ts";

/**
 * What to check first after a failure: in the alerts, through mixin/lib/checks.libsonnet, and in
 * docs/troubleshooting.md. The exporter's own advice is longer, as it knows the node and its answer.
 */

const RUNS = "Check that the node runs, has ended its replay, and can be reached from the exporter's machine.";
const CERTIFICATE = "Check the node's certificate, and tls in the configuration.";
const WRONG_PLACE = "Check that url leads to the node, and that the node offers this API there.";
const NODE_LOG = "Read the node's own log, and that of a proxy in front of it.";
const LESS = "Wait if the node is starting or syncing, else poll it less often.";

export const CHECKS: Readonly<Record<FailureReason, string>> = {
  dns: "Check the host name in url, and the name servers of the exporter's machine.",
  connect: RUNS,
  timeout: RUNS,
  tls: CERTIFICATE,
  tls_pin: CERTIFICATE,
  unauthorized: "Check the login or token in the configuration.",
  not_found: WRONG_PLACE,
  unavailable: WRONG_PLACE,
  host_header: "Set host_header in the configuration.",
  rate_limited: LESS,
  busy: LESS,
  http: NODE_LOG,
  rpc: NODE_LOG,
  too_large: "Check that url leads to the node, or raise limits in the configuration.",
  bad_json: WRONG_PLACE,
  bad_shape: WRONG_PLACE,
  wrong_network: "The url leads to a node of another network: check url and network.",
  internal: "This is a bug in the exporter: report it with the stack from its log.",
};

/** For the mixin: reasons with the same check together, as jsonnetfmt writes it. */
export function checksFile(): GeneratedFile {
  const checks = [...new Set(FAILURE_REASONS.map((reason) => CHECKS[reason]))];
  const entries = checks.map((check) => {
    const reasons = FAILURE_REASONS.filter((reason) => CHECKS[reason] === check);
    return `  { reasons: '${reasons.join("|")}', check: ${quoted(check)} },\n`;
  });
  const head =
    "// What to check first for each failure reason. Made from tools/failure-checks.ts by `npm run rules`.\n";
  return { path: "mixin/lib/checks.libsonnet", text: `${head}[\n${entries.join("")}]\n` };
}

/** Single quotes unless the text has one. */
function quoted(text: string): string {
  return text.includes("'") ? JSON.stringify(text) : `'${text}'`;
}
