import { rootCertificates } from "node:tls";
import { files } from "../../lib/files/files.ts";

/** Where Go looks for the system's authorities (src/crypto/x509/root_linux.go); the first file counts. */
const FILES = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/pki/tls/cacert.pem",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/etc/ssl/cert.pem",
];

/** Some systems have 400 kB of authorities. */
const MAX_BYTES = 4 * 2 ** 20;

/**
 * The authorities that the system trusts, in PEM form: of the file that SSL_CERT_FILE names or of the usual place; else those of
 * Node.js.
 */
export async function systemAuthorities(): Promise<readonly string[]> {
  const named = process.env.SSL_CERT_FILE;
  for (const path of named ? [named] : FILES) {
    const pem = await files.read(path, MAX_BYTES).then(
      (bytes) => bytes.toString("utf8"),
      () => undefined,
    );
    if (pem !== undefined) return [pem];
  }
  return rootCertificates;
}
