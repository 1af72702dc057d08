/** Takes known secrets out of a text; undefined while the secrets are not known yet. */
export type Redact = (text: string) => string | undefined;

/**
 * An error as it may be shown. Errors that nobody expected carry texts of the system, of libraries and of nodes, which may
 * quote a URL with its token or a header with its password.
 */
export type SafeError = {
  readonly type: string;
  readonly code?: string;
  readonly message: string;
  /** In the form that V8 gives it. */
  readonly stack: string;
  readonly cause?: SafeError;
};

const LONGEST_MESSAGE = 1000;
const MOST_FRAMES = 20;
const FRAME = "    at ";
/** Of a stack no more than this is looked at: V8 keeps ten frames, but the message before them may have any length. */
const LONGEST_STACK = 64 * 1024;
const MOST_CAUSES = 3;

const UNKNOWN_SECRETS = "(the message is withheld, as the configuration with its secrets is not known yet)";

/** @param redact takes out what is known to be secret; where nothing is known yet, the message is left out */
export function safeError(error: unknown, redact: Redact): SafeError {
  try {
    return describe(error, redact, MOST_CAUSES);
  } catch {
    return { type: "Error", message: "(an error that cannot be read)", stack: "" };
  }
}

/** What was made safe before secrets were known. */
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
    const message = typeof error === "string" ? safeMessage(error, redact) : `(no Error but ${typeof error})`;
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

/** A name or code that a program chose, never a text. */
function word(value: unknown): string | undefined {
  return typeof value === "string" && /^[A-Za-z_][A-Za-z0-9_]{0,60}$/.test(value) ? value : undefined;
}

/** Control characters would move the cursor of a terminal. */
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g;

function safeMessage(message: string, redact: Redact): string {
  const redacted = redact(message);
  if (redacted === undefined) return UNKNOWN_SECRETS;
  // Of URLs that the configuration does not know, such as the target of a redirect, no more is shown than of others.
  const cut = redacted.slice(0, LONGEST_MESSAGE + 1).replace(/[a-z][a-z0-9+.-]{0,30}:\/\/[^\s"'`]+/gi, originOf);
  const clean = cut.replace(CONTROL, "\ufffd");
  return clean.length > LONGEST_MESSAGE ? `${clean.slice(0, LONGEST_MESSAGE)}…` : clean;
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

/** Frames only: the rest of a stack repeats the message, whose lines could look like frames. */
function framesOf({ name, message, stack = "" }: Error): readonly string[] {
  const header = [`${name}: ${message}`, message].find((text) => text !== "" && stack.startsWith(text)) ?? "";
  return stack
    .slice(header.length, header.length + LONGEST_STACK)
    .split("\n")
    .filter(isFrame)
    .slice(0, MOST_FRAMES);
}
