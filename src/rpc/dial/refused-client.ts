import type { Socket } from "node:net";
import type { Signal } from "../../lib/abort.ts";
import { errorCode } from "../../lib/errno.ts";
import { NodeError } from "../../model/failure.ts";
import type { NodeUrl } from "../node-url.ts";
import type { LoadedCertificate } from "./client-certificate.ts";
import { connectionOptions, type TlsOptions } from "./handshake.ts";
import { alertOf, CERTIFICATE_ALERTS, TlsError } from "./tls-codes.ts";
import { type Trial, tryHandshake } from "./trial.ts";

/** Finds out whether a server ended a connection because of the client's certificate, or because it got no certificate. */

type RefusedClient = {
  /**
   * The error in place of one that ended a handshake, or a connection before any response; the same one if it is no question of
   * certificates. At most one trial connection is opened in `TRIAL_KEPT_MS`.
   * @param open opens a socket for the trial
   */
  explain(error: unknown, options: TlsOptions, open: () => Promise<Socket>, signal: Signal): Promise<unknown>;
};

/** How long the outcome of a trial explains further errors of the same kind: the calls of one poll. */
const TRIAL_KEPT_MS = 5000;

type Kept = { readonly trial: Trial; readonly code: string; readonly own: string | undefined; readonly at: number };

/** For one server. */
export function createRefusedClient(url: NodeUrl): RefusedClient {
  let kept: Kept | undefined;

  async function trialFor(
    code: string,
    options: TlsOptions,
    open: () => Promise<Socket>,
    signal: Signal,
  ): Promise<Trial | undefined> {
    const own = options.clientCertificate?.fingerprint;
    const isKept = kept?.code === code && kept.own === own && performance.now() - kept.at < TRIAL_KEPT_MS;
    if (kept !== undefined && isKept) return kept.trial;
    const socket = await open().catch(() => undefined);
    if (socket === undefined) return undefined;
    const trial = await tryHandshake(socket, connectionOptions(url, options), signal);
    if (!signal.aborted) kept = { trial, code, own, at: performance.now() };
    return trial;
  }

  return {
    async explain(error, options, open, signal) {
      if (signal.aborted || error instanceof TlsError || error instanceof NodeError) return error;
      const code = errorCode(error);
      const alert = alertOf(code);
      if (alert !== undefined && CERTIFICATE_ALERTS.has(alert)) return refusedError(code, options.clientCertificate);
      if (!isUnclear(code, alert)) return error;
      const trial = await trialFor(code, options, open, signal);
      return trial === undefined || signal.aborted
        ? error
        : (explainBy(trial, code, options.clientCertificate) ?? error);
    },
  };
}

/** Errors that a missing certificate may cause, and other things too. */
function isUnclear(code: string, alert: string | undefined): boolean {
  if (alert !== undefined) return ["HANDSHAKE_FAILURE", "DECRYPT_ERROR", "INTERNAL_ERROR"].includes(alert);
  return ["ECONNRESET", "EPIPE", "ERR_SSL_UNEXPECTED_EOF_WHILE_READING"].includes(code);
}

function explainBy({ isAsked, end }: Trial, code: string, own: LoadedCertificate | undefined): TlsError | undefined {
  if (end.kind === "open") return undefined;
  const alert = end.kind === "error" ? alertOf(end.code) : undefined;
  if (end.kind === "error" && alert !== undefined && CERTIFICATE_ALERTS.has(alert)) return refusedError(end.code, own);
  if (!isAsked) return undefined;
  // After its request of a certificate the server has chosen version and cipher, so this is not about them.
  if (end.kind === "error" && alert === "HANDSHAKE_FAILURE") return refusedError(end.code, own);
  return closedError(code, own);
}

/** The server said so. */
function refusedError(code: string, own: LoadedCertificate | undefined): TlsError {
  return own === undefined
    ? new TlsError(`the server wants a client certificate, and none is configured (${code})`, CERTIFICATE_WANTED)
    : new TlsError(`the server refuses the client certificate of tls.cert_file (${code})`, refusedAdvice(own));
}

/** The server asked for a certificate and then closed the connection without a word. */
function closedError(code: string, own: LoadedCertificate | undefined): TlsError {
  const or = "; if the server takes clients without one, it may be at its connection limit or restarting";
  return own === undefined
    ? new TlsError(
        `the server asked for a client certificate, got none and closed the connection (${code})`,
        CERTIFICATE_WANTED + or,
      )
    : new TlsError(
        `the server asked for a client certificate, got that of tls.cert_file and closed the connection (${code})`,
        `${refusedAdvice(own)}; if the server accepts it, it may be at its connection limit or restarting`,
      );
}

export const CERTIFICATE_WANTED =
  "set tls.cert_file and tls.key_file to a certificate and its key that the server accepts";

function refusedAdvice({ fingerprint, endMs }: LoadedCertificate): string {
  const end = endMs < Date.now() ? `renew it, as it ended on ${new Date(endMs).toISOString().slice(0, 10)}; ` : "";
  return (
    `${end}let the server accept it, by the authority that signed it or by its SHA-256 ${fingerprint} ` +
    "(monerod: rpc-ssl-allowed-fingerprints; nginx: ssl_client_certificate)"
  );
}
