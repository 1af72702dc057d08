/** An unexpected error as the log shows it. */
export type LoggedError = {
  readonly type: string;
  readonly message: string;
  readonly stack?: string | undefined;
  readonly code?: string | undefined;
  readonly cause?: LoggedError | undefined;
};

const LONGEST_MESSAGE = 500;
const LONGEST_STACK = 4000;
const DEEPEST_CAUSE = 3;

/**
 * Type, message, code and stack, and nothing else: further properties hold what was worked on (Node puts a URL that it
 * cannot read into `input`, with its token).
 */
export function loggedError(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: clean(String(error), LONGEST_MESSAGE) };
  const { name, message, stack, cause } = error;
  return {
    type: clean(name, LONGEST_MESSAGE),
    message: clean(message, LONGEST_MESSAGE),
    stack: stack === undefined ? undefined : clean(stack, LONGEST_STACK),
    code: "code" in error ? clean(String(error.code), LONGEST_MESSAGE) : undefined,
    cause: cause === undefined || depth >= DEEPEST_CAUSE ? undefined : loggedError(cause, depth + 1),
  };
}

const URL = /(https?:\/\/)([^\s"'<>)]*)/gi;

/** URLs carry tokens in userinfo, path and query. One that cannot be read has a password wherever there is an `@`. */
function withoutDetails(_: string, scheme: string, rest: string): string {
  const [authority = "", ...further] = rest.split(/[/?#]/);
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  return scheme + (further.some((part) => part.includes("@")) ? "…" : host);
}

/** Control characters would move the cursor of a terminal; the stack keeps its lines. */
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g;

function clean(text: string, longest: number): string {
  const safe = text
    .slice(0, 4 * longest)
    .replace(URL, withoutDetails)
    .replace(CONTROL, "\ufffd");
  return safe.length > longest ? `${safe.slice(0, longest)} …` : safe;
}
