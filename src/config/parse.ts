import { createHash } from "node:crypto";
import { formatDuration } from "../lib/duration.ts";
import { isObject, type JsonObject } from "../lib/json.ts";
import { MASK, printsAs } from "../lib/secret.ts";
import { mapSteps, runToEnd, type Steps } from "../lib/slices.ts";
import { type Checker, createChecker, quoted } from "../schema/fields.ts";
import type { ConfigProblem } from "../schema/problems.ts";
import { connectionsSchema, createConnectionsJoin, type JoinConnections } from "./connections.ts";
import { joinLimits } from "./limits.ts";
import type { Config, NodeConfig, NodeRole, Trigger } from "./model.ts";
import { parseProbe } from "./probe.ts";
import { checkProxy, hasOwnProxy, joinProxy } from "./proxy.ts";
import {
  checkChainOptions,
  DEFAULT_TIMEOUT_MS,
  documentSchema,
  type GlobalFields,
  globalSchema,
  lagSchema,
  type NodeFields,
  nodeSchema,
  probeDocumentSchema,
} from "./schema.ts";

export type ParsedConfig =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

const DEFAULT_INTERVAL_MS = 15_000;

/**
 * Checks a whole configuration and reports every problem, not only the first.
 * @param raw the document as plain data
 * @param configFile the file that it was read from: relative paths start from its folder
 * @param env for `proxy_from_environment`
 */
export function parseConfig(raw: unknown, configFile: string | undefined, env: Environment = {}): ParsedConfig {
  return runToEnd(parseSteps(raw, configFile, env));
}

type Environment = Readonly<Record<string, string | undefined>>;

/** As parseConfig, one node a step. */
export function* parseSteps(raw: unknown, configFile: string | undefined, env: Environment = {}): Steps<ParsedConfig> {
  const checker = createChecker();
  checker.check(hasModules(raw) ? probeDocumentSchema : documentSchema, raw, []);
  const document = isObject(raw) ? raw : {};
  const global = checker.check(globalSchema, document.global ?? {}, ["global"]) ?? {};
  const connections = checker.check(connectionsSchema(configFile), document.connections ?? {}, ["connections"]);
  // The settings of nodes are checked even if those of the whole configuration are wrong.
  const joinConnections = createConnectionsJoin(connections ?? connectionsSchema(configFile).parse({}));
  checkProxy(global, (subpath, message) => checker.report(["global", ...subpath], message));
  const shared = { global, rawGlobal: document.global, joinConnections, env };
  const lag = checker.check(lagSchema, document.lag ?? {}, ["lag"]);
  const parser = createNodeParser(shared, configFile, checker);
  const nodes = yield* parseNodes(document, "nodes", "node", parser);
  const references = yield* parseNodes(document, "references", "reference", parser);
  parser.checkGlobalTimeout();
  const probe = parseProbe(document.probe ?? {}, { configFile, ...shared, checker });
  reportDuplicateNames(document, checker);

  const { problems } = checker;
  if (problems.length > 0 || connections === undefined || lag === undefined || probe === undefined) {
    return { ok: false, problems };
  }
  return { ok: true, config: { connections: joinConnections(), lag, probe, nodes, references } };
}

function hasModules(raw: unknown): boolean {
  return isObject(raw) && isObject(raw.probe) && isObject(raw.probe.modules);
}

function* parseNodes(document: JsonObject, key: string, role: NodeRole, parser: NodeParser): Steps<NodeConfig[]> {
  const parsed = yield* mapSteps(listOf(document[key]), (raw, index) => parser.parse(raw, [key, index], role));
  return parsed.filter((node) => node !== undefined);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

type NodeParser = {
  /** @returns undefined when something is wrong, which is reported then */
  parse(raw: unknown, path: readonly PropertyKey[], role: NodeRole): NodeConfig | undefined;
  /** Reports a `global` timeout that is too long: once, and only if a node uses it. */
  checkGlobalTimeout(): void;
};

/** What nodes have where they have no setting of their own. */
type SharedSettings = {
  readonly global: GlobalFields;
  /** As in the document. */
  readonly rawGlobal: unknown;
  readonly joinConnections: JoinConnections;
  readonly env: Environment;
};

function createNodeParser(shared: SharedSettings, configFile: string | undefined, checker: Checker): NodeParser {
  const { global } = shared;
  const schema = nodeSchema(configFile);
  let isGlobalTimeoutUsed = false;
  return {
    parse(raw, path, role) {
      const fields = checker.check(schema, raw, path);
      const options = checkChainOptions(raw, path, checker);
      if (fields === undefined) return undefined;
      if (hasNoTimes(fields)) isGlobalTimeoutUsed = true;
      if (role === "reference" && fields.connections !== undefined) {
        checker.report([...path, "connections"], "a reference has no connections: only its head is polled");
      }
      const node = assembleNode(fields, shared, (subpath, message) => checker.report([...path, ...subpath], message));
      if (options === undefined) return undefined;
      const fingerprint = once(() => fingerprintOf([raw, proxyKeys(fields, shared)], role, node));
      return { ...node, options, role, fingerprint };
    },
    checkGlobalTimeout() {
      if (!isGlobalTimeoutUsed) return;
      const problem = timeoutProblem(global.timeout ?? 0, global.interval ?? DEFAULT_INTERVAL_MS);
      if (problem !== undefined) checker.report(["global", "timeout"], problem);
    },
  };
}

/** Whether all times of a node come from `global`: a problem with them is reported there, not for each node. */
function hasNoTimes({ interval, schedule, timeout }: NodeFields): boolean {
  return interval === undefined && schedule === undefined && timeout === undefined;
}

type Report = (subpath: readonly PropertyKey[], message: string) => void;

type NodeWithoutOptions = Omit<NodeConfig, "options" | "role" | "fingerprint">;

function assembleNode(fields: NodeFields, shared: SharedSettings, report: Report): NodeWithoutOptions {
  const { global } = shared;
  const { name, chain, url, network, labels, auth, tls, limits, host_header: hostHeader } = fields;
  if (tls !== undefined && url.protocol !== "https:") report(["tls"], "tls requires an https:// URL");
  if (auth?.auth !== undefined && url.userinfo !== undefined) {
    report(["auth"], "expected at most one of auth and a user in the URL");
  }
  return {
    name,
    chain,
    url,
    network,
    labels,
    ...timesOf(fields, global, report),
    // The user name in a URL may be a token.
    auth: auth?.auth ?? (url.userinfo && printsAs(MASK, { kind: "basic" as const, ...url.userinfo })),
    headers: auth?.headers ?? [],
    tls: tls?.verification ?? { kind: "ca" },
    clientCertificate: tls?.clientCertificate,
    proxy: joinProxy(global, fields, shared.env, report),
    hostHeader,
    limits: joinLimits(global.limits, limits),
    connections: shared.joinConnections(fields.connections),
  };
}

function timesOf(
  fields: NodeFields,
  global: GlobalFields,
  report: Report,
): { readonly trigger: Trigger; readonly timeoutMs: number } {
  const { interval, schedule, timeout } = fields;
  if (interval !== undefined && schedule !== undefined) {
    report(["schedule"], "expected at most one of interval and schedule");
  }
  const intervalMs = interval ?? global.interval ?? DEFAULT_INTERVAL_MS;
  const trigger: Trigger =
    schedule === undefined ? { kind: "interval", intervalMs } : { kind: "cron", expression: schedule };
  // Only a configured timeout can be too long: the default is shortened to the interval.
  const maxTimeoutMs = trigger.kind === "interval" ? intervalMs : Number.POSITIVE_INFINITY;
  const timeoutMs = timeout ?? global.timeout ?? Math.min(DEFAULT_TIMEOUT_MS, maxTimeoutMs);
  const problem = hasNoTimes(fields) ? undefined : timeoutProblem(timeoutMs, maxTimeoutMs);
  if (problem !== undefined) report([timeout === undefined ? "interval" : "timeout"], problem);
  return { trigger, timeoutMs };
}

function timeoutProblem(timeoutMs: number, intervalMs: number): string | undefined {
  if (timeoutMs <= intervalMs) return undefined;
  return `the timeout of ${formatDuration(timeoutMs)} exceeds the interval of ${formatDuration(intervalMs)}`;
}

/** The keys of `global` that a node uses. The checked ones hide a password. */
function proxyKeys(own: NodeFields, { rawGlobal }: SharedSettings): readonly unknown[] {
  const used: JsonObject = hasOwnProxy(own) || !isObject(rawGlobal) ? {} : rawGlobal;
  return [used.proxy_url, used.no_proxy, used.proxy_from_environment];
}

/** The result of the first call, which is the only one. */
function once(make: () => string): () => string {
  let pending = make;
  return () => {
    const made = pending();
    // What it was made from is not held any longer.
    pending = () => made;
    return made;
  };
}

/**
 * The fingerprint is made from the raw data, as a checked node contains functions, and hashed, as it includes secrets. It is
 * without `connections`, which do not change how a node is polled.
 */
function fingerprintOf(
  [raw, proxy]: readonly unknown[],
  role: NodeRole,
  { trigger, timeoutMs, limits }: NodeWithoutOptions,
): string {
  const polled = isObject(raw) ? { ...raw, connections: undefined } : raw;
  const sortKeys = (_: string, value: unknown) =>
    isObject(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value;
  return createHash("sha256")
    .update(JSON.stringify([role, polled, proxy, trigger, timeoutMs, limits], sortKeys))
    .digest("base64");
}

/** A name is the `target` label of series, so nodes and references share one set of names. */
function reportDuplicateNames(document: JsonObject, checker: Checker): void {
  const first = new Map<string, string>();
  for (const list of ["nodes", "references"]) {
    for (const [index, node] of listOf(document[list]).entries()) {
      const name: unknown = isObject(node) ? node.name : undefined;
      if (typeof name !== "string") continue;
      const earlier = first.get(name);
      if (earlier === undefined) first.set(name, `${list}[${index}]`);
      else checker.report([list, index, "name"], `duplicate name: ${quoted(name)} is also the name of ${earlier}`);
    }
  }
}
