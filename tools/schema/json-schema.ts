import * as z from "zod";
import { chains } from "../../src/chains/index.ts";
import { connectionsSchema } from "../../src/config/connections.ts";
import { sizeField } from "../../src/config/limits.ts";
import { moduleSchema, probeSchema } from "../../src/config/probe.ts";
import { MAX_REORG_DEPTH, reorgDepthField } from "../../src/config/reorg-depth.ts";
import { CHAIN_BLOCKS, chainField, globalSchema, labelsField, lagSchema, nodeSchema } from "../../src/config/schema.ts";
import { isObject, type JsonObject } from "../../src/lib/json.ts";
import { durationField, nodeUrlField, timeoutField } from "../../src/schema/fields.ts";
import { textOf } from "../repository.ts";
import { exampleComments } from "./example-comments.ts";

/**
 * config.schema.json: the configuration file for editors, made from the schemas that the program checks it with. It refuses
 * nothing that the program takes; what only the program sees (files, a timeout that exceeds its interval) it lets through.
 */

/** The draft that editors know best. */
const DRAFT = "draft-7";

/** The text of config.schema.json, with the comments of config.example.yaml as descriptions. */
export function configSchemaText(): string {
  const schema = configJsonSchema(exampleComments(textOf("config.example.yaml")));
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

/** @param descriptions what keys mean, by path: `nodes.auth.basic` */
export function configJsonSchema(descriptions: ReadonlyMap<string, string>): JsonObject {
  const described = (schema: JsonObject, path: string) => withDescriptions(schema, path, descriptions);
  const part = (schema: z.ZodType, path: string) => described(orNothing(plain(schema)), path);
  const listOf = (items: JsonObject, path: string) => ({ type: "array", items, ...descriptionOf(descriptions, path) });
  const node = { $ref: "#/definitions/node" };
  const probe = part(probeSchema, "probe");
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Configuration of peer-exporter",
    type: "object",
    additionalProperties: false,
    patternProperties: { "^x-": { description: "Not read: a place for anchors (peer-exporter docs configuration)." } },
    // An exporter may be there only for targets that others name.
    anyOf: [{ required: ["nodes"] }, { required: ["probe"] }],
    properties: {
      global: part(globalSchema, "global"),
      connections: part(connectionsSchema(undefined), "connections"),
      lag: part(lagSchema, "lag"),
      probe: withProperty(probe, "modules", {
        ...propertyOf(probe, "modules"),
        additionalProperties: { $ref: "#/definitions/module" },
      }),
      nodes: listOf(node, "nodes"),
      references: listOf({ allOf: [node, { type: "object", properties: { connections: false } }] }, "references"),
    },
    definitions: {
      node: described(withChainBlocks(plain(nodeSchema(undefined))), "nodes"),
      module: described(withChainBlocks(plain(moduleSchema(undefined))), "nodes"),
    },
  };
}

const DURATION = "^(?=.)(?:\\d+d)?(?:\\d+h)?(?:\\d+m)?(?:\\d+s)?(?:\\d+ms)?$";
const NODE_URL = "^(?:[hH][tT][tT][pP][sS]?://|unix:/)\\S+$";

/** What may stand for any text: a variable of the environment. */
const VARIABLE = "\\$\\{";

function plain(schema: z.ZodType): JsonObject {
  const { $schema: _, ...json }: Record<string, unknown> = z.toJSONSchema(schema, {
    io: "input",
    target: DRAFT,
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => {
      // Their checks are code, which a JSON Schema cannot express.
      if (zodSchema === durationField || zodSchema === timeoutField) jsonSchema.pattern = DURATION;
      if (zodSchema === sizeField) writeSize(jsonSchema);
      if (zodSchema === reorgDepthField) writeDepth(jsonSchema);
      if (zodSchema === nodeUrlField) jsonSchema.pattern = NODE_URL;
      if (zodSchema === labelsField)
        Object.assign(jsonSchema, {
          // Not "__" first. Helm's patterns are Go's, which cannot look ahead.
          propertyNames: { pattern: "^(?:_|_?[a-zA-Z][a-zA-Z0-9_]*|_[0-9][a-zA-Z0-9_]*)$" },
          additionalProperties: { type: ["string", "number", "boolean", "null"] },
        });
      if (zodSchema === chainField) jsonSchema.enum = Object.keys(chains);
      letVariablesThrough(jsonSchema);
    },
  });
  return json;
}

const SIZE = "^\\d{1,12}(?:KiB|MiB|GiB)?$";

function writeSize(schema: z.core.JSONSchema.BaseSchema): void {
  schema.anyOf = [
    { type: "string", pattern: `(?:${SIZE})|${VARIABLE}` },
    { type: "integer", minimum: 1 },
  ];
}

function writeDepth(schema: z.core.JSONSchema.BaseSchema): void {
  const blocks = { type: "integer", minimum: 0, maximum: MAX_REORG_DEPTH } as const;
  schema.anyOf = [
    blocks,
    {
      type: "object",
      additionalProperties: false,
      properties: Object.fromEntries(Object.keys(chains).map((chain) => [chain, blocks])),
    },
  ];
}

function letVariablesThrough(schema: z.core.JSONSchema.BaseSchema): void {
  const { pattern, minLength, enum: choices } = schema;
  if (pattern !== undefined && !pattern.endsWith(VARIABLE)) schema.pattern = `(?:${pattern})|${VARIABLE}`;
  if (minLength !== undefined && minLength > 1) {
    schema.pattern = `^[\\s\\S]{${minLength},}$|${VARIABLE}`;
    delete schema.minLength;
  }
  if (choices !== undefined) {
    delete schema.enum;
    delete schema.type;
    schema.anyOf = [{ enum: choices }, { type: "string", pattern: VARIABLE }];
  }
}

/** The blocks of the chains, each only for nodes of its own. */
function withChainBlocks(node: JsonObject): JsonObject {
  const adapters = Object.values(chains);
  const blocks = CHAIN_BLOCKS.map((key) => {
    const adapter = adapters.find(({ optionsKey }) => optionsKey === key);
    return [key, adapter === undefined ? {} : orNothing(plain(adapter.options))] as const;
  });
  const conditions = CHAIN_BLOCKS.map((key) => {
    const names = Object.entries(chains).flatMap(([name, { optionsKey }]) => (optionsKey === key ? [name] : []));
    const others = CHAIN_BLOCKS.filter((other) => other !== key);
    return {
      if: { properties: { chain: { enum: names } }, required: ["chain"] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: { properties: Object.fromEntries(others.map((other) => [other, false])) },
    };
  });
  const properties = isObject(node.properties) ? node.properties : {};
  const others = Array.isArray(node.allOf) ? node.allOf : [];
  return { ...node, properties: { ...properties, ...Object.fromEntries(blocks) }, allOf: [...others, ...conditions] };
}

/** A key with nothing behind it counts as absent. */
function orNothing(schema: JsonObject): JsonObject {
  return { ...schema, type: [schema.type, "null"] };
}

function propertyOf(schema: JsonObject, key: string): JsonObject {
  const property = isObject(schema.properties) ? schema.properties[key] : undefined;
  return isObject(property) ? property : {};
}

function withProperty(schema: JsonObject, key: string, value: JsonObject): JsonObject {
  const properties = isObject(schema.properties) ? schema.properties : {};
  return { ...schema, properties: { ...properties, [key]: value } };
}

function withDescriptions(schema: JsonObject, path: string, descriptions: ReadonlyMap<string, string>): JsonObject {
  const described = { ...schema, ...descriptionOf(descriptions, path) };
  if (!isObject(schema.properties)) return described;
  const properties = Object.entries(schema.properties).map(([key, value]) => [
    key,
    isObject(value) ? withDescriptions(value, `${path}.${key}`, descriptions) : value,
  ]);
  return { ...described, properties: Object.fromEntries(properties) };
}

function descriptionOf(descriptions: ReadonlyMap<string, string>, path: string): { description?: string } {
  // The same block is allowed in two places, and described at the first.
  const shared = path.replace(/^nodes\.limits\./, "global.limits.").replace(/^nodes\.connections\./, "connections.");
  const description = descriptions.get(path) ?? descriptions.get(shared);
  return description === undefined ? {} : { description };
}
