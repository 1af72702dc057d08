import { constants } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Server } from "node:https";
import { isIP } from "node:net";
import type { SecureContextOptions, TLSSocket } from "node:tls";
import ipaddr from "ipaddr.js";
import type { Logger } from "../../logging/logger.ts";
import { type ClientAuth, TLS13_CIPHERS, type TlsVersion } from "./schema.ts";

/** `tls_server_config` with the contents of its files. */
export type WebTls = {
  readonly cert: string;
  readonly key: string;
  /** In PEM form; an empty list verifies nobody. */
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

/**
 * Closes connections of clients that the rules do not allow. The server's own check cannot change while it runs; this one
 * replaces it. It runs before the server uses the connection, so no request of such a client is handled.
 * @returns to be called when the rules have changed: clients that were allowed before have to connect again
 */
export function checkClients(server: Server, rules: () => ClientAuth, log: Logger): () => void {
  let allowed = new WeakSet<object>();
  server.prependListener("secureConnection", (socket: TLSSocket) => {
    const certificate = socket.getPeerX509Certificate();
    const reason = clientProblem(rules(), {
      hasCertificate: certificate !== undefined,
      isVerified: socket.authorized,
      altNames: certificate?.subjectAltName,
    });
    if (reason === undefined) {
      allowed.add(socket);
      return;
    }
    log.debug({ reason }, "refused a client because of its certificate");
    socket.destroy();
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

/** Why a client is not allowed; undefined when it is. */
export function clientProblem(
  { type, allowedSans }: ClientAuth,
  client: { readonly hasCertificate: boolean; readonly isVerified: boolean; readonly altNames: string | undefined },
): string | undefined {
  const { hasCertificate, isVerified } = client;
  if (!hasCertificate && type.startsWith("Require")) return "no certificate";
  if (hasCertificate && !isVerified && type.includes("Verify")) return "certificate of an unknown authority";
  if (allowedSans === undefined) return undefined;
  const allowed = new Set(allowedSans.map(canonical));
  return altNamesOf(client.altNames ?? "").some((name) => allowed.has(canonical(name)))
    ? undefined
    : "certificate without a name of client_allowed_sans";
}

/** DNS names, addresses, e-mails and URIs in the text that Node makes of them; quoted ones are JSON. */
export function altNamesOf(text: string): readonly string[] {
  const names: string[] = [];
  const item = /(DNS|IP Address|email|URI|[\w ]+):("(?:[^"\\]|\\.)*"|[^",]*)(?:, |$)/y;
  while (item.lastIndex < text.length) {
    const [, kind = "", value = ""] = item.exec(text) ?? [];
    // A malformed item may hide where a name ends.
    if (kind === "") return [];
    if (!["DNS", "IP Address", "email", "URI"].includes(kind)) continue;
    const name = value.startsWith('"') ? unquoted(value) : value;
    if (name === undefined) return [];
    names.push(name);
  }
  return names;
}

function unquoted(text: string): string | undefined {
  try {
    return String(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function canonical(name: string): string {
  return isIP(name) === 0 ? name : ipaddr.process(name).toString();
}
