import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../tools/repository.ts";

const folder = join(ROOT, "test/examples");

/** The files of test/examples, from which documents show parts. */
export const EXAMPLE_SOURCES: readonly string[] = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => readFileSync(join(folder, file), "utf8"));
