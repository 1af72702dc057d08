import { constants } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Server } from "node:https";
import { isIP } from "node:net";
import type { SecureContextOptions, TLSSocket } from "node:tls";
import ipaddr from "ipaddr.js";
import { altNamesOf, altNamesTextOf } from "../../lib/certificates.ts";
import { HEALTH_CHECK, type LogRefusal } from "../refusals.ts";
import { ALERT, type Alert, prepareAlerts } from "./alerts.ts";
import { type ClientAuth, TLS13_CIPHERS, type TlsVersion } from "./schema.ts";

/** `tls_server_config` with the contents of its files. */
export type WebTls = {
  readonly cert: string;
  readonly key: string;
  /** In PEM form; with an empty list no certificate is verified. */
  readonly clientCa: readonly string[] | undefined;
  readonly clientAuth: ClientAuth;
  readonly minVersion: TlsVersion;
  readonly maxVersion: TlsVersion;
  /** In OpenSSL's names; undefined: its defaults. */
  readonly ciphers: readonly string[] | undefined;
  readonly curves: readonly string[] | undefined;
  readonly preferServerCiphers: boolean;
};

const NODE_VERSIONS = { TLS10: "TLSv1", TLS11: "TLSv1.1", TLS12: "TLSv1.2", TLS13: "TLSv1.3" } as const;

/** The options of a TLS server that can change while it runs (`setSecureContext`). */
export function contextOptions(tls: WebTls): SecureContextOptions {
  const ciphers = cipherList(tls);
  return {
    cert: tls.cert,
    key: tls.key,
    ...(tls.clientCa === undefined ? {} : { ca: [...tls.clientCa] }),
    minVersion: NODE_VERSIONS[tls.minVersion],
    maxVersion: NODE_VERSIONS[tls.maxVersion],
    ...(ciphers === undefined ? {} : { ciphers }),
    ...(tls.curves === undefined ? {} : { ecdhCurve: tls.curves.join(":") }),
    honorCipherOrder: tls.preferServerCiphers,
    // A resumed session would bring back a client certificate that was verified under earlier rules.
    ...(requestsCertificates(tls) ? { secureOptions: constants.SSL_OP_NO_TICKET } : {}),
  };
}

/** Whether a server requests certificates from its clients. */
export function requestsCertificates(tls: WebTls | undefined): boolean {
  return tls !== undefined && tls.clientAuth.type !== "NoClientCert";
}

/** OpenSSL 3 offers TLS 1.0 and 1.1 only at its lowest security level, as their signatures use SHA-1. */
const LOWEST_LEVEL = "@SECLEVEL=0";

function cipherList({ ciphers, minVersion }: WebTls): string | undefined {
  const isOld = minVersion === "TLS10" || minVersion === "TLS11";
  if (ciphers === undefined) return isOld ? [...TLS13_CIPHERS, "DEFAULT", LOWEST_LEVEL].join(":") : undefined;
  const chosen = ciphers.filter((name) => !TLS13_CIPHERS.includes(name));
  return [...TLS13_CIPHERS, ...chosen, ...(isOld ? [LOWEST_LEVEL] : [])].join(":");
}

/** How long a refused client may take to read the alert and to close its connection. */
const LINGER_MS = 1000;

/**
 * Refuses clients that the rules do not allow: by a TLS alert, and then by closing their connection. The server's own check
 * cannot change while it runs; this one replaces it. It runs before the server uses the connection, so no request of such a
 * client is handled.
 * @returns to be called when the rules have changed: clients that were allowed before have to connect again
 */
export function checkClients(server: Server, rules: () => ClientAuth, logRefusal: LogRefusal): () => void {
  let allowed = new WeakSet<object>();
  const sendAlert = prepareAlerts(server);
  server.prependListener("secureConnection", (socket: TLSSocket) => {
    const certificate = socket.getPeerX509Certificate();
    const problem = clientProblem(rules(), {
      hasCertificate: certificate !== undefined,
      verifyError: socket.authorized ? undefined : String(socket.authorizationError),
      altNames: altNamesTextOf(certificate),
    });
    if (problem === undefined) {
      allowed.add(socket);
      return;
    }
    if (!isHealthCheck(socket)) logRefusal(problem.kind, socket.remoteAddress, problem.message);
    // Closing immediately could discard the alert, as the client's request may have arrived already.
    if (sendAlert(socket, alertOf(problem, socket))) setTimeout(() => socket.destroy(), LINGER_MS).unref();
    else socket.destroy();
  });
  for (const event of ["request", "checkContinue", "checkExpectation"]) {
    server.prependListener(event, ({ socket }: IncomingMessage) => {
      // Clients repeat a request on a new connection when the old one ends before the response.
      if (!allowed.has(socket)) socket.destroy();
    });
  }
  return () => {
    allowed = new WeakSet();
  };
}

function isHealthCheck({
  servername,
  remoteAddress,
  localAddress,
}: TLSSocket & { readonly servername?: unknown }): boolean {
  return servername === HEALTH_CHECK && remoteAddress === localAddress;
}

/** Only TLS 1.3 has an alert of its own for a missing certificate. As in Go, older versions call it a bad one. */
function alertOf({ alert }: ClientProblem, socket: TLSSocket): Alert {
  return alert === ALERT.certificateRequired && socket.getProtocol() !== "TLSv1.3" ? ALERT.badCertificate : alert;
}

type ClientProblem = { readonly kind: string; readonly message: string; readonly alert: Alert };

/** Why a client is not allowed; undefined when it is. */
export function clientProblem(
  { type, allowedSans }: ClientAuth,
  client: {
    readonly hasCertificate: boolean;
    /** Node's code of what is wrong with the certificate. */
    readonly verifyError: string | undefined;
    readonly altNames: string | undefined;
  },
): ClientProblem | undefined {
  const { hasCertificate, verifyError } = client;
  if (!hasCertificate && (type.startsWith("Require") || allowedSans !== undefined)) return NO_CERTIFICATE;
  if (hasCertificate && verifyError !== undefined && type.includes("Verify")) return verifyProblem(verifyError);
  if (allowedSans === undefined) return undefined;
  const allowed = new Set(allowedSans.map(canonical));
  return altNamesOf(client.altNames ?? "").some(({ name }) => allowed.has(canonical(name))) ? undefined : OTHER_NAME;
}

const NO_CERTIFICATE: ClientProblem = {
  kind: "no_client_certificate",
  message: "it sent no client certificate",
  alert: ALERT.certificateRequired,
};

const OTHER_NAME: ClientProblem = {
  kind: "client_name_not_allowed",
  message: "its certificate has no name of client_allowed_sans",
  alert: ALERT.accessDenied,
};

/** As OpenSSL would choose the alert (ssl_x509err2alert of ssl/statem/statem_lib.c). */
function verifyProblem(code: string): ClientProblem {
  switch (code) {
    case "CERT_HAS_EXPIRED":
      return {
        kind: "client_certificate_expired",
        message: "its certificate has expired",
        alert: ALERT.certificateExpired,
      };
    case "CERT_NOT_YET_VALID":
      return {
        kind: "client_certificate_not_yet_valid",
        message: "its certificate is not yet valid",
        alert: ALERT.badCertificate,
      };
    case "CERT_REVOKED":
      return {
        kind: "client_certificate_revoked",
        message: "its certificate was revoked",
        alert: ALERT.certificateRevoked,
      };
    case "UNABLE_TO_GET_ISSUER_CERT":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
    case "SELF_SIGNED_CERT_IN_CHAIN":
    case "INVALID_CA":
    case "CERT_CHAIN_TOO_LONG":
      return {
        kind: "client_certificate_of_unknown_authority",
        message: `no authority of client_ca_file issued its certificate (${code})`,
        alert: ALERT.unknownCa,
      };
    default:
      return {
        kind: "client_certificate_invalid",
        message: `its certificate is not valid (${/^[A-Z0-9_]{1,60}$/.test(code) ? code : "unknown cause"})`,
        alert: ALERT.certificateUnknown,
      };
  }
}

function canonical(name: string): string {
  return isIP(name) === 0 ? name : ipaddr.process(name).toString();
}
