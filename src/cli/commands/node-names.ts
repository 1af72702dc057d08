import { ConfigError } from "../../schema/problems.ts";
import type { Context } from "../context.ts";
import type { SourceFlags } from "../invocation.ts";
import { readConfig } from "../source.ts";

/** For shell completion: the names of the nodes, and nothing at all where the configuration is not good. */
export async function printNodeNames(flags: SourceFlags, { print, redactor }: Context): Promise<number> {
  try {
    const { nodes } = await readConfig(flags, redactor);
    for (const { name } of nodes) print(`${name}\n`);
    return 0;
  } catch (error) {
    if (error instanceof ConfigError) return 1;
    throw error;
  }
}
