import pino from "pino";
import type { Redact } from "../lib/safe-error.ts";
import { redactedAgain, type SafeError, safeError } from "../lib/safe-error.ts";
import { harmless, harmlessJson, harmlessLines } from "../lib/text/harmless.ts";
import { wantsColour } from "../lib/text/style.ts";
import { openStandardError } from "./destination.ts";

export type Logger = pino.Logger;

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export const LOG_FORMATS = ["json", "pretty"] as const;

/** Where nobody chose one: for people at a terminal, else for machines. */
export function defaultFormat({ isTTY }: { readonly isTTY?: boolean | undefined }): (typeof LOG_FORMATS)[number] {
  return isTTY === true ? "pretty" : "json";
}

export type LogOptions = {
  /** Takes secrets out of the texts of unexpected errors. */
  readonly redact?: Redact;
  readonly level: (typeof LOG_LEVELS)[number];
  readonly format: (typeof LOG_FORMATS)[number];
  /** Called for each line that its reader or disk did not take. */
  readonly onLost?: () => void;
};

/**
 * Logs to standard error: standard output is for what a command was asked to print. A terminal may show JSON too, so what it would
 * obey stands there as an escape.
 */
export async function createLogger({ format, onLost = () => {}, ...given }: LogOptions): Promise<Logger> {
  const shown = format === "json" ? harmlessJson : await prettyLine(wantsColour(process.stderr, process.env));
  const destination = openStandardError({ lostLine: (count) => shown(lostLine(count)), onLost });
  return pino(pinoOptions(given), { write: (line) => destination.write(shown(line)) });
}

/** Facts that the message itself tells people; machines want them apart. */
const TOLD_IN_WORDS = "target,chain,api,listen,nodejs,shard,total_shards,cause,signal,code";

/** A line of JSON as people read it. */
export async function prettyLine(colorize: boolean): Promise<(line: string) => string> {
  const { default: pretty } = await import("pino-pretty");
  const show = pretty.prettyFactory({
    colorize,
    singleLine: true,
    messageFormat: ({ target, msg }) => harmless(target === undefined ? `${msg}` : `${target}: ${msg}`),
    ignore: TOLD_IN_WORDS,
  });
  // A node may have had a say in any text, and a terminal obeys escape sequences. Only stacks have several lines.
  return (line) => show(JSON.parse(line, (_, value) => (typeof value === "string" ? harmlessLines(value) : value)));
}

function lostLine(count: number): string {
  const msg = `${count} log ${count === 1 ? "line was" : "lines were"} lost: the log's disk was full, or its reader too slow`;
  return `${JSON.stringify({ level: "warn", time: new Date().toISOString(), lost_lines: count, msg })}\n`;
}

/** What every line has and lacks, wherever it is written to. */
export function pinoOptions({ level, redact = () => undefined }: Omit<LogOptions, "format">): pino.LoggerOptions {
  return {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: {
      err: (error: unknown) => safeError(error, redact),
      bug: (bug: SafeError | undefined) => bug && redactedAgain(bug, redact),
    },
    // Requests may carry credentials of the one who scrapes.
    redact: { paths: ["req.headers", "res.headers", "headers"], remove: true },
  };
}
