import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { isIP, isIPv4 } from "node:net";
import * as der from "./der.ts";

export type CertificateOptions = {
  readonly commonName: string;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  /** DNS names and IP addresses. With them the certificate is also its own CA, so that `ca: cert` verifies it. */
  readonly altNames?: readonly string[];
};

export type Certificate = {
  readonly key: string;
  readonly cert: string;
  /** base64url(SHA-256(DER)), 43 characters: what chainweb calls the peer id (SelfSigned.hs, fingerprint). */
  readonly peerId: string;
};

const ECDSA_WITH_SHA256 = der.sequence(der.objectId("1.2.840.10045.4.3.2"));
const DAY_MS = 86_400_000;

/**
 * Makes a P-256 key and a self-signed X.509 v3 certificate. Without `altNames` it is of the kind that a chainweb node
 * makes for itself: a common name and nothing else, good for 365 days.
 */
export function createSelfSignedCertificate(options: CertificateOptions): Certificate {
  const notBefore = options.notBefore ?? new Date();
  const notAfter = options.notAfter ?? new Date(notBefore.getTime() + 365 * DAY_MS);
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const name = der.sequence(der.set(der.sequence(der.objectId("2.5.4.3"), der.utf8String(options.commonName))));
  const content = der.sequence(
    der.explicit(0, der.integer(Buffer.of(2))), // 2 means version 3
    der.integer(serialNumber()),
    ECDSA_WITH_SHA256,
    name,
    der.sequence(der.time(notBefore), der.time(notAfter)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    ...(options.altNames === undefined ? [] : [der.explicit(3, extensions(options.altNames))]),
  );
  const signature = sign("sha256", content, privateKey);
  const certificate = der.sequence(content, ECDSA_WITH_SHA256, der.bitString(signature));
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: pem(certificate),
    peerId: createHash("sha256").update(certificate).digest("base64url"),
  };
}

/** Random, positive, and with a first byte that is not 0 (DER forbids needless zeros). */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes.writeUInt8((bytes.readUInt8(0) & 0x7f) | 0x01, 0);
  return bytes;
}

function extensions(altNames: readonly string[]): Buffer {
  const basicConstraints = der.sequence(der.boolean(true));
  return der.sequence(
    der.sequence(der.objectId("2.5.29.19"), der.boolean(true), der.octetString(basicConstraints)),
    der.sequence(der.objectId("2.5.29.17"), der.octetString(der.sequence(...altNames.map(generalName)))),
  );
}

/** dNSName is [2], iPAddress is [7] (RFC 5280, section 4.2.1.6). */
function generalName(name: string): Buffer {
  return isIP(name) === 0 ? der.element(0x82, Buffer.from(name, "ascii")) : der.element(0x87, addressBytes(name));
}

function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split(".").map(Number));
  // The WHATWG parser writes every IPv6 address in hexadecimal groups with at most one "::".
  const [head = "", tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const before = groups(head);
  const after = groups(tail ?? "");
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => 0);
  return Buffer.from([...before, ...zeros, ...after].flatMap((group) => [group >>> 8, group & 0xff]));
}

function groups(text: string): number[] {
  return text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
}

function pem(certificate: Buffer): string {
  const lines = certificate.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
