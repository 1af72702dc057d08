import cron from "node-cron";
import * as z from "zod";
import { ADAPTERS, CHAIN_NAMES, type ChainName, isChainName } from "../chains/index.ts";
import { fileSecret, inlineSecret } from "../lib/secret.ts";
import {
  block,
  didYouMean,
  durationField,
  excludes,
  mismatch,
  nodeUrlField,
  parsed,
  pathField,
  quoted,
} from "../schema/fields.ts";
import { authField, tlsField } from "./access.ts";
import { limitsSchema } from "./limits.ts";
import { ADDRESS_MODES, type ConnectionsConfig, type LagConfig } from "./model.ts";

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
    ...ADAPTERS.flatMap(({ families }) => families.flatMap(({ labels }) => labels)),
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

/** The parts of the configuration file. How they depend on each other is checked in parse.ts. */

const MAX_PER_NODE = 250;

/**
 * A public node was seen to get 1.8 new connections in an hour for each of its peers. So a first hour has 2.8 times as many
 * series as there are at once: 700 of 250 peers. Three times that, and never less than a first hour has where more are shown.
 */
const MAX_NEW_PER_HOUR = 2000;
const MAX_NEW_OF_EACH = 3;
const MOST_CONNECTIONS = 100_000;

/** Addresses are few enough to be guessed one by one: a short key could be guessed with them. */
export const MIN_HASH_KEY_LENGTH = 16;

/** The outermost keys; their values are checked one by one, so that each error is found in one go. */
export const documentSchema = block({
  global: z.unknown().optional(),
  connections: z.unknown().optional(),
  lag: z.unknown().optional(),
  probe: z.unknown().optional(),
  nodes: z
    .array(z.unknown(), { error: ({ input }) => mismatch("a list of nodes", input) })
    .min(1, "expected at least one node"),
  references: z.array(z.unknown(), { error: ({ input }) => mismatch("a list of references", input) }).optional(),
});

/** An exporter may be there only for targets that others name. */
export const probeDocumentSchema = block({
  ...documentSchema.shape,
  nodes: z.array(z.unknown(), { error: ({ input }) => mismatch("a list of nodes", input) }).optional(),
});

/** How many peers must have a height before it is believed. */
const MIN_SUPPORT = 2;

export const lagSchema = block({ min_support: z.int().min(1).max(1000).default(MIN_SUPPORT) }).transform(
  ({ min_support: minSupport }): LagConfig => ({ minSupport }),
);

export const globalSchema = block({
  interval: durationField.optional(),
  timeout: durationField.optional(),
  limits: limitsSchema.optional(),
});

export type GlobalFields = z.output<typeof globalSchema>;

/** @param configFile the file that the configuration stands in: relative paths start from its folder */
export function connectionsSchema(configFile: string | undefined) {
  return block({
    series: z.boolean().default(true),
    max_per_node: z.int().min(0).max(MOST_CONNECTIONS).default(MAX_PER_NODE),
    max_new_per_hour: z.int().min(1).max(MOST_CONNECTIONS).optional(),
    address: z.enum(ADDRESS_MODES).default("full"),
    hash_key: z.string().min(MIN_HASH_KEY_LENGTH, `expected at least ${MIN_HASH_KEY_LENGTH} characters`).optional(),
    hash_key_file: pathField(configFile).optional(),
  })
    .meta(excludes({ hash_key: ["hash_key_file"] }))
    .transform((fields, context): ConnectionsConfig => {
      const { hash_key: key, hash_key_file: file } = fields;
      if (key !== undefined && file !== undefined) {
        context.addIssue({ code: "custom", message: "expected at most one of hash_key and hash_key_file" });
      }
      return {
        series: fields.series,
        maxPerNode: fields.max_per_node,
        maxNewPerHour: fields.max_new_per_hour ?? maxNewPerHour(fields.max_per_node),
        address: fields.address,
        hashKey: key !== undefined ? inlineSecret(key) : file !== undefined ? fileSecret(file) : undefined,
      };
    });
}

function maxNewPerHour(maxPerNode: number): number {
  return Math.min(Math.max(MAX_NEW_PER_HOUR, MAX_NEW_OF_EACH * maxPerNode), MOST_CONNECTIONS);
}

export const nameField = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._:@-]{0,62}$/,
    "expected 1 to 63 letters, digits and . _ : @ - that begin with a letter or digit",
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
const labelsField = z.record(labelName, z.string());

/** The library writes out every number of a range before it looks whether they fit. */
const LONG_NUMBER = /\d{4}/;

const scheduleField = z.string().superRefine((expression, context) => {
  if (LONG_NUMBER.test(expression)) {
    const message = "expected a cron expression like */5 * * * *: no number in it has more than two digits";
    context.addIssue({ code: "custom", message });
    return;
  }
  const { valid, errors } = cron.validateDetailed(expression);
  const detail = errors.map(({ message }) => message).join("; ");
  if (!valid) context.addIssue({ code: "custom", message: `expected a cron expression like */5 * * * *: ${detail}` });
  else if (!hasTurns(expression)) {
    context.addIssue({
      code: "custom",
      message: "expected a cron expression with a next turn: no day is all that it asks for",
    });
  }
});

/** Valid fields may never meet: the 7th is in no month the last Sunday. The schedule would find out at the start. */
function hasTurns(expression: string): boolean {
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

/** A node without its chain's own block, which the chain's adapter checks. */
export function nodeSchema(configFile: string | undefined) {
  const chainBlocks: Record<string, z.ZodOptional<z.ZodUnknown>> = Object.fromEntries(
    CHAIN_BLOCKS.map((key) => [key, z.unknown().optional()]),
  );
  return block({
    name: nameField,
    chain: chainField,
    url: nodeUrlField,
    labels: labelsField.default({}),
    interval: durationField.optional(),
    schedule: scheduleField.optional(),
    timeout: durationField.optional(),
    auth: authField(configFile).optional(),
    tls: tlsField(configFile).optional(),
    limits: limitsSchema.optional(),
    ...chainBlocks,
  }).meta(excludes({ interval: ["schedule"] }));
}

export type NodeFields = z.output<ReturnType<typeof nodeSchema>>;
