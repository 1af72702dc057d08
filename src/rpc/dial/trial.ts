import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { type ConnectionOptions, connect } from "node:tls";
import type { Signal } from "../../lib/abort.ts";
import { errorCode } from "../../lib/errno.ts";
import { drop } from "./socket.ts";

/** A handshake without a request, to learn why a server ended the one before. */
export type Trial = {
  /** Whether the server asked for a client certificate. */
  readonly isAsked: boolean;
  /** Whether the server said anything. */
  readonly isAnswered: boolean;
  readonly end: /** The server took the handshake, or left the connection open. */
    | { readonly kind: "open" }
    | { readonly kind: "closed" }
    /** A code of TLS: an alert in most cases. */
    | { readonly kind: "error"; readonly code: string };
};

/** How long a server may take to refuse a client after the handshake, in milliseconds. */
const PATIENCE_MS = 1000;

/**
 * Shakes hands over a socket, sends nothing, and waits for what the server says. A server of TLS 1.3 judges the client's
 * certificate when the client believes that the handshake has ended. If it closes the connection while a request is on its
 * way, the system drops the alert (RST); without a request the alert arrives.
 *
 * OpenSSL has no event for the server's request of a certificate, so the records that we send tell it: a client that was asked
 * sends a Certificate message, even an empty one.
 */
export function tryHandshake(socket: Socket, options: ConnectionOptions, signal: Signal): Promise<Trial> {
  return new Promise((resolve) => {
    const sent = createRecordWatch();
    const wire = watched(socket, sent.see);
    const secured = connect({ ...options, socket: wire });
    let timer: NodeJS.Timeout | undefined;
    const end = (how: Trial["end"]) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abandon);
      drop(secured);
      drop(socket);
      resolve({ isAsked: sent.hasCertificate(), isAnswered: socket.bytesRead > 0, end: how });
    };
    const abandon = () => end({ kind: "open" });
    signal.addEventListener("abort", abandon, { once: true });
    secured.once("secureConnect", () => {
      timer = setTimeout(end, PATIENCE_MS, { kind: "open" });
      secured.resume();
    });
    // A ticket says nothing: servers on Node.js send it and then refuse the client.
    secured.once("error", (error) => {
      const code = errorCode(error);
      end(code.startsWith("ERR_") ? { kind: "error", code } : { kind: "closed" });
    });
    secured.once("end", () => end({ kind: "closed" }));
    secured.once("close", () => end({ kind: "closed" }));
  });
}

/** A socket whose writes are watched. */
function watched(socket: Socket, see: (bytes: Buffer) => void): Duplex {
  const wire = new Duplex({
    read: () => void socket.resume(),
    write(chunk: Buffer, _encoding, done) {
      see(chunk);
      // A peer that is gone is found when reading.
      socket.write(chunk, () => done());
    },
    final(done) {
      socket.end();
      done();
    },
    destroy(error, done) {
      socket.destroy();
      done(error);
    },
  });
  socket.on("data", (chunk) => {
    if (!wire.push(chunk)) socket.pause();
  });
  socket.once("end", () => wire.push(null));
  socket.once("error", (error) => wire.destroy(error));
  socket.once("close", () => wire.destroy());
  return wire;
}

const CHANGE_CIPHER = 20;
const HANDSHAKE = 22;
const ENCRYPTED = 23;
const CERTIFICATE = 11;
const HEADER_BYTES = 5;

/** What TLS 1.3 adds to a message: the type of the record and the tag. */
const ENCRYPTION_BYTES = 1 + 16;
/** An alert, and Finished with its header and a hash (SHA-256 or SHA-384). */
const OTHER_MESSAGES = [2, 4 + 32, 4 + 48].map((bytes) => bytes + ENCRYPTION_BYTES);

/** Reads the headers of the records that a client sends. */
function createRecordWatch() {
  let rest: Buffer = Buffer.alloc(0);
  let isClear = true;
  let isEncrypted = false;
  let hasCertificate = false;
  return {
    see(bytes: Buffer): void {
      rest = Buffer.concat([rest, bytes]);
      while (rest.length >= HEADER_BYTES) {
        const [type = 0] = rest;
        const length = rest.readUInt16BE(3);
        if (rest.length < HEADER_BYTES + length) return;
        // TLS 1.2 sends it before its change of the cipher. TLS 1.3 hides the type, not the size: without a certificate the
        // first encrypted record is Finished.
        if (type === CHANGE_CIPHER) isClear = false;
        if (type === HANDSHAKE && isClear && rest[HEADER_BYTES] === CERTIFICATE) hasCertificate = true;
        if (type === ENCRYPTED && !isEncrypted) {
          isEncrypted = true;
          hasCertificate = !OTHER_MESSAGES.includes(length);
        }
        rest = rest.subarray(HEADER_BYTES + length);
      }
    },
    hasCertificate: () => hasCertificate,
  };
}
