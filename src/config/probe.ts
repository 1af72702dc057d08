import * as z from "zod";
import type { ChainOptions } from "../chains/adapter.ts";
import { isObject, type JsonObject } from "../lib/json.ts";
import { block, parsed } from "../schema/fields.ts";
import { joinLimits } from "./limits.ts";
import type { NodeConfig, ProbeConfig, ProbeModule } from "./model.ts";
import { CHAIN_BLOCKS, type GlobalFields, nameField, nodeSchema } from "./schema.ts";
import {
  matchesTarget,
  parseTarget,
  parseTargetPattern,
  SYNTAX,
  type TargetPattern,
  type TargetUrl,
} from "./target.ts";

/** The `probe` block: which targets `/probe?target=` may poll, and with what. */

const MAX_CONCURRENCY = 1000;
const CONCURRENCY = 10;

const patternsField = z.array(parsed(SYNTAX, parseTargetPattern));

export const probeSchema = block({
  allow: patternsField.default([]),
  modules: z.record(nameField, z.unknown()).default({}),
  concurrency: z.int().min(1).max(MAX_CONCURRENCY).default(CONCURRENCY),
});

/** The keys of a node, without those that only a node of the configuration has. */
export function moduleSchema(configFile: string | undefined) {
  const { name: _name, url: _url, interval: _interval, schedule: _schedule, ...shared } = nodeSchema(configFile).shape;
  return block({
    ...shared,
    scheme: z.enum(["http", "https"]).optional(),
    hosts: patternsField.min(1, "expected at least one pattern").optional(),
  }).meta({ dependencies: { auth: ["hosts"] } });
}

type ModuleFields = z.output<ReturnType<typeof moduleSchema>>;

export type ProbeContext = {
  readonly configFile: string | undefined;
  readonly global: GlobalFields;
  readonly defaultTimeoutMs: number;
  readonly check: <T>(schema: z.ZodType<T>, value: unknown, path: readonly PropertyKey[]) => T | undefined;
  /** The chain's own block of a node. */
  readonly checkOptions: (raw: unknown, path: readonly PropertyKey[]) => ChainOptions | undefined;
  readonly report: (path: readonly PropertyKey[], message: string) => void;
};

/** Undefined when something is wrong, which is reported then. */
export function parseProbe(raw: unknown, context: ProbeContext): ProbeConfig | undefined {
  const block = context.check(probeSchema, raw, ["probe"]);
  // Modules are looked at also when another key is wrong, so that everything is found in one go.
  const rawModules = isObject(raw) && isObject(raw.modules) ? raw.modules : {};
  const schema = moduleSchema(context.configFile);
  const modules = new Map<string, ProbeModule>();
  for (const [name, rawModule] of Object.entries(rawModules)) {
    const path = ["probe", "modules", name];
    const fields = context.check(schema, rawModule, path);
    const options = context.checkOptions(rawModule, path);
    if (fields === undefined || options === undefined || !isObject(rawModule)) continue;
    checkModule(rawModule, fields, options, path, context.report);
    modules.set(name, assembleModule(fields, options, context));
  }
  if (block === undefined) return undefined;
  if (block.allow.length > 0 && modules.size === 0) {
    context.report(["probe", "allow"], "expected at least one of probe.modules, which say how targets are polled");
  }
  return { allow: block.allow, concurrency: block.concurrency, modules };
}

/** What holds no credential. Every other key, also one that is added to nodes later, is taken for one. */
const HARMLESS = new Set(["chain", "labels", "timeout", "scheme", "hosts", "tls", "limits", ...CHAIN_BLOCKS]);
const HARMLESS_TLS = new Set(["pin", "ca_file", "server_name", "insecure"]);

function credentialsOf(raw: JsonObject): readonly string[] {
  const tls = isObject(raw.tls) ? Object.keys(raw.tls) : [];
  return [
    ...Object.keys(raw).filter((key) => !HARMLESS.has(key)),
    ...tls.filter((key) => !HARMLESS_TLS.has(key)).map((key) => `tls.${key}`),
  ];
}

function checkModule(
  raw: JsonObject,
  fields: ModuleFields,
  options: ChainOptions,
  path: readonly PropertyKey[],
  report: ProbeContext["report"],
): void {
  const credentials = credentialsOf(raw);
  if (credentials.length > 0 && fields.hosts === undefined) {
    const list = credentials.join(", ");
    report(path, `expected hosts beside ${list}: the targets that may get these credentials, and no other`);
  }
  if (fields.tls !== undefined && fields.scheme === "http") report([...path, "tls"], "tls needs the scheme https");
  for (const [key, value] of Object.entries(options.values)) {
    // Such a URL belongs to one node, and would give its facts to each target.
    if (!key.endsWith("_url") || value === undefined) continue;
    const chainBlock = CHAIN_BLOCKS.find((name) => isObject(raw[name])) ?? "";
    report(
      [...path, chainBlock, key],
      "a module is for any target, so it has no URL of its own: put this node under nodes",
    );
  }
}

function assembleModule(
  fields: ModuleFields,
  options: ChainOptions,
  { global, defaultTimeoutMs }: ProbeContext,
): ProbeModule {
  const { chain, labels, auth, tls, limits, timeout, scheme, hosts } = fields;
  const defaultScheme = scheme ?? (tls === undefined ? "http" : "https");
  return {
    chain,
    labels,
    timeoutMs: timeout ?? global.timeout ?? defaultTimeoutMs,
    auth,
    tls: tls ?? { kind: "ca" },
    limits: joinLimits(global.limits, limits),
    options,
    scheme: defaultScheme,
    needsHttps: tls !== undefined,
    // Whoever asks chooses the scheme of a target: what was meant for https must not go out in the clear.
    hosts: hosts?.map((pattern): TargetPattern => ({ ...pattern, scheme: pattern.scheme ?? defaultScheme })),
  };
}

/** What somebody asks for: the `target` and `module` parameters of /probe. */
export type ProbeRequest = { readonly target: string; readonly module: string };

export type ResolvedProbe =
  | { readonly kind: "allowed"; readonly node: NodeConfig; readonly target: TargetUrl; readonly module: ProbeModule }
  /** The request makes no sense. */
  | { readonly kind: "bad"; readonly message: string }
  /** The configuration does not let this target be polled. */
  | { readonly kind: "forbidden"; readonly message: string };

/** The node to poll for a request, if the configuration allows it. Messages show scheme, host and port only. */
export function resolveProbe(config: ProbeConfig, request: ProbeRequest): ResolvedProbe {
  if (config.allow.length === 0) return { kind: "forbidden", message: OFF };
  const module = config.modules.get(request.module);
  if (module === undefined) return { kind: "bad", message: moduleProblem(config, request.module) };
  const target = readTarget(request.target, module);
  if (typeof target === "string") return { kind: "bad", message: target };
  const problem = targetProblem(config, module, target);
  if (problem !== undefined) return { kind: "forbidden", message: problem };
  return { kind: "allowed", node: nodeOf(module, target), target, module };
}

const OFF = `no target may be probed, as the configuration allows none. To allow some, with a module for each kind:
probe:
  allow: ["http://10.0.0.0/8:18081", "https://*.nodes.example.com:1789"]
  modules:
    monero: {chain: monero}
Nodes of the configuration need no permission: /probe?node=NAME`;

function moduleProblem({ modules }: ProbeConfig, name: string): string {
  const known = `the modules are ${[...modules.keys()].join(", ")}`;
  return name === ""
    ? `expected /probe?target=URL&module=NAME; ${known}`
    : `no module of the configuration has this name; ${known}`;
}

function readTarget(text: string, { scheme }: ProbeModule): TargetUrl | string {
  try {
    return parseTarget(text, scheme);
  } catch (error) {
    return `target: ${error instanceof Error ? error.message : "not valid"}`;
  }
}

function targetProblem({ allow }: ProbeConfig, module: ProbeModule, target: TargetUrl): string | undefined {
  const { label } = target.url;
  if (!allow.some((pattern) => matchesTarget(pattern, target))) {
    return `${label}${hasMore(target) ? " with this path and query" : ""} matches no pattern of probe.allow in the configuration`;
  }
  if (module.needsHttps && target.scheme !== "https") {
    return `${label} is not https, which the tls block of this module needs`;
  }
  if (module.hosts !== undefined && !module.hosts.some((pattern) => matchesTarget(pattern, target))) {
    return `${label} matches no pattern of this module's hosts in the configuration, which alone it may be used for`;
  }
  return undefined;
}

/** Without a path in the pattern, none is allowed; that is easily overlooked. */
function hasMore({ path, query }: TargetUrl): boolean {
  return path !== "" || query !== "";
}

function nodeOf(module: ProbeModule, target: TargetUrl): NodeConfig {
  const { scheme: _scheme, hosts: _hosts, needsHttps: _needsHttps, ...shared } = module;
  return {
    ...shared,
    role: "node",
    name: target.address,
    url: target.url,
    // Nothing is kept of it that a reload could keep.
    fingerprint: "",
    // It has no turns; only its timeout bounds a poll.
    trigger: { kind: "interval", intervalMs: module.timeoutMs },
  };
}
