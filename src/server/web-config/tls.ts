import { constants } from "node:crypto";
import type { SecureContextOptions } from "node:tls";
import { TLS13_CIPHERS } from "./ciphers.ts";
import { TLS_VERSIONS, type WebTls } from "./model.ts";

/** What a TLS server can take over while it runs (`setSecureContext`). */
export function contextOptions(tls: WebTls): SecureContextOptions {
  const ciphers = cipherList(tls);
  return {
    cert: tls.cert,
    key: tls.key,
    ...(tls.clientCa === undefined ? {} : { ca: tls.clientCa }),
    minVersion: TLS_VERSIONS[tls.minVersion],
    maxVersion: TLS_VERSIONS[tls.maxVersion],
    ...(ciphers === undefined ? {} : { ciphers }),
    ...(tls.curves === undefined ? {} : { ecdhCurve: tls.curves.join(":") }),
    honorCipherOrder: tls.preferServerCiphers,
    // A resumed session would bring back a client certificate that was verified by the rules of another time.
    ...(tls.clientAuth.type === "NoClientCert" ? {} : { secureOptions: constants.SSL_OP_NO_TICKET }),
  };
}

/** OpenSSL 3 has TLS 1.0 and 1.1 only at its lowest security level, as their signatures use SHA-1. */
const LOWEST_LEVEL = "@SECLEVEL=0";

function cipherList({ ciphers, minVersion }: WebTls): string | undefined {
  const isOld = minVersion === "TLS10" || minVersion === "TLS11";
  if (ciphers === undefined) return isOld ? [...TLS13_CIPHERS, "DEFAULT", LOWEST_LEVEL].join(":") : undefined;
  const chosen = ciphers.filter((name) => !TLS13_CIPHERS.includes(name));
  return [...TLS13_CIPHERS, ...chosen, ...(isOld ? [LOWEST_LEVEL] : [])].join(":");
}
