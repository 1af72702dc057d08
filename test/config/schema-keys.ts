import * as z from "zod";
import { chains } from "../../src/chains/index.ts";
import { connectionsSchema } from "../../src/config/connections.ts";
import { probeSchema } from "../../src/config/probe.ts";
import { documentSchema, globalSchema, lagSchema, nodeSchema } from "../../src/config/schema.ts";
import { isObject } from "../../src/lib/json.ts";

/** Every key that a configuration can have, from the schema: `nodes.auth.basic.username`. */

function keysOf(schema: z.ZodType, path: string): readonly string[] {
  const walk = (json: unknown, at: string): readonly string[] => {
    if (isObject(json) && isObject(json.items)) return walk(json.items, at);
    const properties = isObject(json) && isObject(json.properties) ? json.properties : {};
    return Object.entries(properties).flatMap(([key, value]) => {
      const own = at === "" ? key : `${at}.${key}`;
      return [own, ...walk(value, own)];
    });
  };
  return walk(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }), path);
}

export const ALL_KEYS: ReadonlySet<string> = new Set([
  ...keysOf(documentSchema, ""),
  ...keysOf(globalSchema, "global"),
  ...keysOf(connectionsSchema(undefined), "connections"),
  ...keysOf(lagSchema, "lag"),
  ...keysOf(probeSchema, "probe"),
  ...keysOf(nodeSchema(undefined), "nodes"),
  ...Object.values(chains).flatMap(({ options, optionsKey }) => keysOf(options, `nodes.${optionsKey}`)),
]);
