import { createHash, timingSafeEqual, type X509Certificate } from "node:crypto";
import { checkServerIdentity } from "node:tls";
import { altNamesOf, altNamesTextOf } from "../../lib/certificates.ts";
import { errorCode } from "../../lib/errno.ts";
import { counted } from "../../lib/text/format.ts";
import { harmless } from "../../lib/text/harmless.ts";
import { nodeError } from "../../model/failure.ts";
import { TlsError } from "./tls-codes.ts";

/** Says which certificate a server presented, why it was refused, and which setting fits. Its texts are the server's: hostile. */

type Refused = {
  /** Node.js' name of the problem. */
  readonly code: string;
  readonly certificate: X509Certificate | undefined;
  /** The name that the certificate should have. */
  readonly expected: string;
  /** Whether tls.ca_file is set. */
  readonly hasCaFile: boolean;
  /** Unix milliseconds. */
  readonly now: number;
};

/** Why a certificate was refused that was verified by authorities. */
export function verificationError({ code, certificate, expected, hasCaFile, now }: Refused): TlsError {
  if (certificate === undefined) {
    return new TlsError(`the server presented no certificate (${code})`, "check that the port speaks HTTPS");
  }
  const isOther = checkServerIdentity(expected, certificate.toLegacyObject()) !== undefined;
  const facts: Facts = {
    certificate,
    names: namesOf(certificate),
    expected,
    isOther,
    isSelfSigned: certificate.subject === certificate.issuer,
    hasCaFile,
    now,
  };
  const { problem, advice } = explain(code, facts);
  return new TlsError(`${problem} (${code}); it presented ${describe(facts)}`, advice);
}

type Facts = Pick<Refused, "expected" | "hasCaFile" | "now"> & {
  readonly certificate: X509Certificate;
  readonly names: readonly string[];
  /** Whether no name of the certificate is the expected one. */
  readonly isOther: boolean;
  readonly isSelfSigned: boolean;
};

type Explanation = { readonly problem: string; readonly advice: string };

const UNKNOWN_ISSUER = new Set([
  ...["SELF_SIGNED_CERT_IN_CHAIN", "UNABLE_TO_GET_ISSUER_CERT", "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"],
  ...["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "CERT_UNTRUSTED", "CERT_CHAIN_TOO_LONG"],
]);
/** UNSPECIFIED: what Node.js 24 says to a key that its OpenSSL finds too weak. */
const WEAK = new Set([
  "UNSPECIFIED",
  "EE_KEY_TOO_SMALL",
  "CA_KEY_TOO_SMALL",
  "CA_MD_TOO_WEAK",
  "EC_KEY_EXPLICIT_PARAMS",
]);

const MIN_RSA_BITS = 2048;

function isWeak(code: string, { publicKey }: X509Certificate): boolean {
  const { modulusLength = MIN_RSA_BITS } = publicKey.asymmetricKeyDetails ?? {};
  return WEAK.has(code) && (code !== "UNSPECIFIED" || modulusLength < MIN_RSA_BITS);
}

function explain(code: string, facts: Facts): Explanation {
  const { certificate, expected, isSelfSigned, now } = facts;
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID" || code === "HOSTNAME_MISMATCH" || code === "IP_ADDRESS_MISMATCH") {
    return { problem: `the server's certificate is not for ${expected}`, advice: nameAdvice(facts) };
  }
  if (code === "CERT_HAS_EXPIRED") {
    return Date.parse(certificate.validTo) > now
      ? {
          problem: "a certificate in the chain of the server's has expired",
          advice: `renew the authority's certificate that the server sends, or that tls.ca_file has; or ${pinAdvice(facts)}`,
        }
      : {
          problem: "the server's certificate has expired",
          advice: `renew the node's certificate, or correct this machine's clock; a pin does not look at dates: ${pinAdvice(facts)}`,
        };
  }
  if (code === "CERT_NOT_YET_VALID") {
    return {
      problem: "the server's certificate is not valid yet by this machine's clock",
      advice: `correct the clock of this machine or of the one that made the certificate; a pin does not look at dates: ${pinAdvice(facts)}`,
    };
  }
  if (code === "DEPTH_ZERO_SELF_SIGNED_CERT" || (isSelfSigned && UNKNOWN_ISSUER.has(code))) {
    const place = facts.hasCaFile ? "add a copy of it to tls.ca_file" : "set tls.ca_file to a copy of it";
    const copy = facts.isOther ? "" : `${place}, as it is for this name; or `;
    return { problem: "the server's certificate is self-signed", advice: copy + pinAdvice(facts) };
  }
  if (UNKNOWN_ISSUER.has(code))
    return { problem: "no known authority signed the server's certificate", advice: caAdvice(facts) };
  if (isWeak(code, certificate)) {
    return {
      problem: "a key or signature in the chain of the server's certificate is too weak",
      advice: `renew it with an EC key, or RSA of at least 2048 bits, and SHA-256; or ${pinAdvice(facts)}`,
    };
  }
  if (code === "CERT_REVOKED")
    return { problem: "the server's certificate is revoked", advice: "renew the node's certificate" };
  return {
    problem: "the server's certificate is not valid",
    advice: `renew the node's certificate; or ${pinAdvice(facts)}`,
  };
}

const COMPARE = "compare its SHA-256 on the node itself (openssl x509 -noout -fingerprint -sha256), then set";

/** With a line ready to paste. */
function pinAdvice({ certificate }: Pick<Facts, "certificate">): string {
  return `${COMPARE} tls.pin, as tls: {pin: "${certificate.fingerprint256}"}`;
}

/**
 * @param want the SHA-256 of the pinned certificate
 * @param label how errors name the server
 * @returns undefined for the pinned one
 */
export function pinRefusal(want: Buffer, certificate: X509Certificate | undefined, label: string): Error | undefined {
  if (certificate === undefined) return noCertificate(label);
  const got = createHash("sha256").update(certificate.raw).digest();
  if (got.length === want.length && timingSafeEqual(got, want)) return undefined;
  // In the form of chainweb's peer ids, as it is short; the advice has the other one.
  const [found, expected] = [got, want].map((id) => id.toString("base64url"));
  return nodeError(
    "tls_pin",
    `${label} presented a certificate with the id ${found}, expected ${expected}`,
    `if the node has a new certificate, ${pinAdvice({ certificate })}; a chainweb node keeps its id only with p2p ` +
      "certificateChainFile and keyFile",
  );
}

export function noCertificate(label: string): Error {
  return nodeError("tls_pin", `${label} presented no certificate to compare with the pin`, "use an https:// URL");
}

function caAdvice(facts: Facts): string {
  const file = facts.hasCaFile
    ? "add the authority's certificate to tls.ca_file"
    : "set tls.ca_file to the authority's certificate";
  const name = facts.isOther ? `, and ${serverNameAdvice(facts)}, as it is not for ${facts.expected}` : "";
  return `if your own authority signed it, ${file}${name}; if a public one did, the server does not send its whole chain; or ${pinAdvice(facts)}`;
}

function nameAdvice(facts: Facts): string {
  if (facts.names.length === 0) return `it has no name to verify, so ${pinAdvice(facts)}`;
  return `if it is the node's own, ${serverNameAdvice(facts)}; or ${pinAdvice(facts)}`;
}

/** The first name that can be pasted; a wildcard or strange text cannot. */
function serverNameAdvice({ names }: Facts): string {
  const name = names.find((text) => /^[A-Za-z0-9](?:[A-Za-z0-9.:-]{0,98}[A-Za-z0-9])?$/.test(text));
  return name === undefined
    ? "set tls.server_name to a name that it is for"
    : `set tls.server_name, as tls: {server_name: "${name}"}, or use that name in the URL`;
}

const MAX_NAMES = 5;
const MAX_NAME = 100;
const MAX_SUBJECT = 150;

function describe({ certificate, names, isSelfSigned }: Facts): string {
  const shown = names.slice(0, MAX_NAMES).map((name) => {
    // A name that is two with a comma between them must not look so.
    return cut(/^[\w.:*-]*$/.test(name) ? name : `"${name}"`, MAX_NAME);
  });
  const more = names.length > MAX_NAMES ? ` and ${counted(names.length - MAX_NAMES, "more name")}` : "";
  const list = names.length === 0 ? "without a host name" : `for ${shown.join(", ")}${more}`;
  const issuer = isSelfSigned ? "" : `, issued by ${entity(certificate.issuer)}`;
  return `${entity(certificate.subject)} ${list}${issuer}, valid from ${day(certificate.validFrom)} to ${day(certificate.validTo)}`;
}

/**
 * Node.js writes one attribute on each line: `C=CH\nCN=node`. Its types leave out that it gives undefined for an empty name, which
 * certificates with names in subjectAltName alone have (RFC 5280 4.1.2.6).
 */
function entity(text: string | undefined = ""): string {
  const line = cut(text.replaceAll("\n", ", "), MAX_SUBJECT);
  return line === "" ? "a certificate without subject" : `"${line}"`;
}

function cut(text: string, max: number): string {
  const clean = harmless(text.slice(0, max + 1).replaceAll('"', "'"));
  return clean.length > max ? `${clean.slice(0, max)}…` : clean;
}

function day(date: string): string {
  const time = Date.parse(date);
  return Number.isNaN(time) ? "an unknown date" : new Date(time).toISOString().slice(0, 10);
}

/** More than any real certificate has. */
const MAX_ALT_NAMES_LENGTH = 64 * 1024;

/** The host names and addresses that a certificate is for. */
function namesOf(certificate: X509Certificate): readonly string[] {
  const all = altNamesOf((altNamesTextOf(certificate) ?? "").slice(0, MAX_ALT_NAMES_LENGTH));
  return all.flatMap(({ kind, name }) => (kind === "DNS" || kind === "IP Address" ? name : []));
}

/** Node.js gives the code alone, whatever its type says. */
export function authorizationCode(error: unknown): string {
  return typeof error === "string" ? error : errorCode(error);
}
