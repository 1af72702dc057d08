import { parse, stringify } from "yaml";
import * as z from "zod";
import { chains } from "../../src/chains/index.ts";
import { connectionsSchema } from "../../src/config/connections.ts";
import { moduleSchema, probeSchema } from "../../src/config/probe.ts";
import { documentSchema, globalSchema, lagSchema, nodeSchema } from "../../src/config/schema.ts";
import { isObject, type JsonObject } from "../../src/lib/json.ts";
import { SECTIONS } from "./configuration-keys.ts";
import type { KeyText, Section } from "./key-section.ts";
import { between } from "./markers.ts";

/** docs/configuration.md's tables: what the schema knows of each key, and what configuration-keys.ts says of it. */

type SchemaKey = { readonly schema: JsonObject; readonly isRequired: boolean };

function jsonOf(schema: z.ZodType): unknown {
  return z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
}

function keysOf(json: unknown, path: string): readonly (readonly [string, SchemaKey])[] {
  if (isObject(json) && isObject(json.items)) return keysOf(json.items, path);
  const properties = isObject(json) && isObject(json.properties) ? json.properties : {};
  const required = isObject(json) && Array.isArray(json.required) ? json.required : [];
  return Object.entries(properties).flatMap(([key, value]) => {
    const own = path === "" ? key : `${path}.${key}`;
    const schema = isObject(value) ? value : {};
    return [[own, { schema, isRequired: required.includes(key) }] as const, ...keysOf(value, own)];
  });
}

/** Every key of the configuration. Those of a module that a node has too are left to the node. */
export const SCHEMA_KEYS: ReadonlyMap<string, SchemaKey> = new Map([
  ...keysOf(jsonOf(documentSchema), ""),
  // The limits of nodes are the same.
  ...keysOf(jsonOf(globalSchema), "global").filter(([path]) => !path.startsWith("global.limits.")),
  ...keysOf(jsonOf(connectionsSchema(undefined)), "connections"),
  ...keysOf(jsonOf(lagSchema), "lag"),
  // The shared block has the same keys.
  ...keysOf(jsonOf(nodeSchema(undefined)), "nodes").filter(([path]) => !path.startsWith("nodes.connections.")),
  ...Object.values(chains).flatMap(({ options, optionsKey }) => keysOf(jsonOf(options), `nodes.${optionsKey}`)),
  ...keysOf(jsonOf(probeSchema), "probe"),
  ...keysOf(jsonOf(moduleSchema(undefined)), "probe.modules").filter(
    ([path]) => !((path.split(".")[2] ?? "") in nodeSchema(undefined).shape),
  ),
]);

/** docs/configuration.md with the tables of all keys between its markers. */
export function configurationDocument(document: string): string {
  return between(document, "keys", SECTIONS.map(sectionText).join("\n"));
}

function sectionText({ title, introduction, keys }: Section): string {
  const rows = Object.entries(keys).map(([path, text]) => rowOf(path, text));
  return `## ${title}

${introduction}

| key | type | default | meaning | example |
|---|---|---|---|---|
${rows.join("\n")}
`;
}

function rowOf(path: string, text: KeyText): string {
  const key = SCHEMA_KEYS.get(path);
  if (key === undefined) throw new Error(`the schema has no key ${path}`);
  const cells = [
    `\`${shortName(path)}\``,
    text.type ?? typeOf(key.schema),
    defaultOf(key, text),
    text.meaning,
    `\`${text.example}\``,
  ];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

/** As the section shows it: `basic.username` under auth. */
function shortName(path: string): string {
  const parts = path.split(".");
  if (parts.length === 1) return path;
  if (parts[0] === "probe" && parts[1] === "modules") return parts.at(-1) ?? "";
  const isOfNode = parts[0] === "nodes" && parts.length > 2;
  return parts.slice(isOfNode ? 2 : 1).join(".");
}

function typeOf({ type, enum: choices, minimum, maximum }: JsonObject): string {
  if (Array.isArray(choices)) return `one of ${choices.map((choice) => `\`${choice}\``).join(", ")}`;
  switch (type) {
    case "boolean":
      return "`true` or `false`";
    case "integer":
      return `whole number, ${minimum} to ${maximum}`;
    case "string":
      return "text";
    default:
      throw new Error(`no words for the type ${String(type)}`);
  }
}

function defaultOf({ schema, isRequired }: SchemaKey, { fallback }: KeyText): string {
  const written = schema.default;
  if (fallback !== undefined) return fallback;
  if (isRequired) return "required";
  if (typeof written === "string" || typeof written === "number" || typeof written === "boolean") {
    return `\`${written}\``;
  }
  return "none";
}

const URLS = {
  wire: "http://127.0.0.1:8888",
  monero: "http://127.0.0.1:18081",
  chainweb: "https://127.0.0.1:1789",
  bitcoin: "http://127.0.0.1:8332",
} as const;

/** The whole configuration in which an example of a section stands. */
export function exampleConfig({ place, chain = "monero" }: Section, example: string): string {
  const value: unknown = parse(example);
  switch (place) {
    case "document":
      return stringify(value);
    case "module":
      return stringify({ probe: { modules: { m: { chain, ...(isObject(value) ? value : {}) } } } });
    case "node":
      return stringify({ nodes: [{ name: "node-1", chain, url: URLS[chain], ...(isObject(value) ? value : {}) }] });
    default:
      return stringify({ [place]: value });
  }
}
