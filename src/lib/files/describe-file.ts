import { lstat } from "node:fs/promises";
import { dirname } from "node:path";
import { FileError } from "./file-error.ts";

/**
 * How an error names a file that the configuration names. What does not exist may be no path but the secret itself
 * (`password_file: hunter2`), so of such a path only the folders that exist are shown.
 * @param error why it was not read
 * @param kind what the file is for, as in "secret file"
 * @returns `the secret file /run/secrets/token` or `a secret file in /run/secrets`
 */
export async function describeFile(path: string, error: unknown, kind?: string): Promise<string> {
  // A file of another kind is there. One that hangs is not looked for: that would hang, too.
  if (error instanceof FileError || (await exists(path))) return kind === undefined ? path : `the ${kind} ${path}`;
  let folder = dirname(path);
  let where = "in";
  while (folder !== dirname(folder) && !(await exists(folder))) {
    folder = dirname(folder);
    where = "below";
  }
  return `a ${kind ?? "file"} ${where} ${folder}`;
}

/** For people who see no name and wonder. */
export const NAME_NOT_SHOWN = "its name is not shown, as it may be the secret itself";

/** Also false where this user may not know. */
async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch {
    return false;
  }
}
