/** Removes known secrets from a text; undefined while the secrets are not known yet. */
export type Redact = (text: string) => string | undefined;

/**
 * An error as it may be shown. Unexpected errors contain texts of the system, of libraries and of nodes, which may quote a URL
 * with its token or a header with its password.
 */
export type SafeError = {
  readonly type: string;
  readonly code?: string;
  readonly message: string;
  /** In the format of V8. */
  readonly stack: string;
  readonly cause?: SafeError;
};

const MAX_MESSAGE_LENGTH = 1000;
const MAX_FRAMES = 20;
const FRAME = "    at ";
/** The part of a stack that is read: V8 keeps ten frames, but the message before them may have any length. */
const MAX_STACK_LENGTH = 64 * 1024;
const MAX_CAUSES = 3;

const UNKNOWN_SECRETS = "(the message is withheld, as the configuration with its secrets is not known yet)";

/** @param redact removes known secrets; while none are known, the message is left out */
export function safeError(error: unknown, redact: Redact): SafeError {
  try {
    return describe(error, redact, MAX_CAUSES);
  } catch {
    return { type: "Error", message: "(an error that cannot be read)", stack: "" };
  }
}

/** Redacts an error that was made safe before all secrets were known. */
export function redactedAgain(error: SafeError, redact: Redact): SafeError {
  return {
    ...error,
    message: redact(error.message) ?? UNKNOWN_SECRETS,
    stack: redact(error.stack) ?? "",
    ...(error.cause === undefined ? {} : { cause: redactedAgain(error.cause, redact) }),
  };
}

function describe(error: unknown, redact: Redact, causes: number): SafeError {
  if (!(error instanceof Error)) {
    const message = typeof error === "string" ? safeMessage(error, redact) : `(not an Error: ${typeof error})`;
    return { type: typeof error, message, stack: "" };
  }
  const type = word(error.name) ?? "Error";
  const code = "code" in error ? word(error.code) : undefined;
  const message = safeMessage(error.message, redact);
  const frames = framesOf(error).join("\n");
  return {
    type,
    ...(code === undefined ? {} : { code }),
    message,
    stack: `${type}: ${message}\n${(redact(frames) ?? frames).replace(CONTROL, "\ufffd")}`,
    ...(error.cause === undefined || causes === 0 ? {} : { cause: describe(error.cause, redact, causes - 1) }),
  };
}

/** A name or code, never a text. */
function word(value: unknown): string | undefined {
  return typeof value === "string" && /^[A-Za-z_][A-Za-z0-9_]{0,60}$/.test(value) ? value : undefined;
}

/** Control characters, which would move the cursor of a terminal. */
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g;

function safeMessage(message: string, redact: Redact): string {
  const redacted = redact(message);
  if (redacted === undefined) return UNKNOWN_SECRETS;
  // Only the origin is shown, also of URLs that are not configured, such as the target of a redirect.
  const cut = redacted.slice(0, MAX_MESSAGE_LENGTH + 1).replace(/[a-z][a-z0-9+.-]{0,30}:\/\/[^\s"'`]+/gi, originOf);
  const clean = cut.replace(CONTROL, "\ufffd");
  return clean.length > MAX_MESSAGE_LENGTH ? `${clean.slice(0, MAX_MESSAGE_LENGTH)}…` : clean;
}

function originOf(url: string): string {
  try {
    const { protocol, host } = new URL(url);
    return `${protocol}//${host}`;
  } catch {
    return "<url>";
  }
}

/** `    at async Type.function [as name] (file:///path:1:2)`: words, then the place as the last of them. */
function isFrame(line: string): boolean {
  if (!line.startsWith(FRAME)) return false;
  const words = line.slice(FRAME.length).split(" ");
  const place = words.pop() ?? "";
  return (
    words.every((word) => /^[^\s()]+$/.test(word)) && /^\(?(?:file:\/\/|node:|\/)\S*(?<!\d):\d+:\d+\)?$/.test(place)
  );
}

/** Only the frames: the rest of a stack repeats the message, whose lines could look like frames. */
function framesOf({ name, message, stack = "" }: Error): readonly string[] {
  const header = [`${name}: ${message}`, message].find((text) => text !== "" && stack.startsWith(text)) ?? "";
  return stack
    .slice(header.length, header.length + MAX_STACK_LENGTH)
    .split("\n")
    .filter(isFrame)
    .slice(0, MAX_FRAMES);
}
