/** Failures of TLS, and what the codes of handshakes that failed mean. */

/** TLS failed, and it is known why. Without anything secret; texts of the server are cut and harmless. */
export class TlsError extends Error {
  /** What was found, without the server. */
  readonly finding: string;
  /** What the operator can change. */
  readonly advice: string;

  constructor(finding: string, advice: string) {
    super(finding);
    this.name = "TlsError";
    this.finding = finding;
    this.advice = advice;
  }
}

type Meaning = {
  /** Without the code. */
  readonly finding: string;
  readonly advice: string;
};

/** The name of a TLS alert that the server sent (`CERTIFICATE_REQUIRED`), of any OpenSSL; undefined for other codes. */
export function alertOf(code: string): string | undefined {
  // ERR_SSL_SSLV3_ALERT_…, ERR_SSL_SSL/TLS_ALERT_… (OpenSSL 3.2 and later), ERR_SSL_TLSV1_ALERT_…, ERR_SSL_TLSV13_ALERT_…; those
  // of extensions (RFC 6066 9) without the word, as ERR_SSL_TLSV1_UNRECOGNIZED_NAME.
  return /^ERR_SSL_(?:[A-Z0-9/]+_ALERT|TLSV1)_([A-Z0-9_]+)$/.exec(code)?.[1];
}

/** Alerts with which a server judges the client's certificate, or its absence (RFC 8446 6.2, RFC 5246 7.2.2). */
export const CERTIFICATE_ALERTS: ReadonlySet<string> = new Set([
  ...["CERTIFICATE_REQUIRED", "NO_CERTIFICATE", "BAD_CERTIFICATE", "UNSUPPORTED_CERTIFICATE", "CERTIFICATE_REVOKED"],
  ...["CERTIFICATE_EXPIRED", "CERTIFICATE_UNKNOWN", "UNKNOWN_CA", "ACCESS_DENIED"],
]);

const OLD_PROTOCOL: Meaning = {
  finding: "the server speaks only TLS 1.0 or 1.1, and this program needs 1.2 or 1.3",
  advice: "update the server, or put a proxy in front of it that speaks TLS 1.2 or later",
};
const NOT_TLS: Meaning = {
  finding: "the server does not speak TLS",
  advice: "this port speaks plain HTTP: use http:// in the URL",
};
const WEAK_DH: Meaning = {
  finding: "the server uses too small a key for its Diffie-Hellman exchange",
  advice: "let the server use ECDHE, or a group of at least 2048 bits (nginx: ssl_dhparam)",
};
const NO_COMMON_CIPHER: Meaning = {
  finding: "the server found no cipher suite, version or group of TLS that both sides know",
  advice: "allow TLS 1.2 or 1.3 with today's cipher suites (ECDHE with AES-GCM or ChaCha20) on the server",
};
const WRONG_ANSWER: Meaning = {
  finding: "the server broke the rules of TLS",
  advice: "check that the port speaks TLS, and see the server's log",
};

const MEANINGS: Readonly<Record<string, Meaning>> = {
  ERR_SSL_WRONG_VERSION_NUMBER: NOT_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NOT_TLS,
  ERR_SSL_HTTP_REQUEST: NOT_TLS,
  ERR_SSL_UNSUPPORTED_PROTOCOL: OLD_PROTOCOL,
  ERR_SSL_WRONG_SSL_VERSION: OLD_PROTOCOL,
  ERR_SSL_VERSION_TOO_LOW: OLD_PROTOCOL,
  ERR_SSL_DH_KEY_TOO_SMALL: WEAK_DH,
  ERR_SSL_MODULUS_TOO_SMALL: WEAK_DH,
  ERR_TLS_DH_PARAM_SIZE: WEAK_DH,
  ERR_SSL_UNSAFE_LEGACY_RENEGOTIATION_DISABLED: {
    finding: "the server knows only the unsafe renegotiation of before RFC 5746",
    advice: "update the server, or put a proxy in front of it that speaks TLS 1.2 or later",
  },
  ERR_SSL_UNEXPECTED_EOF_WHILE_READING: WRONG_ANSWER,
};

const ALERTS: Readonly<Record<string, Meaning>> = {
  PROTOCOL_VERSION: OLD_PROTOCOL,
  HANDSHAKE_FAILURE: NO_COMMON_CIPHER,
  INSUFFICIENT_SECURITY: NO_COMMON_CIPHER,
  UNRECOGNIZED_NAME: {
    finding: "the server has no certificate for this host name",
    advice: "use a name in the URL that the server knows, or set tls.server_name to it",
  },
  NO_APPLICATION_PROTOCOL: {
    finding: "the server does not offer HTTP/1.1",
    advice: "allow http/1.1 as well as h2 on the server (ALPN)",
  },
  INTERNAL_ERROR: {
    finding: "the server reports an internal error in the handshake",
    advice: "see the server's log: it may lack a certificate for this host name (then set tls.server_name)",
  },
};

const OTHER: Meaning = {
  finding: "the TLS connection failed",
  advice: "check that the port speaks TLS, and the tls block of this node",
};

/** What a code of TLS means; for any code. */
export function meaningOf(code: string): Meaning {
  const alert = alertOf(code);
  if (alert === undefined) return MEANINGS[code] ?? OTHER;
  return ALERTS[alert] ?? { ...OTHER, finding: "the server ended the TLS connection with an alert" };
}
