import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setImmediate as nextTurn } from "node:timers/promises";
import { TLSSocket } from "node:tls";
import type { Held } from "./clients/unread.ts";
import type { Answer, Headers, WholeBody } from "./respond.ts";

/** Writes an answer, with these headers beside its own. Ends early when the client goes away. */
export function send(response: ServerResponse, answer: Answer, further: Headers): void | Promise<void> {
  const { status, body } = answer;
  const headers: string[] = [];
  for (const name in answer.headers) headers.push(name, answer.headers[name] ?? "");
  for (const name in further) headers.push(name, further[name] ?? "");
  if (body.kind === "streamed") {
    response.writeHead(status, headers);
    return stream(response, body.chunks);
  }
  headers.push("content-length", String(body.bytes));
  response.writeHead(status, headers);
  if (isSliced(body, response)) {
    return stream(response, slices(body.chunks));
  }
  if (body.chunks.length === 1) {
    response.end(body.chunks[0]);
    return;
  }
  // One system call for many chunks, which are not copied.
  response.cork();
  for (const chunk of body.chunks) response.write(chunk);
  response.end();
  response.uncork();
}

/**
 * Of what is written over TLS, Node encrypts all at once and keeps that until it is read: a copy of the page for each client,
 * where otherwise all share one.
 */
const ENCRYPTED_AT_ONCE_BYTES = 128 * 1024;

function isSliced({ bytes }: WholeBody, { req }: ServerResponse): boolean {
  return bytes > ENCRYPTED_AT_ONCE_BYTES && req.socket instanceof TLSSocket;
}

/** Of smaller answers, those that all clients together leave unread are no matter. */
const UNCOUNTED_BYTES = 16 * 1024;

/** The chunks of a streamed page are of this size at most, and one is under way (metrics/page.ts). */
const CHUNK_BYTES = 256 * 1024;

/** What an answer keeps in memory until it is read; undefined when that does not count. */
export function heldBy({ body }: Answer, response: ServerResponse): Held | undefined {
  if (body.kind === "streamed") return body.from && { ...body.from, own: CHUNK_BYTES };
  if (body.bytes <= UNCOUNTED_BYTES) return undefined;
  return { page: body, bytes: body.bytes, own: isSliced(body, response) ? ENCRYPTED_AT_ONCE_BYTES : 0 };
}

function* slices(chunks: readonly Uint8Array[]): Iterable<Uint8Array> {
  for (const chunk of chunks) {
    for (let from = 0; from < chunk.length; from += ENCRYPTED_AT_ONCE_BYTES) {
      yield chunk.subarray(from, from + ENCRYPTED_AT_ONCE_BYTES);
    }
  }
}

async function stream(response: ServerResponse, chunks: Iterable<Uint8Array>): Promise<void> {
  if (response.req.method === "HEAD") {
    response.end();
    return;
  }
  let isGone = false;
  const gone = new Promise<void>((resolve) =>
    response.once("close", () => {
      isGone = true;
      resolve();
    }),
  );
  // Behind others on its connection it would take memory for what cannot be sent yet.
  if (response.socket === null) await Promise.race([once(response, "socket"), gone]);
  for (const chunk of chunks) {
    const written = new Promise<void>((resolve) => response.write(chunk, () => resolve()));
    await Promise.race([written, gone]);
    if (isGone || response.destroyed) return;
    // A fast reader must not keep timers and other sockets waiting.
    await nextTurn();
  }
  response.end();
}
