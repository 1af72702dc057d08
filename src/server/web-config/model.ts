import type { Headers } from "../respond.ts";

/** The client certificates that a server asks for, in the names of Go's crypto/tls. */
export const CLIENT_AUTH_TYPES = [
  "NoClientCert",
  "RequestClientCert",
  "RequireAnyClientCert",
  "VerifyClientCertIfGiven",
  "RequireAndVerifyClientCert",
] as const;

export type ClientAuthType = (typeof CLIENT_AUTH_TYPES)[number];

/** Which client certificates are let in. */
export type ClientAuth = {
  readonly type: ClientAuthType;
  /** One of them must be in the certificate. */
  readonly allowedSans: readonly string[] | undefined;
};

export const TLS_VERSIONS = { TLS10: "TLSv1", TLS11: "TLSv1.1", TLS12: "TLSv1.2", TLS13: "TLSv1.3" } as const;

export type TlsVersion = keyof typeof TLS_VERSIONS;

/** `tls_server_config` with the contents of its files. */
export type WebTls = {
  readonly cert: string;
  readonly key: string;
  readonly clientCa: string | undefined;
  readonly clientAuth: ClientAuth;
  readonly minVersion: TlsVersion;
  readonly maxVersion: TlsVersion;
  /** In OpenSSL's names; undefined: the usual ones. */
  readonly ciphers: readonly string[] | undefined;
  readonly curves: readonly string[] | undefined;
  readonly preferServerCiphers: boolean;
};

/** A token bucket: `burst` requests at once, then one each interval. */
export type RateLimit = { readonly intervalMs: number; readonly burst: number };

/** A web configuration file, read and checked. */
export type WebConfig = {
  readonly tls: WebTls | undefined;
  /** bcrypt hashes by user name; with none, everybody is let in. */
  readonly users: ReadonlyMap<string, string>;
  /** For every answer, by lower-case name; an empty one takes the exporter's own header away. */
  readonly headers: Headers;
  readonly rateLimit: RateLimit | undefined;
};
