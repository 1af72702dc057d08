import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** @param path below the root */
export function textOf(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

/** A file that a tool makes. */
export type GeneratedFile = {
  /** Below the root of the repository. */
  readonly path: string;
  readonly text: string;
};
