import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempFolder } from "./servers.ts";

/** A program with this preload and environment finds files on a mount that hangs. */
export type DeadMount = {
  readonly preload: string;
  readonly env: Readonly<Record<string, string>>;
  /** From now on calls of the system for files whose paths begin so do not return. */
  hang(...beginnings: readonly string[]): void;
  /** The calls return, and later ones do not hang. */
  revive(): void;
  /** The paths of the files that were asked for while they hung. */
  asked(): readonly string[];
};

export function createDeadMount(): DeadMount {
  const folder = tempFolder();
  const [list, fifo, asked] = [join(folder, "list"), join(folder, "fifo"), join(folder, "asked")];
  execFileSync("mkfifo", [fifo]);
  writeFileSync(list, "");
  writeFileSync(asked, "");
  return {
    preload: "hang.mjs",
    env: { HANG_LIST: list, HANG_FIFO: fifo, HANG_ASKED: asked },
    hang: (...beginnings) => writeFileSync(list, beginnings.join("\n")),
    revive() {
      writeFileSync(list, "");
      // Opening for both never waits; whoever waits for a writer goes on.
      closeSync(openSync(fifo, constants.O_RDWR));
    },
    asked: () => readFileSync(asked, "utf8").split("\n").slice(0, -1),
  };
}
