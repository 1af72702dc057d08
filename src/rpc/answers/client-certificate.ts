import type { Failure } from "../../model/failure.ts";
import { CERTIFICATE_WANTED } from "../dial/refused-client.ts";
import type { RpcResponse } from "../message.ts";

/** What servers say in a response about the client's certificate: those that judge it after the handshake. */

const STATUSES: readonly number[] = [400, 401, 403, 495, 496];

/** Error pages are short; a longer one says it at its start. */
const READ_BYTES = 1024;

const MISSING = /No required (?:SSL|TLS) certificate was sent|client certificate (?:is )?required/i;
const REFUSED = /The (?:SSL|TLS) certificate error|(?:SSL|TLS) certificate (?:verif\w+ (?:fail|error)|failed verif)/i;
/** Apache to a client of TLS 1.3 that cannot be asked again, as those of Node.js and browsers. */
const TOO_LATE = /Cannot perform Post-Handshake Authentication/i;

const utf8 = new TextDecoder("utf-8");

/**
 * Of a response over TLS: nginx, and what is built on it, says it with status 400 ("No required SSL certificate was sent", "The SSL
 * certificate error"; 496 and 495 in its log), Apache and IIS with 403, Kong with 401. undefined for any other response.
 */
export function clientCertificateFailure({ status, body }: RpcResponse, call: string): Failure | undefined {
  if (!STATUSES.includes(status)) return undefined;
  const text = utf8.decode(body.subarray(0, READ_BYTES));
  const found = `${call}: expected HTTP 200, found ${status}`;
  if (status === 496 || MISSING.test(text)) {
    return {
      reason: "tls",
      message: `${found}, as the server wants a client certificate and got none`,
      advice: CERTIFICATE_WANTED,
    };
  }
  if (status === 495 || REFUSED.test(text)) {
    return {
      reason: "tls",
      message: `${found}, as the server refuses the client certificate of tls.cert_file`,
      advice:
        "check that it has not expired and that the server knows the authority that signed it (nginx: ssl_client_certificate)",
    };
  }
  if (TOO_LATE.test(text)) {
    return {
      reason: "tls",
      message: `${found}, as the server wants a client certificate after the handshake`,
      advice: "let it ask in the handshake: move Apache's SSLVerifyClient from the location to the virtual host",
    };
  }
  return undefined;
}
