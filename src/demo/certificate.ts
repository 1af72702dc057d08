import { createHash, generateKeyPairSync, randomBytes, sign, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import * as x509 from "@peculiar/asn1-x509";

type CertificateOptions = {
  readonly commonName: string;
  /** Default: now. */
  readonly notBefore?: Date;
  /** Default: 365 days after `notBefore`. */
  readonly notAfter?: Date;
  /** DNS names and IP addresses. With them the certificate is also its own CA, so that `ca: cert` verifies it. */
  readonly altNames?: readonly string[];
};

export type Certificate = {
  /** The private key: PKCS #8 as PEM. */
  readonly key: string;
  /** The certificate as PEM. */
  readonly cert: string;
  /** base64url(SHA-256(DER)), 43 characters: what chainweb calls the peer id (SelfSigned.hs, fingerprint). */
  readonly peerId: string;
};

const ECDSA_WITH_SHA256 = new x509.AlgorithmIdentifier({ algorithm: "1.2.840.10045.4.3.2" });
const COMMON_NAME = "2.5.4.3";
const DAY_MS = 86_400_000;

/**
 * Creates a P-256 key and a self-signed X.509 v3 certificate. Without `altNames` it is like the certificate that a
 * chainweb node creates for itself: a common name, no extensions, valid for 365 days.
 */
export function createSelfSignedCertificate(options: CertificateOptions): Certificate {
  const { commonName, notBefore = new Date(), altNames } = options;
  const notAfter = options.notAfter ?? new Date(notBefore.getTime() + 365 * DAY_MS);
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const name = new x509.Name([
    new x509.RelativeDistinguishedName([
      new x509.AttributeTypeAndValue({
        type: COMMON_NAME,
        value: new x509.AttributeValue({ utf8String: commonName }),
      }),
    ]),
  ]);
  const tbsCertificate = new x509.TBSCertificate({
    version: x509.Version.v3,
    serialNumber: serialNumber(),
    signature: ECDSA_WITH_SHA256,
    issuer: name,
    validity: new x509.Validity({ notBefore, notAfter }),
    subject: name,
    subjectPublicKeyInfo: AsnConvert.parse(
      publicKey.export({ type: "spki", format: "der" }),
      x509.SubjectPublicKeyInfo,
    ),
    ...(altNames === undefined ? {} : { extensions: new x509.Extensions(extensions(altNames)) }),
  });
  const signature = sign("sha256", Buffer.from(AsnConvert.serialize(tbsCertificate)), privateKey);
  const der = Buffer.from(
    AsnConvert.serialize(
      new x509.Certificate({
        tbsCertificate,
        signatureAlgorithm: ECDSA_WITH_SHA256,
        signatureValue: new Uint8Array(signature).buffer,
      }),
    ),
  );
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: new X509Certificate(der).toString(),
    peerId: createHash("sha256").update(der).digest("base64url"),
  };
}

/** Random and positive. The first byte is not 0, as DER forbids leading zeros. */
function serialNumber(): ArrayBuffer {
  const bytes = new Uint8Array(randomBytes(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x01;
  return bytes.buffer;
}

function extensions(altNames: readonly string[]): x509.Extension[] {
  const names = altNames.map(
    (name) => new x509.GeneralName(isIP(name) === 0 ? { dNSName: name } : { iPAddress: name }),
  );
  return [
    extension(x509.id_ce_basicConstraints, new x509.BasicConstraints({ cA: true }), true),
    extension(x509.id_ce_subjectAltName, new x509.SubjectAlternativeName(names), false),
  ];
}

function extension(extnID: string, value: object, critical: boolean): x509.Extension {
  return new x509.Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
}
