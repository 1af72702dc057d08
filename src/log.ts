import pino from "pino";
import type { Redact } from "./config/redact.ts";
import { safeError } from "./safe-error.ts";

export type Logger = pino.Logger;

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export const LOG_FORMATS = ["json", "pretty"] as const;

export type LogOptions = {
  /** Takes secrets out of the texts of unexpected errors. */
  readonly redact?: Redact;
  readonly level: (typeof LOG_LEVELS)[number];
  readonly format: (typeof LOG_FORMATS)[number];
};

const STDERR = 2;

/** Logs to standard error: standard output is for what a command was asked to print. */
export async function createLogger({ format, ...given }: LogOptions): Promise<Logger> {
  const options = pinoOptions(given);
  if (format === "json") return pino(options, pino.destination({ dest: STDERR, sync: true }));
  const { default: pretty } = await import("pino-pretty");
  return pino(options, pretty({ destination: STDERR, sync: true, colorize: process.stderr.isTTY, singleLine: true }));
}

/** What every line has and lacks, wherever it is written to. */
export function pinoOptions({ level, redact = () => undefined }: Omit<LogOptions, "format">): pino.LoggerOptions {
  return {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: (error: unknown) => safeError(error, redact) },
    // Requests may carry credentials of the one who scrapes.
    redact: { paths: ["req.headers", "res.headers", "headers"], remove: true },
  };
}
