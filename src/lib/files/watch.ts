import { createHash } from "node:crypto";
import { files, MAX_FILE_BYTES } from "./files.ts";

/** Watches the contents of files. */
export type FileWatch = {
  stop(): void;
};

export type WatchOptions = {
  /** Asked anew at each look: a file may name others. */
  readonly paths: () => readonly string[];
  /** Told when the contents are others than before, or a file came or went. Never rejects; not called again before it has ended. */
  readonly onChange: () => void | Promise<void>;
  readonly everyMs?: number;
};

const EVERY_MS = 2000;

/**
 * Looks at the contents every few seconds. Events of the file system would be sooner, but are lost where they matter:
 * Kubernetes swaps a symbolic link two levels above a ConfigMap's file, editors replace the file, network file systems
 * send none. The files are small, and contents tell what dates do not: a file that was written as it was is no change.
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
    // A watch alone is no reason to stay.
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

/** A fingerprint, so that no secret of a file stays in memory for this. A file that cannot be read counts as one, too. */
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
