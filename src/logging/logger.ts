import pino from "pino";
import { type Redact, redactedAgain, type SafeError, safeError } from "../lib/safe-error.ts";
import { harmless, harmlessJson, harmlessLines } from "../lib/text/harmless.ts";
import { wantsColour } from "../lib/text/terminal.ts";
import { openStandardError } from "./destination.ts";

export type Logger = pino.Logger;

export type LogLevel = "debug" | "info" | "warn" | "error";
export type LogFormat = "json" | "pretty";

/** The format without --log.format: pretty on a terminal, JSON elsewhere. */
export function defaultFormat({ isTTY }: { readonly isTTY?: boolean | undefined }): LogFormat {
  return isTTY === true ? "pretty" : "json";
}

type LogOptions = {
  /** Takes secrets out of the texts of unexpected errors. */
  readonly redact?: Redact;
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Called for each line that the reader or the disk did not take. */
  readonly onLost?: () => void;
};

/**
 * Logs to standard error, as standard output is for the output of commands. A terminal may show JSON as well, so control
 * sequences are escaped there too.
 */
export async function createLogger({ format, onLost = () => {}, ...given }: LogOptions): Promise<Logger> {
  const shown = format === "json" ? harmlessJson : await prettyLine(wantsColour(process.stderr, process.env));
  const destination = openStandardError({ lostLine: (count) => shown(lostLine(count)), onLost });
  return pino(pinoOptions(given), { write: (line) => destination.write(shown(line)) });
}

/** Fields that repeat what the message says: people do not need them, machines do. */
const FIELDS_OF_MESSAGE = "target,chain,api,listen,nodejs,shard,total_shards,cause,signal,code";

/** Formats a line of JSON for people. */
export async function prettyLine(colorize: boolean): Promise<(line: string) => string> {
  const { default: pretty } = await import("pino-pretty");
  const show = pretty.prettyFactory({
    colorize,
    singleLine: true,
    messageFormat: ({ target, msg }) => harmless(target === undefined ? `${msg}` : `${target}: ${msg}`),
    ignore: FIELDS_OF_MESSAGE,
  });
  // Any text may contain a part that a node chose, and a terminal obeys escape sequences. Only stacks have several lines.
  return (line) => show(JSON.parse(line, (_, value) => (typeof value === "string" ? harmlessLines(value) : value)));
}

function lostLine(count: number): string {
  const msg = `${count} log ${count === 1 ? "line was" : "lines were"} lost: the log's disk was full, or its reader too slow`;
  return `${JSON.stringify({ level: "warn", time: new Date().toISOString(), lost_lines: count, msg })}\n`;
}

/** The fields of every line, wherever it is written to. */
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
    // Requests may carry the credentials of the scraper.
    redact: { paths: ["req.headers", "res.headers", "headers"], remove: true },
  };
}
