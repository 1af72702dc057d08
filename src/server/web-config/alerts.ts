import { createCipheriv, createHmac } from "node:crypto";
import type { Server } from "node:https";
import type { TLSSocket } from "node:tls";
import { rawSocketOf } from "../clients/socket.ts";

/** The descriptions of fatal alerts (RFC 8446, section 6.2). */
export const ALERT = {
  badCertificate: 42,
  certificateRevoked: 44,
  certificateExpired: 45,
  certificateUnknown: 46,
  unknownCa: 48,
  accessDenied: 49,
  certificateRequired: 116,
} as const;

export type Alert = (typeof ALERT)[keyof typeof ALERT];

type SendAlert = (socket: TLSSocket, alert: Alert) => boolean;

/**
 * Makes it possible to tell a client by a TLS alert why it is refused. Node lets every certificate through the handshake
 * (VerifyCallback of src/crypto/crypto_common.cc returns 1) and has no function that sends an alert: `destroy` only ends the
 * connection. So the alert is written below TLS. For TLS 1.3 that takes the key of the server's records, which the event
 * `keylog` has; it is dropped at the end of the handshake.
 * @returns sends an alert during the event `secureConnection` of the socket. It is false when the alert cannot be sent
 */
export function prepareAlerts(server: Server): SendAlert {
  const secrets = new WeakMap<TLSSocket, Buffer>();
  server.on("keylog", (line: Buffer, socket: TLSSocket) => {
    const [label, , secret = ""] = line.toString("latin1").trim().split(" ");
    if (label === "SERVER_TRAFFIC_SECRET_0") secrets.set(socket, Buffer.from(secret, "hex"));
  });
  server.prependListener("secureConnection", (socket: TLSSocket) => {
    // After all listeners of the event.
    process.nextTick(() => secrets.delete(socket));
  });
  return (socket, alert) => {
    const raw = rawSocketOf(socket);
    const record = recordOf(socket, alert, secrets.get(socket));
    if (raw === undefined || record === undefined || !raw.writable) return false;
    raw.write(record);
    return true;
  };
}

const FATAL = 2;
const TYPE = { alert: 21, applicationData: 23 };
/** TLS 1.2, which records of TLS 1.3 have as well. */
const RECORD_VERSION = [3, 3] as const;
const OLD_VERSIONS: Readonly<Record<string, readonly number[]>> = { TLSv1: [3, 1], "TLSv1.1": [3, 2] };

/** Node emits the event before OpenSSL writes the end of its handshake of TLS 1.2: until then records are plain. */
function recordOf(socket: TLSSocket, alert: Alert, secret: Buffer | undefined): Buffer | undefined {
  const protocol = socket.getProtocol();
  if (protocol !== "TLSv1.3") {
    const version = OLD_VERSIONS[protocol ?? ""] ?? RECORD_VERSION;
    return Buffer.from([TYPE.alert, ...version, 0, 2, FATAL, alert]);
  }
  const suite = SUITES[socket.getCipher().name];
  return secret && suite && encryptedAlert(alert, secret, suite);
}

type Suite = {
  readonly cipher: "aes-128-gcm" | "aes-256-gcm" | "chacha20-poly1305";
  readonly keyBytes: number;
  readonly hash: string;
};

/** The suites of TLS 1.3 that OpenSSL has by default. */
const SUITES: Readonly<Record<string, Suite>> = {
  TLS_AES_128_GCM_SHA256: { cipher: "aes-128-gcm", keyBytes: 16, hash: "sha256" },
  TLS_AES_256_GCM_SHA384: { cipher: "aes-256-gcm", keyBytes: 32, hash: "sha384" },
  TLS_CHACHA20_POLY1305_SHA256: { cipher: "chacha20-poly1305", keyBytes: 32, hash: "sha256" },
};

const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * The first record of the server after its handshake (RFC 8446, sections 5.2, 5.3 and 7.3): its number is 0, which leaves the
 * nonce as it is. Node emits `secureConnection` before OpenSSL writes session tickets.
 */
function encryptedAlert(alert: Alert, secret: Buffer, { cipher, keyBytes, hash }: Suite): Buffer {
  const content = Buffer.from([FATAL, alert, TYPE.alert]);
  const head = Buffer.from([TYPE.applicationData, ...RECORD_VERSION, 0, content.length + TAG_BYTES]);
  const key = expandLabel(secret, "key", keyBytes, hash);
  const nonce = expandLabel(secret, "iv", IV_BYTES, hash);
  // Node's types have a signature for each kind of cipher.
  const seal =
    cipher === "chacha20-poly1305"
      ? createCipheriv(cipher, key, nonce, { authTagLength: TAG_BYTES })
      : createCipheriv(cipher, key, nonce, { authTagLength: TAG_BYTES });
  seal.setAAD(head, { plaintextLength: content.length });
  return Buffer.concat([head, seal.update(content), seal.final(), seal.getAuthTag()]);
}

/** HKDF-Expand-Label (RFC 8446, section 7.1) without context, of at most one block of the hash. */
function expandLabel(secret: Buffer, name: string, bytes: number, hash: string): Buffer {
  const label = Buffer.from(`tls13 ${name}`);
  const info = [Buffer.from([0, bytes, label.length]), label, Buffer.from([0, 1])];
  return createHmac(hash, secret).update(Buffer.concat(info)).digest().subarray(0, bytes);
}
