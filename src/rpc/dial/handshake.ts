import type { X509Certificate } from "node:crypto";
import { isIP, type Socket } from "node:net";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import type { Signal } from "../../lib/abort.ts";
import { certificateProblem } from "../../lib/certificates.ts";
import { nodeError } from "../../model/failure.ts";
import type { NodeUrl } from "../node-url.ts";
import type { ClientCertificate, TlsVerification } from "../settings.ts";
import { type LoadedCertificate, readClientCertificate, readPem } from "./client-certificate.ts";
import { authorizationCode, pinRefusal, verificationError } from "./presented.ts";
import { drop, opened } from "./socket.ts";

type TlsSettings = {
  readonly url: NodeUrl;
  readonly verification: TlsVerification;
  readonly clientCertificate: ClientCertificate | undefined;
};

/** An open connection, and when the server's certificate ends, in unix seconds. */
export type Connection = { readonly socket: Socket; readonly certificateExpirySeconds: number | undefined };

/** What one read from a TLS connection gives at most: the size of a record. */
const READ_BYTES = 16 * 1024;

/**
 * Starts TLS over a socket. The certificate is judged before anybody gets the connection, so that a server with another one
 * receives no byte of a request. Node.js would judge it itself, but then its error would not say what was presented.
 * @throws errors of TLS and of the system; TlsError; NodeError tls_pin; the signal's reason when it ends first. The socket is
 * closed then
 */
export async function startTls(
  socket: Socket,
  { url, verification }: TlsSettings,
  options: TlsOptions,
  signal: Signal,
): Promise<Connection> {
  try {
    const secured = await handshake(socket, connectionOptions(url, options), signal);
    // Once: Node 20 takes the certificate out of the chain when it gives it (X509Certificate::GetPeerCert of crypto_x509.cc).
    const certificate = secured.getPeerX509Certificate();
    const refusal = refusalOf(verification, secured, certificate, url);
    if (refusal === undefined) {
      return { socket: secured, certificateExpirySeconds: certificate && expirySeconds(certificate) };
    }
    secured.destroy();
    throw refusal;
  } catch (error) {
    drop(socket);
    throw error;
  }
}

export type TlsOptions = {
  readonly ca?: string;
  readonly clientCertificate?: LoadedCertificate | undefined;
  /** Instead of the URL's host. */
  readonly serverName?: string;
};

/** The options of a handshake, as Node.js wants them. */
export function connectionOptions(
  { hostname }: NodeUrl,
  { ca, clientCertificate, serverName }: TlsOptions,
): ConnectionOptions {
  const name = serverName ?? hostname;
  return {
    // What the certificate must be for.
    host: name,
    // An address is no name for SNI, and a name has no dot at its end there (RFC 6066 3).
    ...(isIP(name) === 0 ? { servername: name.replace(/\.$/, "") } : {}),
    ...(ca === undefined ? {} : { ca }),
    ...(clientCertificate === undefined ? {} : { cert: clientCertificate.cert, key: clientCertificate.key }),
    // OpenSSL verifies it nevertheless, and `refusalOf` judges the result.
    rejectUnauthorized: false,
    ALPNProtocols: ["http/1.1"],
  };
}

function refusalOf(
  verification: TlsVerification,
  secured: TLSSocket,
  certificate: X509Certificate | undefined,
  url: NodeUrl,
): Error | undefined {
  switch (verification.kind) {
    case "insecure":
      return undefined;
    case "pin":
      return pinRefusal(verification.sha256, certificate, url.label);
    case "ca":
      if (secured.authorized && certificate !== undefined) return undefined;
      return verificationError({
        code: authorizationCode(secured.authorizationError),
        certificate,
        expected: verification.serverName ?? url.hostname,
        hasCaFile: verification.caFile !== undefined,
        now: Date.now(),
      });
  }
}

function handshake(socket: Socket, options: ConnectionOptions, signal: Signal): Promise<TLSSocket> {
  const settings: ConnectionOptions & { readonly highWaterMark: number } = {
    ...options,
    socket,
    highWaterMark: READ_BYTES,
  };
  return opened(connect(settings), "secureConnect", signal);
}

/**
 * Reads the files for each connection, so that renewed ones need no restart.
 * @throws NodeError tls
 */
export async function readTlsOptions({ verification, ...files }: Omit<TlsSettings, "url">): Promise<TlsOptions> {
  const clientCertificate = files.clientCertificate && (await readClientCertificate(files.clientCertificate));
  if (verification.kind !== "ca") return { clientCertificate };
  const { caFile, serverName } = verification;
  return {
    clientCertificate,
    ...(serverName === undefined ? {} : { serverName }),
    ...(caFile === undefined ? {} : { ca: await readCa(caFile) }),
  };
}

async function readCa(path: string): Promise<string> {
  const text = await readPem(path, "ca_file");
  // For an empty file Node.js would use the system's authorities.
  if (certificateProblem(text) !== undefined) {
    throw nodeError(
      "tls",
      `the CA file ${path} contains no PEM certificate`,
      "check the content and the permissions of tls.ca_file",
    );
  }
  return text;
}

function expirySeconds({ validTo }: X509Certificate): number | undefined {
  const end = Date.parse(validTo);
  return Number.isNaN(end) ? undefined : end / 1000;
}
