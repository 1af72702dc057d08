import { fstatSync, writeSync } from "node:fs";
import type { Writable } from "node:stream";
import { isatty } from "node:tty";

/** Takes finished lines. Writing never throws and never waits: an exporter that cannot log still exports. */
export type LogDestination = { write(line: string): void };

export type LossReport = {
  /** Makes the line that tells how many lines before it were lost. */
  readonly lostLine: (count: number) => string;
  /** Called for each line that is lost. */
  readonly onLost: () => void;
};

/** What a reader may be behind, in characters. Beyond it lines are lost, not kept. */
const MOST_WAITING = 1024 * 1024;

/** What may wait when lines go on after a loss. At the limit itself a short line would fit between two long ones that do not, and
 * a loss would be told in pieces, of a log with holes. */
const MOST_WAITING_AFTER_LOSS = MOST_WAITING / 2;

const STDERR = 2;

/** Standard error, whatever stands behind it. */
export function openStandardError(report: LossReport): LogDestination {
  const kind = fstatSync(STDERR);
  // The others never keep a writer waiting: files, and devices like /dev/null.
  return kind.isFIFO() || kind.isSocket() || isatty(STDERR)
    ? streamDestination(process.stderr, report)
    : fileDestination(STDERR, report);
}

/** For what has a reader, who may be slow or gone. Node writes to its standard streams on Linux as far as they take it at
 * once, and keeps the rest. */
export function streamDestination(
  stream: Pick<Writable, "write" | "on" | "writableLength">,
  { lostLine, onLost }: LossReport,
): LogDestination {
  let lost = 0;
  let isGone = false;
  stream.on("error", () => {
    isGone = true;
  });
  return {
    write(line) {
      if (isGone) return onLost();
      const most = lost > 0 ? MOST_WAITING_AFTER_LOSS : MOST_WAITING;
      if (stream.writableLength + line.length > most) {
        lost += 1;
        return onLost();
      }
      if (lost > 0) stream.write(lostLine(lost));
      lost = 0;
      stream.write(line);
    },
  };
}

export type WriteBytes = (file: number, bytes: Buffer, offset: number) => number;

/** For files. A full disk may have room again later, so each line is tried. */
export function fileDestination(
  file: number,
  { lostLine, onLost }: LossReport,
  write: WriteBytes = writeSync,
): LogDestination {
  let lost = 0;
  /** The last thing in the file is a part of a line. */
  let isTorn = false;

  function put(text: string): boolean {
    const bytes = Buffer.from(text);
    let written = 0;
    try {
      while (written < bytes.length) written += write(file, bytes, written);
      return true;
    } catch {
      isTorn ||= written > 0;
      return false;
    }
  }

  return {
    write(line) {
      const before = `${isTorn ? "\n" : ""}${lost > 0 ? lostLine(lost) : ""}`;
      if (put(before + line)) {
        lost = 0;
        isTorn = false;
      } else {
        lost += 1;
        onLost();
      }
    },
  };
}
