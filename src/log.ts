import pino from "pino";
import { openStandardError } from "./log-destination.ts";
import { loggedError } from "./log-error.ts";

export type Logger = pino.Logger;

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export const LOG_FORMATS = ["json", "pretty"] as const;

export type LogOptions = {
  readonly level: (typeof LOG_LEVELS)[number];
  readonly format: (typeof LOG_FORMATS)[number];
};

/** Logs to standard error: standard output is for what a command was asked to print. */
export async function createLogger({ level, format }: LogOptions): Promise<Logger> {
  const options: pino.LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: loggedError },
    // Requests may carry credentials of the one who scrapes.
    redact: { paths: ["req.headers", "res.headers", "headers"], remove: true },
  };
  const shown = format === "json" ? (line: string) => line : await prettyLine();
  const destination = openStandardError((count) => shown(lostLine(count)));
  return pino(options, { write: (line) => destination.write(shown(line)) });
}

async function prettyLine(): Promise<(line: string) => string> {
  const { default: pretty } = await import("pino-pretty");
  return pretty.prettyFactory({ colorize: process.stderr.isTTY, singleLine: true });
}

function lostLine(count: number): string {
  const msg = `${count} log ${count === 1 ? "line was" : "lines were"} lost: the log's disk was full, or its reader too slow`;
  return `${JSON.stringify({ level: "warn", time: new Date().toISOString(), lost_lines: count, msg })}\n`;
}
