import { EXAMPLE_CONFIG_COMMAND } from "../documents/pointers.ts";
import { errorCode, exists } from "../lib/errno.ts";
import { files, MAX_FILE_BYTES } from "../lib/files/files.ts";
import { ConfigError } from "../schema/problems.ts";
import type { SourceFlags } from "./invocation.ts";

/** Where the configuration is looked for, in this order, when no flag names a file or a node. */
const DEFAULT_FILES = ["peer-exporter.yaml", "/etc/peer-exporter/config.yaml"] as const;

export const DEFAULT_FILES_TEXT = `${DEFAULT_FILES[0]} in the working folder, else ${DEFAULT_FILES[1]}`;

/** Flags with the file that is used, and whether it is used because of its place. */
type WithFile<T extends SourceFlags> = T & { readonly isDefaultFile: boolean };

/** @throws ConfigError if neither a flag nor a default file gives nodes */
export async function withDefaultFile<T extends SourceFlags>(
  flags: T,
  candidates: readonly string[] = DEFAULT_FILES,
): Promise<WithFile<T>> {
  const found = await withDefaultFileIfAny(flags, candidates);
  if (found.configFile !== undefined || found.nodes.length > 0) return found;
  throw new ConfigError([
    `no nodes: give --config.file=PATH or --node NAME=CHAIN+URL, or create ${candidates.join(" or ")}; ` +
      `${EXAMPLE_CONFIG_COMMAND} prints a file with every setting, peer-exporter discover ADDRESS the entry of a node`,
  ]);
}

/** As withDefaultFile, for a command that has something to do without nodes. */
export async function withDefaultFileIfAny<T extends SourceFlags>(
  flags: T,
  candidates: readonly string[] = DEFAULT_FILES,
): Promise<WithFile<T>> {
  if (flags.configFile !== undefined || flags.nodes.length > 0) return { ...flags, isDefaultFile: false };
  for (const path of candidates) {
    if (await isThere(path)) return { ...flags, configFile: path, isDefaultFile: true };
  }
  return { ...flags, isDefaultFile: false };
}

/**
 * Whether something is at a path. What cannot be read is there, as the next file would be another configuration than the
 * operator's; so is a link that leads nowhere, which a mount may have left.
 */
async function isThere(path: string): Promise<boolean> {
  try {
    await files.read(path, MAX_FILE_BYTES.configuration);
    return true;
  } catch (error) {
    const code = errorCode(error);
    return (code !== "ENOENT" && code !== "ENOTDIR") || (await exists(path));
  }
}
