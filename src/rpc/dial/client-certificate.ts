import { X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import { certificateProblem, isOtherKey, privateKeyProblem, readCertificate } from "../../lib/certificates.ts";
import { describeFile, errorCode, fileErrorCode } from "../../lib/errno.ts";
import { files, MAX_FILE_BYTES } from "../../lib/files/files.ts";
import { nodeError } from "../../model/failure.ts";
import type { ClientCertificate } from "../settings.ts";

/** A client certificate with its chain and key as PEM, and what errors say about it. */
export type LoadedCertificate = {
  readonly cert: string;
  readonly key: string;
  /** SHA-256, as openssl prints it: what monerod's rpc-ssl-allowed-fingerprints wants. */
  readonly fingerprint: string;
  /** The end of its validity, unix milliseconds. */
  readonly endMs: number;
};

type Kind = "ca_file" | "cert_file" | "key_file";

const KINDS: Readonly<Record<Kind, string>> = {
  ca_file: "CA file",
  cert_file: "certificate file",
  key_file: "key file",
};

/**
 * Reads a file of the `tls` block.
 * @throws NodeError tls
 */
export async function readPem(path: string, key: Kind): Promise<string> {
  const bytes = await files.read(path, MAX_FILE_BYTES.tls).catch(async (error: unknown) => {
    throw nodeError(
      "tls",
      `cannot read ${await describeFile(path, error, KINDS[key])} (${fileErrorCode(error)})`,
      `check the content and the permissions of tls.${key}`,
    );
  });
  return bytes.toString("utf8");
}

/**
 * Reads the client certificate and its key, which must belong together.
 * @throws NodeError tls
 */
export async function readClientCertificate(files: ClientCertificate): Promise<LoadedCertificate> {
  const { certFile, keyFile } = files;
  const { cert, key } = await readPair(files);
  const problem = certificateProblem(cert) ?? privateKeyProblem(key) ?? pairProblem(cert, key);
  if (problem !== undefined) {
    const where = keyFile === certFile ? certFile : `${certFile} and ${keyFile}`;
    throw nodeError("tls", `the client certificate in ${where}: ${problem}`, "correct tls.cert_file and tls.key_file");
  }
  const certificate = new X509Certificate(cert);
  return { cert, key, fingerprint: certificate.fingerprint256, endMs: Date.parse(certificate.validTo) };
}

async function readPair({ certFile, keyFile }: ClientCertificate): Promise<Pick<LoadedCertificate, "cert" | "key">> {
  const cert = await readPem(certFile, "cert_file");
  return { cert, key: keyFile === certFile ? cert : await readPem(keyFile, "key_file") };
}

/**
 * Whether the files have another certificate or key than this one, which can be used. Each request asks, so nothing is parsed while
 * they are the same: that takes longer than a poll.
 */
export async function isReplaced(presented: LoadedCertificate, files: ClientCertificate): Promise<boolean> {
  try {
    const { cert, key } = await readPair(files);
    if (cert === presented.cert && key === presented.key) return false;
    await readClientCertificate(files);
    return true;
  } catch {
    // Half written, perhaps.
    return false;
  }
}

/** Why a certificate and a key cannot be used together, although each is in order; undefined: they can. */
export function pairProblem(cert: string, key: string): string | undefined {
  if (isOtherKey(key, readCertificate(cert))) {
    return "the key does not belong to the first certificate of cert_file";
  }
  try {
    createSecureContext({ cert, key });
    return undefined;
  } catch (error) {
    return `the TLS library rejects the certificate with this key (${errorCode(error)})`;
  }
}
