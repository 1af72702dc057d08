import { fstatSync, writeSync } from "node:fs";
import type { Writable } from "node:stream";
import { isatty } from "node:tty";

/** Takes complete lines. Writing never throws and never waits: an exporter that cannot log still exports. */
type LogDestination = { write(line: string): void };

type LossReport = {
  /** Formats the line that reports how many lines before it were lost. */
  readonly lostLine: (count: number) => string;
  /** Called for each line that is lost. */
  readonly onLost: () => void;
};

/** How far a reader may be behind, in characters. Further lines are dropped. */
const MAX_WAITING = 1024 * 1024;

/**
 * How far a reader may be behind when lines are written again after a loss. At the limit itself, a short line would fit
 * between two dropped long ones, and the log would report one loss in many pieces.
 */
const MAX_WAITING_AFTER_LOSS = MAX_WAITING / 2;

const STDERR = 2;

/** Standard error: a file, device, pipe, socket or terminal. */
export function openStandardError(report: LossReport): LogDestination {
  const kind = fstatSync(STDERR);
  // Files, and devices like /dev/null, never block the writer.
  return kind.isFIFO() || kind.isSocket() || isatty(STDERR)
    ? streamDestination(process.stderr, report)
    : fileDestination(STDERR, report);
}

/**
 * For a stream with a reader, which may be slow or gone. On Linux, Node writes to its standard streams as much as they take
 * immediately, and keeps the rest.
 */
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
      const max = lost > 0 ? MAX_WAITING_AFTER_LOSS : MAX_WAITING;
      if (stream.writableLength + line.length > max) {
        lost += 1;
        return onLost();
      }
      if (lost > 0) stream.write(lostLine(lost));
      lost = 0;
      stream.write(line);
    },
  };
}

type WriteBytes = (file: number, bytes: Buffer, offset: number) => number;

/** For files. A full disk may have room again later, so each line is tried. */
export function fileDestination(
  file: number,
  { lostLine, onLost }: LossReport,
  write: WriteBytes = writeSync,
): LogDestination {
  let lost = 0;
  /** The file ends with a part of a line. */
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
