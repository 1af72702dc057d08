import schema from "../../../config.schema.json" with { type: "json" };
import type { Context } from "../context.ts";

/** Built in, so that it is there wherever the program is. */
export function printSchema({ print }: Context): number {
  print(`${JSON.stringify(schema, undefined, 2)}\n`);
  return 0;
}
