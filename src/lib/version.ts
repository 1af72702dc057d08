import { readFileSync } from "node:fs";
import * as z from "zod";

/** The version in package.json, which stands beside both src/ and dist/. */
export const VERSION: string = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"))).version;
