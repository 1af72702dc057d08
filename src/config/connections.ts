import * as z from "zod";
import { fileSecret, inlineSecret, keyInFile, printSecret, secretIn } from "../lib/secret.ts";
import { block, excludes, pathField } from "../schema/fields.ts";
import { ADDRESS_MODES, type ConnectionsConfig } from "./model.ts";

/** The `connections` block: of the whole configuration, and the own settings of a node or module. */

const DEFAULT_MAX_PER_NODE = 100;

/**
 * A public node got 1.8 new connections in an hour for each of its peers. So a first hour has 2.8 times as many series as
 * there are peers at one time. The default allows about three times that for up to 667 peers, and the series of a first
 * hour for more peers.
 */
const DEFAULT_MAX_NEW_PER_HOUR = 2000;
const NEW_PER_HOUR_OF_EACH_PEER = 3;
const MAX_CONNECTIONS = 100_000;

/** A short key could be guessed together with the addresses, which are few enough to try them all. */
export const MIN_HASH_KEY_LENGTH = 16;

/** The shared settings. Their default of `maxNewPerHour` depends on the `maxPerNode` of each node. */
type SharedConnections = Omit<ConnectionsConfig, "maxNewPerHour"> & { readonly maxNewPerHour: number | undefined };

/** The settings that a node or module has instead of the shared ones. */
type OwnConnections = Partial<ConnectionsConfig>;

const seriesField = z.boolean();
const maxPerNodeField = z.int().min(0).max(MAX_CONNECTIONS);
const maxNewPerHourField = z.int().min(1).max(MAX_CONNECTIONS);
const addressField = z.enum(ADDRESS_MODES);

/** @param configFile the configuration file: relative paths start from its folder */
export function connectionsSchema(configFile: string | undefined) {
  return block({
    series: seriesField.default(true),
    max_per_node: maxPerNodeField.default(DEFAULT_MAX_PER_NODE),
    max_new_per_hour: maxNewPerHourField.optional(),
    address: addressField.default("host"),
    ...hashKeyFields(configFile),
  })
    .meta(ONE_HASH_KEY)
    .transform(
      (fields, context): SharedConnections => ({
        series: fields.series,
        maxPerNode: fields.max_per_node,
        maxNewPerHour: fields.max_new_per_hour,
        address: fields.address,
        hashKey: hashKeyOf(fields, context),
      }),
    );
}

/** @param configFile the configuration file: relative paths start from its folder */
export function ownConnectionsSchema(configFile: string | undefined) {
  return block({
    series: seriesField.optional(),
    max_per_node: maxPerNodeField.optional(),
    max_new_per_hour: maxNewPerHourField.optional(),
    address: addressField.optional(),
    ...hashKeyFields(configFile),
  })
    .meta(ONE_HASH_KEY)
    .transform((fields, context): OwnConnections => {
      const { series, max_per_node: maxPerNode, max_new_per_hour: maxNewPerHour, address } = fields;
      const hashKey = hashKeyOf(fields, context);
      return {
        ...(series === undefined ? {} : { series }),
        ...(maxPerNode === undefined ? {} : { maxPerNode }),
        ...(maxNewPerHour === undefined ? {} : { maxNewPerHour }),
        ...(address === undefined ? {} : { address }),
        ...(hashKey === undefined ? {} : { hashKey }),
      };
    });
}

/** Joins the own settings of a node or module with the shared ones. */
export type JoinConnections = (own?: OwnConnections) => ConnectionsConfig;

/** @returns for nodes without settings of their own always the same object */
export function createConnectionsJoin(shared: SharedConnections): JoinConnections {
  const all = join(shared, {});
  return (own = {}) => (Object.keys(own).length === 0 ? all : join(shared, own));
}

function join(shared: SharedConnections, own: OwnConnections): ConnectionsConfig {
  const joined = { ...shared, ...own };
  return { ...joined, maxNewPerHour: joined.maxNewPerHour ?? defaultMaxNewPerHour(joined.maxPerNode) };
}

/** Whether two settings mean the same. The content of a hash key's file does not count. */
export function isSameConnections(a: ConnectionsConfig, b: ConnectionsConfig): boolean {
  if (a === b) return true;
  const isSameKey = a.hashKey?.file() === b.hashKey?.file() && inlineKeyOf(a) === inlineKeyOf(b);
  return (
    isSameKey &&
    a.series === b.series &&
    a.maxPerNode === b.maxPerNode &&
    a.maxNewPerHour === b.maxNewPerHour &&
    a.address === b.address
  );
}

function inlineKeyOf({ hashKey }: ConnectionsConfig): string | undefined {
  return hashKey?.file() === undefined ? hashKey?.known()[0] : undefined;
}

/** The settings with the keys of the file. */
export function printConnections({ series, maxPerNode, maxNewPerHour, address, hashKey }: ConnectionsConfig) {
  return {
    series,
    max_per_node: maxPerNode,
    max_new_per_hour: maxNewPerHour,
    address,
    ...(hashKey === undefined ? {} : printSecret("hash_key", hashKey)),
  };
}

const ONE_HASH_KEY = excludes({ hash_key: ["hash_key_file"] });

const SHORT_KEY = `expected at least ${MIN_HASH_KEY_LENGTH} characters`;

function hashKeyFields(configFile: string | undefined) {
  return {
    hash_key: z
      .string()
      .min(MIN_HASH_KEY_LENGTH, SHORT_KEY)
      .refine((key) => key.length < MIN_HASH_KEY_LENGTH || secretIn(key).length >= MIN_HASH_KEY_LENGTH, SHORT_KEY)
      .optional(),
    hash_key_file: pathField(configFile).optional(),
  };
}

type HashKeyFields = { readonly hash_key?: string | undefined; readonly hash_key_file?: string | undefined };

function hashKeyOf(
  { hash_key: key, hash_key_file: file }: HashKeyFields,
  context: z.core.$RefinementCtx,
): ConnectionsConfig["hashKey"] {
  if (key !== undefined && file !== undefined) {
    context.addIssue({ code: "custom", message: "expected at most one of hash_key and hash_key_file" });
  }
  if (key !== undefined) return inlineSecret(key);
  return file === undefined ? undefined : fileSecret(file, keyInFile);
}

function defaultMaxNewPerHour(maxPerNode: number): number {
  return Math.min(Math.max(DEFAULT_MAX_NEW_PER_HOUR, NEW_PER_HOUR_OF_EACH_PEER * maxPerNode), MAX_CONNECTIONS);
}
