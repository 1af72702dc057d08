import type { Secret } from "../lib/secret.ts";

/** The credentials of requests to a node. */
export type Auth =
  | { readonly kind: "basic"; readonly username: string; readonly password: Secret }
  | { readonly kind: "digest"; readonly username: string; readonly password: Secret }
  | { readonly kind: "bearer"; readonly token: Secret }
  | { readonly kind: "header"; readonly name: string; readonly value: Secret }
  /** A file with `user:password`, which the node writes at each start; sent as basic authentication. */
  | { readonly kind: "cookie"; readonly pair: Secret };

/** A header that is sent with the credentials, such as the key of a gateway. */
export type SecretHeader = { readonly name: string; readonly value: Secret };

/** The client certificate of an https URL. The paths are absolute; the files are read for each connection. */
export type ClientCertificate = { readonly certFile: string; readonly keyFile: string };

/** Which proxy requests take, by the scheme of their URL. */
export type ProxySettings = {
  readonly http: ProxyServer | undefined;
  readonly https: ProxyServer | undefined;
  /** Hosts that are asked directly. */
  readonly except: readonly ProxyException[];
  readonly origin: "proxy_url" | "environment";
};

/** Prints as its label. */
export type ProxyServer = {
  /** `socks5h`: the proxy resolves the name. */
  readonly kind: "http" | "https" | "socks5h";
  /** Scheme, host and port. */
  readonly label: string;
  /** Without brackets. */
  readonly hostname: string;
  readonly port: number;
  readonly login: { readonly username: string; readonly password: Secret } | undefined;
};

/** An entry of `no_proxy`, with the text that /config shows. */
export type ProxyException = {
  readonly label: string;
  readonly matches: (url: { readonly hostname: string; readonly port: number }) => boolean;
};

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
