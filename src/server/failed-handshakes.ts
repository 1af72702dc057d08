import type { Server } from "node:http";
import type { Socket } from "node:net";
import { errorCode } from "../lib/errno.ts";
import { rawSocketOf } from "./clients/socket.ts";
import { rawResponse } from "./raw-response.ts";
import type { LogRefusal } from "./refusals.ts";
import { errorResponse } from "./respond.ts";

/**
 * Ends connections whose TLS handshake failed. OpenSSL has sent the client an alert, unless it did not speak TLS at
 * all: plain HTTP gets its answer in plain HTTP. An HTTPS server would report the error as a bad request as well.
 */
export function answerFailedHandshakes(http: Server, logRefusal: LogRefusal): void {
  http.prependListener("tlsClientError", (error: Error, socket: Socket) => {
    const code = errorCode(error);
    const raw = rawSocketOf(socket);
    const client = raw?.remoteAddress;
    if (NOT_TLS.includes(code) && raw?.writable === true && raw.bytesWritten === 0) {
      logRefusal(
        "plain_http",
        client,
        "it speaks plain HTTP, or no TLS, to this HTTPS server; use https:// in its URL",
      );
      raw.end(PLAIN_HTTP, () => socket.destroy());
      return;
    }
    const refusal = REFUSALS[code];
    if (refusal !== undefined) logRefusal(refusal.kind, client, refusal.message);
    socket.destroy();
  });
}

/** The first bytes are no TLS record. OpenSSL 3.0, of Node 20, knows only some methods of HTTP. */
const NOT_TLS = ["ERR_SSL_HTTP_REQUEST", "ERR_SSL_HTTPS_PROXY_REQUEST", "ERR_SSL_WRONG_VERSION_NUMBER"];

/** Go's servers use the same words. */
const PLAIN_HTTP = rawResponse(
  errorResponse(400, "Client sent an HTTP request to an HTTPS server. Use https:// in its URL."),
);

type Refusal = { readonly kind: string; readonly message: string };

const VERSION: Refusal = {
  kind: "protocol_version",
  message: "it offers no version of TLS that this server allows (min_version, max_version)",
};

const CURVE: Refusal = {
  kind: "no_shared_curve",
  message: "it offers no curve that this server allows (curve_preferences)",
};

const DISTRUST: Refusal = {
  kind: "distrusted",
  message:
    "it does not trust the certificate of this server; give it the authority, or a certificate with the right name",
};

/** What a client sees or says in an alert, by Node's codes. Connections that merely end are no refusals. */
const REFUSALS: Readonly<Record<string, Refusal>> = {
  ERR_SSL_UNSUPPORTED_PROTOCOL: VERSION,
  ERR_SSL_VERSION_TOO_LOW: VERSION,
  ERR_SSL_NO_SHARED_CIPHER: {
    kind: "no_shared_cipher",
    message: "it offers no cipher suite that this server allows (cipher_suites)",
  },
  ERR_SSL_NO_SHARED_GROUP: CURVE,
  ERR_SSL_NO_SUITABLE_KEY_SHARE: CURVE,
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: DISTRUST,
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: DISTRUST,
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: DISTRUST,
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: DISTRUST,
  ERR_SSL_TLS_ALERT_BAD_CERTIFICATE: DISTRUST,
  ERR_SSL_TLS_ALERT_CERTIFICATE_UNKNOWN: DISTRUST,
  ERR_SSL_TLS_ALERT_CERTIFICATE_EXPIRED: DISTRUST,
};
