import { lstat } from "node:fs/promises";
import { dirname } from "node:path";

/** Why a file was not read, for reasons that have no code of the system. */
export class FileError extends Error {
  /** Follows the name of the file in a message: `it is a FIFO, expected a regular file`. */
  readonly finding: string;

  constructor(finding: string) {
    super(finding);
    this.name = "FileError";
    this.finding = finding;
  }
}

/** The system's code of an error (ENOENT, EACCES, …), for messages that must not contain its text. */
export function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "unknown error";
}

const FILE_ERRORS: Partial<Record<string, string>> = {
  EACCES: "permission denied",
  EAGAIN: "it has nothing to read now, or another process holds a lease on it",
  EISDIR: "it is a folder",
  ELOOP: "its symbolic links form a loop",
  ENOENT: "no such file",
  ENOTDIR: "no such folder",
};

/** The code of a file error with its meaning: `ENOENT: no such file`. */
export function fileErrorCode(error: unknown): string {
  if (error instanceof FileError) return error.finding;
  const code = errorCode(error);
  const meaning = FILE_ERRORS[code];
  return meaning === undefined ? code : `${code}: ${meaning}`;
}

/**
 * How an error refers to a configured file. A path that does not exist may be the secret itself (`password_file: hunter2`), so
 * only its existing folders are shown.
 * @param error why the file was not read
 * @param kind what the file is for: "secret file"
 * @returns `the secret file /run/secrets/token` or `a secret file in /run/secrets`
 */
export async function describeFile(path: string, error: unknown, kind?: string): Promise<string> {
  // With a FileError the file exists; to check a file that hangs would hang too.
  if (error instanceof FileError || (await exists(path))) return kind === undefined ? path : `the ${kind} ${path}`;
  let folder = dirname(path);
  let where = "in";
  while (folder !== dirname(folder) && !(await exists(folder))) {
    folder = dirname(folder);
    where = "below";
  }
  return `a ${kind ?? "file"} ${where} ${folder}`;
}

/** Explains a message without the name. */
export const NAME_NOT_SHOWN = "its name is not shown, as it may be the secret itself";

/** False also if this user may not see the file. */
export async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch {
    return false;
  }
}
