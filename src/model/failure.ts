import type { SafeError } from "../lib/safe-error.ts";

/**
 * The closed set of reasons why an API call failed. The names are a contract: they are the values of
 * the `reason` label of `p2p_node_poll_failures_total`, and alerts and docs rely on them.
 */
export const FAILURE_REASONS = [
  "dns",
  "connect",
  "timeout",
  "tls",
  "tls_pin",
  "unauthorized",
  "not_found",
  "unavailable",
  "host_header",
  "rate_limited",
  "busy",
  "http",
  "rpc",
  "too_large",
  "bad_json",
  "bad_shape",
  "wrong_network",
  "internal",
] as const;

export type FailureReason = (typeof FAILURE_REASONS)[number];

/** Why an API call failed. It contains no secret, as logs and pages show it. */
export type Failure = {
  readonly reason: FailureReason;
  /** The call, what was expected and what was found. */
  readonly message: string;
  /** What the operator can change. */
  readonly advice: string;
  /** How long the node asks to wait (429 with Retry-After), in seconds. */
  readonly retryAfterSeconds?: number;
  /** The node says that it is starting. */
  readonly isStarting?: true;
  /** The error, if it is a bug of this program: only for the log. */
  readonly bug?: SafeError;
};

/** The only error that talking to a node throws. */
export class NodeError extends Error {
  readonly failure: Failure;

  constructor(failure: Failure, options?: ErrorOptions) {
    super(`${failure.message}: ${failure.advice}`, options);
    this.name = "NodeError";
    this.failure = failure;
  }
}

/** Shorthand for decoders. */
export function nodeError(reason: FailureReason, message: string, advice: string): NodeError {
  return new NodeError({ reason, message, advice });
}

/** An expected failure as data. Any other error is a bug of this program and becomes `internal`, without its text. */
export function failureOf(error: unknown): Failure {
  if (error instanceof NodeError) return error.failure;
  return {
    reason: "internal",
    message: `unexpected ${error instanceof Error ? error.name : "error"} inside the exporter`,
    advice: "this is a bug in peer-exporter: please report it with the stack from the log",
  };
}

/** One line for logs and pages: what happened, then what to do. */
export function describeFailure(failure: Failure): string {
  return `${failure.message}; ${failure.advice}`;
}
