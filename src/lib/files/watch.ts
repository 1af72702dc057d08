import { createHash } from "node:crypto";
import { files, MAX_FILE_BYTES } from "./files.ts";

/** Watches the contents of files. */
export type FileWatch = {
  stop(): void;
};

type WatchOptions = {
  /** Called at each check, as a file may name others. */
  readonly paths: () => readonly string[];
  /** Called when a content has changed, or a file came or went. Must not reject; not called again before it has ended. */
  readonly onChange: () => void | Promise<void>;
  readonly everyMs?: number;
};

const EVERY_MS = 2000;

/**
 * Compares the contents every few seconds. Events of the file system would be faster, but are lost in the important cases:
 * Kubernetes swaps a symbolic link two levels above a ConfigMap's file, editors replace the file, network file systems send no
 * events. The files are small, and unlike times, contents do not change when a file is rewritten with the same text.
 */
export function watchFiles({ paths, onChange, everyMs = EVERY_MS }: WatchOptions): FileWatch {
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  let seen = contentsOf(paths());
  const look = async (): Promise<void> => {
    const before = await seen;
    seen = contentsOf(paths());
    if ((await seen) !== before && !isStopped) await onChange();
    if (!isStopped) wait();
  };
  const wait = () => {
    timer = setTimeout(() => void look(), everyMs);
    // A watch does not keep the process alive.
    timer.unref();
  };
  wait();
  return {
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

/** Fingerprints, so that no secret of a file stays in memory. "unreadable" is one of them. */
async function contentsOf(paths: readonly string[]): Promise<string> {
  const parts = await Promise.all(paths.map(async (path) => `${path}\0${await fingerprint(path)}`));
  return parts.join("\0");
}

async function fingerprint(path: string): Promise<string> {
  try {
    return createHash("sha256")
      .update(await files.read(path, MAX_FILE_BYTES.configuration))
      .digest("hex");
  } catch {
    return "unreadable";
  }
}
