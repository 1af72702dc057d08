import type { Secret } from "../lib/secret.ts";

/** The credentials of requests to a node. */
export type Auth =
  | { readonly kind: "basic"; readonly username: string; readonly password: Secret }
  | { readonly kind: "digest"; readonly username: string; readonly password: Secret }
  | { readonly kind: "bearer"; readonly token: Secret }
  | { readonly kind: "header"; readonly name: string; readonly value: Secret };

/** How the server of an https URL is verified. */
export type TlsVerification =
  /** By the system's certificate authorities, or by those in a file. */
  | { readonly kind: "ca"; readonly caFile?: string | undefined; readonly serverName?: string | undefined }
  /** Only by the SHA-256 of its certificate. */
  | { readonly kind: "pin"; readonly sha256: Buffer }
  | { readonly kind: "insecure" };

const BASE64URL_SHA256 = /^[A-Za-z0-9_-]{43}=?$/;
const HEX_SHA256 = /^(?:[0-9A-Fa-f]{2}:?){32}$/;

/**
 * The SHA-256 of a certificate, from a chainweb peer id (43 base64url characters) or a fingerprint in hex with or without
 * colons, as openssl and monerod print it. Undefined for any other text.
 */
export function parsePin(text: string): Buffer | undefined {
  if (BASE64URL_SHA256.test(text)) return Buffer.from(text, "base64url");
  if (HEX_SHA256.test(text)) return Buffer.from(text.replaceAll(":", ""), "hex");
  return undefined;
}
