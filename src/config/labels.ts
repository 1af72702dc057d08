/** Names that a node's own labels may not have, each with the reason that the error gives. */

const KUBERNETES = "scrape configurations set it on targets, so Prometheus would rename yours to exported_…";
const OWN = "the exporter's own families use it";
const FORMAT = "the exposition format gives it a meaning of its own";

const RESERVED: ReadonlyMap<string, string> = new Map([
  ...["job", "instance", "node", "pod", "endpoint", "namespace", "service", "container"].map(
    (name) => [name, KUBERNETES] as const,
  ),
  ...[
    "target",
    "chain",
    "braided_chain",
    "direction",
    "state",
    "peer",
    "agent",
    "address_type",
    "flow",
    "api",
    "version",
    "network",
    "chain_id",
    "reference",
    "reason",
    "identity",
    "kind",
    "list",
    "stripe",
  ].map((name) => [name, OWN] as const),
  ...["le", "quantile", "type"].map((name) => [name, FORMAT] as const),
]);

/** Why a label of a node may not have this name; undefined when it may. */
export function labelNameProblem(name: string): string | undefined {
  if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name))
    return "expected a label name: letters, digits and _, not beginning with a digit";
  if (name.startsWith("__")) return "names that begin with __ belong to Prometheus";
  const reason = RESERVED.get(name);
  return reason === undefined ? undefined : `the label name ${name} is not free: ${reason}`;
}
