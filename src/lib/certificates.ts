import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";

/** Certificates and private keys in PEM form. */

/** The first certificate of a text; undefined: it has none. */
export function readCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function readKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

/** What is wrong with a file of certificates; undefined: nothing. */
export function certificateProblem(pem: string): string | undefined {
  return readCertificate(pem) === undefined ? "expected a certificate in PEM form" : undefined;
}

/** What is wrong with a file with a private key; undefined: nothing. */
export function privateKeyProblem(pem: string): string | undefined {
  if (readKey(pem) !== undefined) return undefined;
  return pem.includes("ENCRYPTED") ? "expected a private key without passphrase" : "expected a private key in PEM form";
}

/** Whether both can be read, and the key is that of another certificate. */
export function isOtherKey(key: string, certificate: X509Certificate | undefined): boolean {
  const own = readKey(key);
  return own !== undefined && certificate?.checkPrivateKey(own) === false;
}

/**
 * The alternative names of a certificate as Node.js writes them; undefined: it has no list of them, or a malformed one (from
 * Node 22 on the getter throws ERR_CRYPTO_OPERATION_FAILED, for instance for an empty list).
 */
export function altNamesTextOf(certificate: X509Certificate | undefined): string | undefined {
  try {
    return certificate?.subjectAltName;
  } catch {
    return undefined;
  }
}

type AltName = { readonly kind: "DNS" | "IP Address" | "email" | "URI"; readonly name: string };

/** The names in the text that Node.js makes of a certificate's; quoted ones are JSON. None of a text that is malformed. */
export function altNamesOf(text: string): readonly AltName[] {
  const names: AltName[] = [];
  const item = /(DNS|IP Address|email|URI|[\w ]+):("(?:[^"\\]|\\.)*"|[^",]*)(?:, |$)/y;
  while (item.lastIndex < text.length) {
    const [, kind = "", value = ""] = item.exec(text) ?? [];
    // A malformed item may hide where a name ends.
    if (kind === "") return [];
    if (kind !== "DNS" && kind !== "IP Address" && kind !== "email" && kind !== "URI") continue;
    const name = value.startsWith('"') ? unquoted(value) : value;
    if (name === undefined) return [];
    names.push({ kind, name });
  }
  return names;
}

function unquoted(text: string): string | undefined {
  try {
    return String(JSON.parse(text));
  } catch {
    return undefined;
  }
}
