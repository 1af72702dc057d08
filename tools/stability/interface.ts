import type { Command } from "commander";
import { createProgram } from "../../src/cli/parse-arguments.ts";
import { isObject } from "../../src/lib/json.ts";
import { configSchemaText } from "../schema/json-schema.ts";

/** What users can name outside of queries: keys of the configuration, and flags of the commands. */

/** Every key that a configuration can have, by its path: `nodes.tls.ca_file`. Items of lists and names of modules have no part. */
export function configurationKeys(schema: unknown = JSON.parse(configSchemaText())): readonly string[] {
  return [...new Set(keysIn(schema, "", schema))].sort();
}

function keysIn(schema: unknown, path: string, root: unknown): readonly string[] {
  if (!isObject(schema)) return [];
  const nested = [schema.items, schema.additionalProperties, schema.then, ...parts(schema), referred(schema, root)];
  const properties = isObject(schema.properties) ? Object.entries(schema.properties) : [];
  return [
    ...properties.flatMap(([key, value]) => {
      const own = path === "" ? key : `${path}.${key}`;
      return [own, ...keysIn(value, own, root)];
    }),
    ...nested.flatMap((each) => keysIn(each, path, root)),
  ];
}

function parts(schema: Readonly<Record<string, unknown>>): readonly unknown[] {
  return ["anyOf", "oneOf", "allOf"].flatMap((name) => {
    const list = schema[name];
    return Array.isArray(list) ? list : [];
  });
}

/** What a reference like `#/definitions/limits` names. */
function referred({ $ref }: Readonly<Record<string, unknown>>, root: unknown): unknown {
  if (typeof $ref !== "string") return undefined;
  const steps = $ref.split("/").slice(1);
  return steps.reduce<unknown>((value, step) => (isObject(value) ? value[step] : undefined), root);
}

/** Commands and their flags: `check`, `check --connect`; flags without a command are of the exporter itself. */
export function flags(): readonly string[] {
  const program = createProgram("0.0.0", { out: () => {}, err: () => {} }, () => {});
  const commands = program.createHelp().visibleCommands(program);
  return [
    ...flagsOf(program, ""),
    ...commands.flatMap((command) => [command.name(), ...flagsOf(command, `${command.name()} `)]),
  ];
}

function flagsOf(command: Command, prefix: string): readonly string[] {
  return command.options.filter(({ hidden }) => !hidden).map(({ long, flags: all }) => prefix + (long ?? all));
}
