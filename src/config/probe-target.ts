import type { NodeConfig, ProbeConfig, ProbeModule } from "./model.ts";
import { matchesTarget } from "./target-pattern.ts";
import { parseTarget, type TargetUrl } from "./target-url.ts";

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
