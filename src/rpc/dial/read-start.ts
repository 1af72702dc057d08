import type { Socket } from "node:net";
import type { Signal } from "../../lib/abort.ts";

/** A server closed the connection, or sent something else than the protocol has. */
export class ProtocolError extends Error {
  /** Follows the name of the server in a message: `closed the connection`. */
  readonly finding: string;

  constructor(finding: string) {
    super(finding);
    this.finding = finding;
  }
}

/**
 * Reads one message of a proxy, before anybody else gets the socket. Neither TLS nor HTTP lets the server speak first, so bytes
 * after the message are refused.
 * @param measure the length of the message that the bytes begin with; undefined while it is not known
 * @throws ProtocolError; the signal's reason when it ends first.
 */
export function readStart(
  socket: Socket,
  measure: (bytes: Buffer) => number | undefined,
  { signal, maxBytes }: { readonly signal: Signal; readonly maxBytes: number },
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let bytes = Buffer.alloc(0);

    function settle(): void {
      signal.removeEventListener("abort", abandon);
      socket.off("readable", look).off("end", closed).off("close", closed);
    }
    function fail(error: unknown): void {
      settle();
      reject(error);
    }
    const abandon = () => fail(signal.reason);
    const closed = () => fail(new ProtocolError(bytes.length === 0 ? "closed the connection" : "sent half an answer"));

    function look(): void {
      for (let piece: unknown = socket.read(); piece instanceof Buffer; piece = socket.read()) {
        bytes = Buffer.concat([bytes, piece]);
        if (bytes.length > maxBytes) break;
      }
      const length = measure(bytes);
      if (length === bytes.length) {
        settle();
        resolve(bytes);
      } else if (length !== undefined && length < bytes.length) {
        fail(new ProtocolError("sent more than its answer"));
      } else if (bytes.length > maxBytes) {
        fail(new ProtocolError(`sent more than ${maxBytes} bytes`));
      }
    }

    if (signal.aborted) abandon();
    else if (socket.destroyed) closed();
    else {
      signal.addEventListener("abort", abandon, { once: true });
      // An error is followed by close.
      socket.on("readable", look).once("end", closed).once("close", closed);
      look();
    }
  });
}
