import { errorCode } from "../../lib/errno.ts";
import { formatSize } from "../../lib/text/format.ts";
import type { Failure, FailureReason } from "../../model/failure.ts";
import { DialError } from "./happy-eyeballs.ts";
import { meaningOf, TlsError } from "./tls-codes.ts";

/** What errors of connections mean: of the system, of TLS and of undici, by their codes. */

const CODES: Readonly<Record<string, FailureReason>> = {
  ENOTFOUND: "dns",
  EAI_AGAIN: "dns",
  EAI_FAIL: "dns",
  EAI_NODATA: "dns",
  EAI_NONAME: "dns",
  ECONNREFUSED: "connect",
  ECONNRESET: "connect",
  ECONNABORTED: "connect",
  EPIPE: "connect",
  EHOSTUNREACH: "connect",
  EHOSTDOWN: "connect",
  ENETUNREACH: "connect",
  EADDRNOTAVAIL: "connect",
  ENOENT: "connect",
  EACCES: "connect",
  EPERM: "connect",
  ENOTSOCK: "connect",
  EMFILE: "connect",
  ENFILE: "connect",
  NO_CONNECTION_SLOT: "connect",
  UND_ERR_SOCKET: "connect",
  UND_ERR_CLOSED: "connect",
  UND_ERR_DESTROYED: "connect",
  ETIMEDOUT: "timeout",
  DIAL_TIMEOUT: "timeout",
  UND_ERR_HEADERS_TIMEOUT: "timeout",
  UND_ERR_BODY_TIMEOUT: "timeout",
  UND_ERR_HEADERS_OVERFLOW: "too_large",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "http",
  UND_ERR_INVALID_ARG: "internal",
  UND_ERR_NOT_SUPPORTED: "internal",
  EPROTO: "tls",
  SELF_SIGNED_CERT_IN_CHAIN: "tls",
  DEPTH_ZERO_SELF_SIGNED_CERT: "tls",
  UNABLE_TO_GET_ISSUER_CERT: "tls",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "tls",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "tls",
};

/**
 * The size of headers or trailers at which undici gives up. It would parse them again for each further header in the same
 * piece, so `dispatch` refuses them much earlier.
 */
export const MAX_PARSED_BYTES = 256 * 1024;

/** The reason of an error, and what was found; without the server and without any secret. */
export function describeError(error: unknown): Pick<Failure, "reason" | "message"> {
  if (error instanceof TlsError) return { reason: "tls", message: error.finding };
  const code = errorCode(error);
  const reason = reasonOf(code, error);
  if (!(error instanceof DialError)) return { reason, message: finding(reason, code) };
  const message =
    error.attempts === 1 ? `${finding(reason, code)}: ${error.tried}` : `no connection to any address (${error.tried})`;
  return { reason, message };
}

function reasonOf(code: string, error: unknown): FailureReason {
  // The error when the server closes the connection during the TLS handshake.
  if (code === "ECONNRESET" && error instanceof Error && error.message.includes("before secure TLS")) return "tls";
  // undici's error for 101 Switching Protocols, which no request asks for (lib/dispatcher/client-h1.js).
  if (code === "UND_ERR_SOCKET" && error instanceof Error && error.message === "bad upgrade") return "http";
  const known = CODES[code];
  if (known !== undefined) return known;
  if (/^(ERR_TLS|ERR_SSL|ERR_OSSL|CERT_|CRL_|HOSTNAME_)/.test(code)) return "tls";
  // Parser errors of undici 7 have no code.
  if (code.startsWith("HPE_") || (error instanceof Error && error.name === "HTTPParserError")) return "http";
  return code === "unknown error" ? "internal" : "connect";
}

function finding(reason: FailureReason, code: string): string {
  switch (reason) {
    case "dns":
      return `the host name does not resolve (${code})`;
    case "timeout":
      return `no connection in time (${code})`;
    case "tls":
      return code === "ECONNRESET"
        ? "the server closed the connection in the TLS handshake (ECONNRESET)"
        : `${meaningOf(code).finding} (${code})`;
    case "too_large":
      return `expected headers of at most ${formatSize(MAX_PARSED_BYTES)}, found more`;
    case "http":
      return "the response is not valid HTTP, or was cut off";
    case "internal":
      return "unexpected error in the HTTP client";
    default:
      if (code === "ECONNREFUSED") return "the connection was refused (ECONNREFUSED)";
      if (code === "NO_CONNECTION_SLOT") return "no free file descriptor for a connection";
      if (code === "UND_ERR_SOCKET" || code === "ECONNRESET") return `the connection was closed early (${code})`;
      return `no connection (${code})`;
  }
}
