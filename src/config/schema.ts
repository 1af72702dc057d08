import { nodeCron as cron } from "node-cron";
import * as z from "zod";
import type { ChainOptions } from "../chains/adapter.ts";
import { ADAPTERS, CHAIN_NAMES, type ChainName, chains, isChainName } from "../chains/index.ts";
import { isObject, type JsonObject } from "../lib/json.ts";
import { didYouMean } from "../lib/suggest.ts";
import {
  block,
  type Checker,
  durationField,
  excludes,
  hostHeaderField,
  mismatch,
  nodeUrlField,
  parsed,
  quoted,
  timeoutField,
} from "../schema/fields.ts";
import { authField, tlsField } from "./access.ts";
import { ownConnectionsSchema } from "./connections.ts";
import { limitsSchema } from "./limits.ts";
import type { LagConfig } from "./model.ts";
import { PROXY_RULES, proxyFields } from "./proxy.ts";
import { reorgDepthField } from "./reorg-depth.ts";

/** The parts of the configuration file. parse.ts checks how they depend on each other. */

const KUBERNETES = "scrape configurations set it on targets, so Prometheus would rename yours to exported_…";
const OWN = "the exporter's own families use it";
const FORMAT = "it has a special meaning in the exposition format";

/** The labels of the families of nodes. The shared families are declared above this folder: a test compares them with this list. */
export const OWN_LABELS: readonly string[] = [
  ...["target", "chain", "direction", "state", "peer", "agent", "address_type", "flow", "api", "version", "network"],
  ...["chain_id", "reference", "reason", "position"],
  ...ADAPTERS.flatMap(({ families }) => families.flatMap(({ labels }) => labels)),
];

/** Names that a node's own labels may not have, each with the reason for the error. */
const RESERVED: ReadonlyMap<string, string> = new Map([
  ...["job", "instance", "exporter", "node", "pod", "endpoint", "namespace", "service", "container"].map(
    (name) => [name, KUBERNETES] as const,
  ),
  ...OWN_LABELS.map((name) => [name, OWN] as const),
  ...["le", "quantile", "type"].map((name) => [name, FORMAT] as const),
]);

/** Why a label of a node may not have this name; undefined when it may. */
export function labelNameProblem(name: string): string | undefined {
  if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name))
    return "expected a label name: letters, digits and _, not starting with a digit";
  if (name.startsWith("__")) return "names that start with __ are reserved for Prometheus";
  const reason = RESERVED.get(name);
  return reason === undefined ? undefined : `the label name ${name} is reserved: ${reason}`;
}

/** The timeout of a poll where neither the node nor `global` sets one. */
export const DEFAULT_TIMEOUT_MS = 10_000;

/** The outermost keys. Their values are checked separately, so that one problem hides no other. */
export const documentSchema = block({
  global: z.unknown().optional(),
  connections: z.unknown().optional(),
  lag: z.unknown().optional(),
  probe: z.unknown().optional(),
  // The list may be empty, as after the installation of a package; but a file without it is no configuration.
  nodes: z.array(z.unknown(), { error: ({ input }) => mismatch("a list of nodes", input) }),
  references: z.array(z.unknown(), { error: ({ input }) => mismatch("a list of references", input) }).optional(),
});

/** With modules, an exporter may serve only targets of /probe. */
export const probeDocumentSchema = block({
  ...documentSchema.shape,
  nodes: z.array(z.unknown(), { error: ({ input }) => mismatch("a list of nodes", input) }).optional(),
});

/** How many peers must report a height before it counts. */
const DEFAULT_MIN_SUPPORT = 2;

export const lagSchema = block({
  min_support: z.int().min(1).max(1000).default(DEFAULT_MIN_SUPPORT),
  reorg_depth: reorgDepthField.prefault({}),
}).transform(({ min_support: minSupport, reorg_depth: reorgDepth }): LagConfig => ({ minSupport, reorgDepth }));

export const globalSchema = block({
  interval: durationField.optional(),
  timeout: timeoutField.optional(),
  limits: limitsSchema.optional(),
  ...proxyFields,
}).meta(PROXY_RULES);

export type GlobalFields = z.output<typeof globalSchema>;

export const nameField = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._:@-]{0,62}$/,
    "expected 1 to 63 letters, digits and . _ : @ - starting with a letter or digit",
  );

const CHAIN = `one of ${CHAIN_NAMES.join(", ")}`;

export const chainField = parsed(CHAIN, (text): ChainName => {
  if (isChainName(text)) return text;
  throw new Error(`expected ${CHAIN}, found ${quoted(text)}${didYouMean(text, CHAIN_NAMES) ?? ""}`);
});

const labelName = z.string().superRefine((name, context) => {
  const problem = labelNameProblem(name);
  if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
});
/** yaml-plain.ts makes texts of numbers and booleans. */
export const labelsField = z.record(labelName, z.string());

/** The library expands every number of a range before it checks whether they fit. */
const LONG_NUMBER = /\d{4}/;

const scheduleField = z.string().superRefine((expression, context) => {
  if (LONG_NUMBER.test(expression)) {
    const message = "expected a cron expression like */5 * * * *: its numbers have at most two digits";
    context.addIssue({ code: "custom", message });
    return;
  }
  const { valid, errors } = cron.validateDetailed(expression);
  const detail = errors.map(({ message }) => message).join("; ");
  if (!valid) context.addIssue({ code: "custom", message: `expected a cron expression like */5 * * * *: ${detail}` });
  else if (!everMatches(expression)) {
    context.addIssue({ code: "custom", message: "cron expression never matches: no date satisfies all its fields" });
  }
});

/** Valid fields may exclude each other: in no month the 7th is the last Sunday. */
function everMatches(expression: string): boolean {
  const task = cron.createTask(expression, () => {});
  try {
    return task.getNextRuns(2).length === 2;
  } catch {
    return false;
  } finally {
    void task.destroy();
  }
}

/** The keys of the blocks that belong to one chain each. */
export const CHAIN_BLOCKS = ADAPTERS.map(({ optionsKey }) => optionsKey);

/**
 * Checks the chain's own block of a node or module. A block of another chain is a problem, as it would have no effect.
 * @returns undefined when something is wrong, which is reported then
 */
export function checkChainOptions(
  raw: unknown,
  path: readonly PropertyKey[],
  checker: Checker,
): ChainOptions | undefined {
  if (!isObject(raw) || !isChainName(raw.chain)) return undefined;
  const { optionsKey, options } = chains[raw.chain];
  for (const key of CHAIN_BLOCKS) {
    if (key !== optionsKey && raw[key] !== undefined) {
      checker.report([...path, key], `a node of chain ${raw.chain} cannot have a ${key} block, only ${optionsKey}`);
    }
  }
  const own = raw[optionsKey] ?? {};
  const misplaced = isObject(own) ? misplacedKeys(options, own) : [];
  for (const key of misplaced) {
    checker.report(
      [...path, optionsKey, key],
      `unknown key; ${key} is a key of the node itself, next to ${optionsKey}`,
    );
  }
  const isPlaced = ([key]: readonly [string, unknown]) => !misplaced.includes(key);
  const block = isObject(own) ? Object.fromEntries(Object.entries(own).filter(isPlaced)) : own;
  if (raw.host_header !== undefined && isObject(block) && block.host_header !== undefined) {
    checker.report(
      [...path, optionsKey, "host_header"],
      `expected at most one of host_header and ${optionsKey}.host_header`,
    );
  }
  return checker.check(options, block, [...path, optionsKey]);
}

const NODE_KEYS: ReadonlySet<string> = new Set([
  ...["url", "network", "labels", "interval", "schedule", "timeout", "auth", "tls", "limits", "host_header"],
  ...["connections", ...Object.keys(proxyFields)],
]);

/** Keys of a node that are in the block of its chain, where they have no meaning. */
function misplacedKeys(options: z.ZodType, block: JsonObject): readonly string[] {
  const keys = Object.keys(block).filter((key) => NODE_KEYS.has(key));
  if (keys.length === 0) return [];
  const issues = options.safeParse(block).error?.issues ?? [];
  const unknown = issues.flatMap((issue) =>
    issue.code === "unrecognized_keys" && issue.path.length === 0 ? issue.keys : [],
  );
  return keys.filter((key) => unknown.includes(key));
}

/** A node. The block of its chain is checked by `checkChainOptions`. */
export function nodeSchema(configFile: string | undefined) {
  const chainBlocks: Record<string, z.ZodOptional<z.ZodUnknown>> = Object.fromEntries(
    CHAIN_BLOCKS.map((key) => [key, z.unknown().optional()]),
  );
  return block({
    name: nameField,
    chain: chainField,
    url: nodeUrlField,
    network: nameField.optional(),
    labels: labelsField.default({}),
    interval: durationField.optional(),
    schedule: scheduleField.optional(),
    timeout: timeoutField.optional(),
    auth: authField(configFile).optional(),
    tls: tlsField(configFile).optional(),
    limits: limitsSchema.optional(),
    host_header: hostHeaderField.optional(),
    ...proxyFields,
    connections: ownConnectionsSchema(configFile).optional(),
    ...chainBlocks,
  }).meta({
    ...PROXY_RULES,
    dependencies: { ...PROXY_RULES.dependencies, ...excludes({ interval: ["schedule"] }).dependencies },
  });
}

export type NodeFields = z.output<ReturnType<typeof nodeSchema>>;
