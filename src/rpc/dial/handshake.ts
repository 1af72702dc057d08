import { createHash, timingSafeEqual, X509Certificate } from "node:crypto";
import { isIP, type Socket } from "node:net";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import type { Signal } from "../../lib/abort.ts";
import { describeFile, fileErrorCode } from "../../lib/errno.ts";
import { files, MAX_FILE_BYTES } from "../../lib/files/files.ts";
import { nodeError } from "../../model/failure.ts";
import type { NodeUrl } from "../node-url.ts";
import type { ClientCertificate, TlsVerification } from "../settings.ts";

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
 * Starts TLS over a socket. With a pin, the certificate is compared before anybody gets the connection, so that a server with
 * another certificate receives no byte of a request. `checkServerIdentity` cannot do this: Node.js does not call it for a
 * self-signed certificate when verification is off.
 * @throws errors of TLS and of the system; NodeError tls, tls_pin; the signal's reason when it ends first. The socket is closed then
 */
export async function startTls(
  socket: Socket,
  { url, verification }: TlsSettings,
  options: TlsOptions,
  signal: Signal,
): Promise<Connection> {
  try {
    const secured = await handshake(socket, options, url, signal);
    // Once: Node 20 takes the certificate out of the chain when it gives it (X509Certificate::GetPeerCert of crypto_x509.cc).
    const certificate = secured.getPeerX509Certificate();
    const refusal = verification.kind === "pin" ? pinRefusal(verification.sha256, certificate, url.label) : undefined;
    if (refusal === undefined) {
      return { socket: secured, certificateExpirySeconds: certificate && expirySeconds(certificate) };
    }
    secured.destroy();
    throw refusal;
  } catch (error) {
    socket.on("error", () => {}).destroy();
    throw error;
  }
}

type TlsOptions = {
  ca?: string;
  cert?: string;
  key?: string;
  servername?: string;
  rejectUnauthorized?: boolean;
};

function handshake(socket: Socket, options: TlsOptions, url: NodeUrl, signal: Signal): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const settings: ConnectionOptions & { readonly highWaterMark: number } = {
      socket,
      host: url.hostname,
      ...(isIP(url.hostname) === 0 ? { servername: url.hostname } : {}),
      ...options,
      ALPNProtocols: ["http/1.1"],
      highWaterMark: READ_BYTES,
    };
    const secured = connect(settings);
    const settle = () => {
      signal.removeEventListener("abort", abandon);
      secured.off("error", fail);
    };
    const fail = (error: unknown) => {
      settle();
      secured.on("error", () => {}).destroy();
      reject(error);
    };
    const abandon = () => fail(signal.reason);
    signal.addEventListener("abort", abandon, { once: true });
    secured.once("error", fail);
    secured.once("secureConnect", () => {
      settle();
      resolve(secured);
    });
  });
}

/** Reads the files for each connection, so that renewed ones need no restart. */
export async function readTlsOptions({
  verification,
  clientCertificate,
}: Omit<TlsSettings, "url">): Promise<TlsOptions> {
  const own =
    clientCertificate === undefined
      ? {}
      : {
          cert: await readPem(clientCertificate.certFile, "cert_file"),
          key: await readPem(clientCertificate.keyFile, "key_file"),
        };
  if (verification.kind !== "ca") return { ...own, rejectUnauthorized: false };
  return {
    ...own,
    ...(verification.serverName === undefined ? {} : { servername: verification.serverName }),
    ...(verification.caFile === undefined ? {} : { ca: await readCa(verification.caFile) }),
  };
}

async function readPem(path: string, key: "ca_file" | "cert_file" | "key_file"): Promise<string> {
  const bytes = await files.read(path, MAX_FILE_BYTES.tls).catch(async (error: unknown) => {
    throw nodeError(
      "tls",
      `cannot read ${await describeFile(path, error, KINDS[key])} (${fileErrorCode(error)})`,
      `check the content and the permissions of tls.${key}`,
    );
  });
  return bytes.toString("utf8");
}

const KINDS = { ca_file: "CA file", cert_file: "certificate file", key_file: "key file" };

async function readCa(path: string): Promise<string> {
  const text = await readPem(path, "ca_file");
  // For an empty file Node.js would use the system's authorities.
  if (!containsCertificate(text)) {
    throw nodeError(
      "tls",
      `the CA file ${path} contains no PEM certificate`,
      "check the content and the permissions of tls.ca_file",
    );
  }
  return text;
}

function containsCertificate(text: string): boolean {
  try {
    return new X509Certificate(text).raw.length > 0;
  } catch {
    return false;
  }
}

function expirySeconds({ validTo }: X509Certificate): number | undefined {
  const end = Date.parse(validTo);
  return Number.isNaN(end) ? undefined : end / 1000;
}

function pinRefusal(want: Buffer, certificate: X509Certificate | undefined, label: string): Error | undefined {
  if (certificate === undefined) return noCertificate(label);
  const got = createHash("sha256").update(certificate.raw).digest();
  if (got.length === want.length && timingSafeEqual(got, want)) return undefined;
  return nodeError(
    "tls_pin",
    `${label} presented a certificate with the id ${got.toString("base64url")}, expected ${want.toString("base64url")}`,
    "if the node was restarted with a new certificate, check that id on the node itself and set tls.pin to it; " +
      "a chainweb node keeps its id only with p2p certificateChainFile and keyFile",
  );
}

/** @param label how errors name the server */
export function noCertificate(label: string): Error {
  return nodeError("tls_pin", `${label} presented no certificate to compare with the pin`, "use an https:// URL");
}
