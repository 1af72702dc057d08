import { FileError } from "./files/file-error.ts";

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
