import { createHash } from "node:crypto";
import type * as z from "zod";
import type { ChainOptions } from "../chains/adapter.ts";
import { chains, isChainName } from "../chains/index.ts";
import { formatDuration } from "../lib/duration.ts";
import { isObject, type JsonObject } from "../lib/json.ts";
import { MASK, printsAs } from "../lib/secret.ts";
import { atOnce, mapSteps, type Steps } from "../lib/slices.ts";
import { explain, problemsOf, quoted } from "../schema/fields.ts";
import type { ConfigProblem } from "../schema/problems.ts";
import { joinLimits } from "./limits.ts";
import type { Config, NodeConfig, NodeRole, Trigger } from "./model.ts";
import { parseProbe } from "./probe.ts";
import {
  CHAIN_BLOCKS,
  connectionsSchema,
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
const DEFAULT_TIMEOUT_MS = 10_000;

/**
 * Checks a whole configuration and finds every problem, not only the first.
 * @param raw the document as plain data
 * @param configFile the file it stands in: relative paths start from its folder
 */
export function parseConfig(raw: unknown, configFile: string | undefined): ParsedConfig {
  return atOnce(parseSteps(raw, configFile));
}

/** The same, one node a step. */
export function* parseSteps(raw: unknown, configFile: string | undefined): Steps<ParsedConfig> {
  const problems: ConfigProblem[] = [];
  const check = <T>(schema: z.ZodType<T>, value: unknown, path: readonly PropertyKey[]): T | undefined => {
    const result = schema.safeParse(value, { error: explain });
    if (!result.success) problems.push(...result.error.issues.flatMap((issue) => problemsOf(issue, path)));
    return result.data;
  };

  check(hasModules(raw) ? probeDocumentSchema : documentSchema, raw, []);
  const document = isObject(raw) ? raw : {};
  const global = check(globalSchema, document.global ?? {}, ["global"]);
  const connections = check(connectionsSchema(configFile), document.connections ?? {}, ["connections"]);
  const lag = check(lagSchema, document.lag ?? {}, ["lag"]);
  const schema = nodeSchema(configFile);
  let isGlobalPaceUsed = false;
  const checkNode = (rawNode: unknown, path: readonly PropertyKey[], role: NodeRole): NodeConfig | undefined => {
    const fields = check(schema, rawNode, path);
    const options = checkOptions(rawNode, path, check, problems);
    if (fields === undefined) return undefined;
    if (hasGlobalPace(fields)) isGlobalPaceUsed = true;
    const node = assembleNode(fields, global ?? {}, (subpath, message) => {
      problems.push({ path: [...path, ...subpath], message });
    });
    return (
      options && {
        ...node,
        options,
        role,
        fingerprint: fingerprintOf([role, rawNode, node.trigger, node.timeoutMs, node.limits]),
      }
    );
  };
  const nodes = yield* mapSteps(listOf(document.nodes), (node, index) => checkNode(node, ["nodes", index], "node"));
  const references = yield* mapSteps(listOf(document.references), (node, index) =>
    checkNode(node, ["references", index], "reference"),
  );
  const probe = parseProbe(document.probe ?? {}, {
    configFile,
    global: global ?? {},
    defaultTimeoutMs: DEFAULT_TIMEOUT_MS,
    check,
    checkOptions: (rawModule, path) => checkOptions(rawModule, path, check, problems),
    report: (path, message) => problems.push({ path, message }),
  });
  if (isGlobalPaceUsed) {
    const message = timeoutProblem(global?.timeout ?? 0, global?.interval ?? DEFAULT_INTERVAL_MS);
    if (message !== undefined) problems.push({ path: ["global", "timeout"], message });
  }
  problems.push(...duplicateNames(document));

  if (problems.length > 0 || connections === undefined || lag === undefined || probe === undefined) {
    return { ok: false, problems };
  }
  const isDefined = (node: NodeConfig | undefined) => node !== undefined;
  return {
    ok: true,
    config: { connections, lag, probe, nodes: nodes.filter(isDefined), references: references.filter(isDefined) },
  };
}

function hasModules(raw: unknown): boolean {
  return isObject(raw) && isObject(raw.probe) && isObject(raw.probe.modules);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

type Check = <T>(schema: z.ZodType<T>, value: unknown, path: readonly PropertyKey[]) => T | undefined;

/** The chain's own block; a block of another chain is a problem, as it would have no effect. */
function checkOptions(
  rawNode: unknown,
  path: readonly PropertyKey[],
  check: Check,
  problems: ConfigProblem[],
): ChainOptions | undefined {
  if (!isObject(rawNode) || !isChainName(rawNode.chain)) return undefined;
  const { optionsKey, options } = chains[rawNode.chain];
  for (const key of CHAIN_BLOCKS) {
    if (key !== optionsKey && rawNode[key] !== undefined) {
      const message = `a node of chain ${rawNode.chain} has no ${key} block; its own is ${optionsKey}`;
      problems.push({ path: [...path, key], message });
    }
  }
  return check(options, rawNode[optionsKey] ?? {}, [...path, optionsKey]);
}

type Report = (subpath: readonly PropertyKey[], message: string) => void;

type PlainNode = Omit<NodeConfig, "options" | "role" | "fingerprint">;

/** All of a node but its chain's own block. */
function assembleNode(fields: NodeFields, global: GlobalFields, report: Report): PlainNode {
  const { name, chain, url, labels, auth, tls, limits, schedule } = fields;
  if (tls !== undefined && url.protocol !== "https:") report(["tls"], "tls needs an https:// URL");
  if (auth !== undefined && url.userinfo !== undefined) {
    report(["auth"], "auth and a user in the URL exclude each other");
  }
  if (fields.interval !== undefined && schedule !== undefined) {
    report(["schedule"], "expected at most one of interval and schedule");
  }
  const intervalMs = fields.interval ?? global.interval ?? DEFAULT_INTERVAL_MS;
  const trigger: Trigger =
    schedule === undefined ? { kind: "interval", intervalMs } : { kind: "cron", expression: schedule };
  // Only a timeout that somebody wrote can be too long: the default gives way to a short interval.
  const longest = trigger.kind === "interval" ? trigger.intervalMs : Number.POSITIVE_INFINITY;
  const timeoutMs = fields.timeout ?? global.timeout ?? Math.min(DEFAULT_TIMEOUT_MS, longest);
  const problem = hasGlobalPace(fields) ? undefined : timeoutProblem(timeoutMs, longest);
  if (problem !== undefined) report([fields.timeout === undefined ? "interval" : "timeout"], problem);
  return {
    name,
    chain,
    url,
    labels,
    trigger,
    timeoutMs,
    // The user name in a URL may be a token.
    auth: auth ?? (url.userinfo && printsAs(MASK, { kind: "basic" as const, ...url.userinfo })),
    tls: tls ?? { kind: "ca" },
    limits: joinLimits(global.limits, limits),
  };
}

/** Then what is wrong with it is one problem at `global`, and none of each node. */
function hasGlobalPace({ interval, schedule, timeout }: NodeFields): boolean {
  return interval === undefined && schedule === undefined && timeout === undefined;
}

function timeoutProblem(timeoutMs: number, intervalMs: number): string | undefined {
  if (timeoutMs <= intervalMs) return undefined;
  return `the timeout of ${formatDuration(timeoutMs)} exceeds the interval of ${formatDuration(intervalMs)}`;
}

/** Over what was written, as a checked node holds functions; hashed, as secrets are part of it. */
function fingerprintOf(written: unknown): string {
  const sorted = (_: string, value: unknown) =>
    isObject(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value;
  return createHash("sha256").update(JSON.stringify(written, sorted)).digest("base64");
}

/** A name is the `target` of series, so nodes and references share one set of names. */
function duplicateNames(document: JsonObject): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const first = new Map<string, string>();
  for (const list of ["nodes", "references"]) {
    for (const [index, node] of listOf(document[list]).entries()) {
      const name: unknown = isObject(node) ? node.name : undefined;
      if (typeof name !== "string") continue;
      const earlier = first.get(name);
      if (earlier === undefined) first.set(name, `${list}[${index}]`);
      else problems.push({ path: [list, index, "name"], message: `the name ${quoted(name)} is taken by ${earlier}` });
    }
  }
  return problems;
}
