import type { Socket } from "node:net";
import type { OnSocket } from "./fake-node.ts";

/** Ways for a server to misbehave, for startRawServer. All but the first two wait for the first bytes of a request. */

/** Accepts, reads and never answers. */
export const hang: OnSocket = (socket) => {
  socket.resume();
};

/** Breaks the connection off as soon as it stands. */
export const resetAtOnce: OnSocket = (socket) => {
  socket.resetAndDestroy();
};

/** Reads the request and closes, as monerod does to plain HTTP where it wants TLS. */
export const closeWithoutAByte: OnSocket = (socket) => {
  socket.once("data", () => socket.end());
};

/** Answers with any bytes, and closes. */
export function answerBytes(bytes: string | Uint8Array): OnSocket {
  return (socket) => {
    socket.once("data", () => socket.end(bytes));
  };
}

/** Promises more bytes than it sends before it closes. */
export function truncatedBody(body: string): OnSocket {
  return answerBytes(`${head(`Content-Length: ${Buffer.byteLength(body) + 100}`)}${body}`);
}

/** Sends the head and the first part of the body, and then nothing. */
export function stalledBody(body: string): OnSocket {
  return (socket) => {
    socket.once("data", () => socket.write(`${head(`Content-Length: ${Buffer.byteLength(body) + 100}`)}${body}`));
  };
}

/** A correct answer of one byte at a time: no timeout between two bytes ends it. */
export function drip(body: string, everyMs = 1000): OnSocket {
  return (socket) => {
    socket.once("data", () => {
      socket.write(head(`Content-Length: ${Buffer.byteLength(body)}`));
      let sent = 0;
      const timer = setInterval(() => {
        socket.write(Buffer.from(body).subarray(sent, sent + 1));
        if (++sent >= Buffer.byteLength(body)) clearInterval(timer);
      }, everyMs);
      socket.once("close", () => clearInterval(timer));
    });
  };
}

/** A body that starts like this and never ends, as fast as the client reads. */
export function endlessBody(start: string): OnSocket {
  const chunk = `10000\r\n${"x".repeat(0x10000)}\r\n`;
  function pump(socket: Socket): void {
    while (socket.writable && socket.write(chunk)) {
      // until the client is slower than we are
    }
  }
  return (socket) => {
    socket.once("data", () => {
      socket.on("drain", () => pump(socket));
      socket.write(`${head("Transfer-Encoding: chunked")}${Buffer.byteLength(start).toString(16)}\r\n${start}\r\n`);
      pump(socket);
    });
  };
}

/** An answer that starts like this and goes on with these bytes for ever, as fast as the client reads. */
export function endlessBytes(start: string, more: string): OnSocket {
  return (socket) => {
    socket.once("data", () => flood(socket, start, more));
  };
}

export function flood(socket: Socket, start: string, more: string): void {
  const block = more.repeat(Math.ceil(0x10000 / more.length));
  const pump = () => {
    while (socket.writable && socket.write(block)) {
      // until the client is slower than we are
    }
  };
  socket.on("drain", pump);
  socket.write(start);
  pump();
}

/** The start of a chunked answer. */
export const CHUNKED = head("Transfer-Encoding: chunked");

function head(framing: string): string {
  return `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n${framing}\r\n\r\n`;
}
