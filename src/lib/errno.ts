import { lstat } from "node:fs/promises";
import { dirname } from "node:path";

/** Why a file was not read, where the system itself has no code for it. */
export class FileError extends Error {
  /** In words that go on after the name of the file: `it is a FIFO, expected a regular file`. */
  readonly finding: string;

  constructor(finding: string) {
    super(finding);
    this.name = "FileError";
    this.finding = finding;
  }
}

/** The system's code of an error (ENOENT, EACCES, ...), for messages that must not carry its text. */
export function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "unknown error";
}

const FILE_ERRORS: Partial<Record<string, string>> = {
  EACCES: "this user may not read it",
  EAGAIN: "it has nothing to read now, or another process holds a lease on it",
  EISDIR: "it is a folder",
  ELOOP: "its symbolic links lead in a circle",
  ENOENT: "no such file",
  ENOTDIR: "no such folder",
};

/** The same for a file that cannot be read, with what the code means: `ENOENT: no such file`. */
export function fileErrorCode(error: unknown): string {
  if (error instanceof FileError) return error.finding;
  const code = errorCode(error);
  const meaning = FILE_ERRORS[code];
  return meaning === undefined ? code : `${code}: ${meaning}`;
}

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
