import { errorCode } from "../../lib/errno.ts";
import type { Failure, FailureReason } from "../../model/failure.ts";
import { DialError } from "./happy-eyeballs.ts";
import { meaningOf, TlsError } from "./tls-codes.ts";

/** What errors of connections mean: of the system, of TLS and of the HTTP client of Node.js, by their codes. */

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
  CLIENT_CLOSED: "connect",
  ETIMEDOUT: "timeout",
  DIAL_TIMEOUT: "timeout",
  UNASKED_UPGRADE: "http",
  INVALID_REQUEST: "internal",
  EPROTO: "tls",
  SELF_SIGNED_CERT_IN_CHAIN: "tls",
  DEPTH_ZERO_SELF_SIGNED_CERT: "tls",
  UNABLE_TO_GET_ISSUER_CERT: "tls",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "tls",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "tls",
};

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
  const known = CODES[code];
  if (known !== undefined) return known;
  if (/^(ERR_TLS|ERR_SSL|ERR_OSSL|CERT_|CRL_|HOSTNAME_)/.test(code)) return "tls";
  if (code.startsWith("HPE_")) return "http";
  // Node.js refuses to send the request, or finds itself in a state that it does not know.
  if (/^ERR_(ASSERTION|HTTP|INVALID|UNESCAPED)/.test(code)) return "internal";
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
    case "http":
      return "the response is not valid HTTP, or was cut off";
    case "internal":
      return "unexpected error in the HTTP client";
    default:
      if (code === "ECONNREFUSED") return "the connection was refused (ECONNREFUSED)";
      if (code === "NO_CONNECTION_SLOT") return "no free file descriptor for a connection";
      if (code === "ECONNRESET") return `the connection was closed early (${code})`;
      return `no connection (${code})`;
  }
}
