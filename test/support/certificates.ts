import { createHash, X509Certificate } from "node:crypto";
import { requireProgram, run } from "./servers.ts";

export type Certificate = { readonly key: string; readonly cert: string };

const KEY_ARGS = {
  ec: ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
  rsa: ["-newkey", "rsa:2048"],
  ed25519: ["-newkey", "ed25519"],
} as const;

/** A certificate as chainweb-node and monerod make them: self-signed, with a subject at most, without a SAN. */
export async function selfSigned(
  options: { readonly kind?: keyof typeof KEY_ARGS; readonly commonName?: string; readonly days?: number } = {},
): Promise<Certificate> {
  const { kind = "ec", commonName = "203.0.113.7", days = 365 } = options;
  const subject = ["-subj", `/CN=${commonName}`, "-days", String(days)];
  const args = ["req", "-x509", ...KEY_ARGS[kind], "-nodes", "-keyout", "-", "-out", "-", ...subject];
  const { code, stdout, output } = await run(requireProgram("openssl"), args);
  const [key] = /-----BEGIN PRIVATE KEY-----.*?-----END PRIVATE KEY-----\n/s.exec(stdout) ?? [];
  const [cert] = /-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n/s.exec(stdout) ?? [];
  if (code !== 0 || key === undefined || cert === undefined) throw new Error(`openssl ended with ${code}: ${output}`);
  return { key, cert };
}

/** How chainweb names a certificate: SHA-256 over its DER form, base64url. */
export function peerId({ cert }: Pick<Certificate, "cert">): string {
  return createHash("sha256").update(new X509Certificate(cert).raw).digest("base64url");
}
