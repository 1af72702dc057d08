import { CHAIN_NAMES, chains } from "../chains/index.ts";
import { formatDuration } from "../lib/duration.ts";
import { MASK, printSecret } from "../lib/secret.ts";
import { mapSteps, runToEnd, type Steps } from "../lib/slices.ts";
import { counted } from "../lib/text/format.ts";
import { toYaml } from "../lib/to-yaml.ts";
import type { ResponseLimits } from "../rpc/budget.ts";
import { isNodeUrl } from "../rpc/node-url.ts";
import type { Auth, TlsVerification } from "../rpc/settings.ts";
import { isSameConnections, printConnections } from "./connections.ts";
import { printLimits } from "./limits.ts";
import type { Config, ConnectionsConfig, NodeConfig, ProbeConfig, ProbeModule } from "./model.ts";
import { printProxy } from "./proxy.ts";
import { reorgDepthOf } from "./reorg-depth.ts";

/**
 * The current configuration as YAML, with the keys of the file: every default filled in, every secret as `<secret>`,
 * every URL as scheme, host and port. Only what is known to contain no secret is printed.
 */
export function printConfig(config: Config): string {
  return runToEnd(printSteps(config));
}

/** As printConfig, one node a step. */
export function* printSteps(config: Config): Steps<string> {
  const { connections, lag, probe, nodes, references } = config;
  const document = {
    connections: printConnections(connections),
    lag: {
      min_support: lag.minSupport,
      reorg_depth: Object.fromEntries(CHAIN_NAMES.map((chain) => [chain, reorgDepthOf(lag, chain)])),
    },
    probe: printProbe(probe, connections),
  };
  const others = references.length === 0 ? "" : yield* printList("references", references, connections);
  return comment(config) + toYaml(document) + others + (yield* printList("nodes", nodes, connections));
}

function* printList(key: string, nodes: readonly NodeConfig[], shared: ConnectionsConfig): Steps<string> {
  if (nodes.length === 0) return toYaml({ [key]: [] });
  const head = `${key}:\n`;
  const items = yield* mapSteps(nodes, (node) => toYaml({ [key]: [printNode(node, shared)] }).slice(head.length));
  return head + items.join("");
}

function comment({ shard, nodes }: Config): string {
  const lines = [
    "The current configuration. Each node shows its defaults and the settings of `global`;",
    "a node or module shows `connections` if some of its settings differ from the shared ones.",
    `Secrets are shown as ${MASK}. URLs are shown without path and query, which may contain tokens.`,
    ...(shard === undefined
      ? []
      : [`Only the nodes of shard ${shard.index} of 0..${shard.total - 1}: ${nodes.length}.`]),
  ];
  return lines.map((line) => `# ${line}\n`).join("");
}

function printProbe({ allow, modules, concurrency }: ProbeConfig, shared: ConnectionsConfig) {
  return {
    allow: allow.map(({ label }) => label),
    ...(modules.size === 0
      ? {}
      : { modules: Object.fromEntries([...modules].map(([name, module]) => [name, printModule(module, shared)])) }),
    concurrency,
  };
}

function printModule(module: ProbeModule, shared: ConnectionsConfig) {
  const { chain, network, labels, timeoutMs, auth, tls, limits, options, scheme, hosts, needsHttps } = module;
  return {
    chain,
    scheme,
    ...(hosts === undefined ? {} : { hosts: hosts.map(({ label }) => label) }),
    ...(network === undefined ? {} : { network }),
    labels,
    timeout: formatDuration(timeoutMs),
    ...authEntry(auth, module.headers),
    ...(needsHttps ? { tls: { ...printTls(tls), ...printClientCertificate(module) } } : {}),
    ...printProxy(module.proxy),
    ...(module.hostHeader === undefined ? {} : { host_header: module.hostHeader }),
    ...limitsEntry(limits),
    ...connectionsEntry(module.connections, shared),
    ...printOptions(chain, options),
  };
}

function printOptions(chain: NodeConfig["chain"], { values }: NodeConfig["options"]) {
  return Object.keys(values).length === 0 ? {} : { [chains[chain].optionsKey]: printValue(values) };
}

function printNode(node: NodeConfig, shared: ConnectionsConfig) {
  const { role, name, chain, url, network, labels, trigger, timeoutMs, auth, tls, limits, options } = node;
  return {
    name,
    chain,
    url: url.label,
    ...(network === undefined ? {} : { network }),
    labels,
    ...(trigger.kind === "interval"
      ? { interval: formatDuration(trigger.intervalMs) }
      : { schedule: trigger.expression }),
    timeout: formatDuration(timeoutMs),
    // Credentials in the URL are a part of it that is not shown.
    ...authEntry(url.userinfo === undefined ? auth : undefined, node.headers),
    ...(url.protocol === "https:" ? { tls: { ...printTls(tls), ...printClientCertificate(node) } } : {}),
    ...printProxy(node.proxy),
    ...(node.hostHeader === undefined ? {} : { host_header: node.hostHeader }),
    ...limitsEntry(limits),
    ...(role === "reference" ? {} : connectionsEntry(node.connections, shared)),
    ...printOptions(chain, options),
  };
}

/** Only the configured limits: each call has its own defaults. */
function limitsEntry(limits: ResponseLimits) {
  return Object.keys(limits).length === 0 ? {} : { limits: printLimits(limits) };
}

/** All settings of a node or module, if some of them differ from the shared ones. */
function connectionsEntry(own: ConnectionsConfig, shared: ConnectionsConfig) {
  return isSameConnections(own, shared) ? {} : { connections: printConnections(own) };
}

function authEntry(auth: Auth | undefined, headers: NodeConfig["headers"]) {
  if (auth === undefined && headers.length === 0) return {};
  const printed = headers.map(({ name, value }) => ({ name, ...printSecret("value", value) }));
  const own = auth === undefined ? {} : printAuth(auth);
  return { auth: { ...own, ...(headers.length === 0 ? {} : { headers: printed }) } };
}

function printClientCertificate({ clientCertificate }: Pick<NodeConfig, "clientCertificate">) {
  if (clientCertificate === undefined) return {};
  return { cert_file: clientCertificate.certFile, key_file: clientCertificate.keyFile };
}

/** A user name may be a token too: some gateways accept it with any password. */
function printAuth(auth: Auth) {
  switch (auth.kind) {
    case "basic":
    case "digest":
      return { [auth.kind]: { username: MASK, ...printSecret("password", auth.password) } };
    case "bearer":
      return { bearer: printSecret("token", auth.token) };
    case "header":
      return { header: { name: auth.name, ...printSecret("value", auth.value) } };
    case "cookie":
      return printSecret("cookie", auth.pair);
  }
}

function printTls(tls: TlsVerification) {
  switch (tls.kind) {
    case "pin":
      return { pin: tls.sha256.toString("base64url") };
    case "insecure":
      return { insecure: true };
    case "ca": {
      const { caFile, serverName } = tls;
      if (caFile === undefined && serverName === undefined) return { insecure: false };
      return {
        ...(caFile === undefined ? {} : { ca_file: caFile }),
        ...(serverName === undefined ? {} : { server_name: serverName }),
      };
    }
  }
}

/** Keys of the chains' own blocks whose numbers are durations in milliseconds. */
const DURATIONS: ReadonlySet<string> = new Set(["timeout", "interval"]);

/** A value of a chain's own block, which already has the keys of the file. */
function printValue(value: unknown, key = ""): unknown {
  if (typeof value === "number") return DURATIONS.has(key) ? formatDuration(value) : value;
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.map((item) => printValue(item, key));
  if (typeof value !== "object" || value === null) return undefined;
  if (isNodeUrl(value)) return value.label;
  if ("reveal" in value) return MASK;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, printValue(item, name)]));
}

/** How a node is polled, for the log. */
export function describeNode({ role, url, trigger, timeoutMs }: NodeConfig): string {
  const pace = trigger.kind === "interval" ? `every ${formatDuration(trigger.intervalMs)}` : `at ${trigger.expression}`;
  return `polling ${role === "reference" ? "the reference " : ""}${url.label} ${pace}, timeout ${formatDuration(timeoutMs)}`;
}

/** How all nodes are polled: "polling 9 nodes and 1 reference of 3 chains every 5s to 1m". */
export function describePolling({ nodes, references }: Pick<Config, "nodes" | "references">): string {
  const all = [...nodes, ...references];
  const adapters = new Set(all.map(({ chain }) => chains[chain]));
  return `polling ${describeNodes({ nodes, references })} of ${counted(adapters.size, "chain")}${paceOf(all)}`;
}

/** "9 nodes and 1 reference" */
export function describeNodes({ nodes, references }: Pick<Config, "nodes" | "references">): string {
  const what = references.length === 0 ? [] : [counted(references.length, "reference")];
  return [counted(nodes.length, "node"), ...what].join(" and ");
}

function paceOf(all: readonly NodeConfig[]): string {
  const intervals = all.flatMap(({ trigger }) => (trigger.kind === "interval" ? [trigger.intervalMs] : []));
  const scheduled = all.length - intervals.length;
  const [shortest, longest] = [Math.min(...intervals), Math.max(...intervals)].map(formatDuration);
  const parts = [
    ...(intervals.length === 0 ? [] : [` every ${shortest === longest ? shortest : `${shortest} to ${longest}`}`]),
    ...(scheduled === 0 ? [] : [`${intervals.length === 0 ? "" : ` ${scheduled} of them`} at cron expressions`]),
  ];
  return parts.join(",");
}
