import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { UnreadMemory } from "./clients/socket.ts";
import type { Headers, HttpResponse, WholeBody } from "./respond.ts";

/** Writes a response with these headers in addition to its own. Ends early when the client goes away. */
export function send(
  target: ServerResponse,
  { status, headers, body }: HttpResponse,
  further: Headers,
): void | Promise<void> {
  const lines: string[] = [];
  for (const name in headers) lines.push(name, headers[name] ?? "");
  for (const name in further) lines.push(name, further[name] ?? "");
  if (body.kind === "streamed") {
    target.writeHead(status, lines);
    return stream(target, body.chunks);
  }
  lines.push("content-length", String(body.bytes));
  target.writeHead(status, lines);
  if (isSliced(body, target)) return stream(target, slices(body.chunks));
  if (body.chunks.length === 1) {
    target.end(body.chunks[0]);
    return;
  }
  // One system call for many chunks, which are not copied.
  target.cork();
  for (const chunk of body.chunks) target.write(chunk);
  target.end();
  target.uncork();
}

/**
 * Over TLS, Node encrypts everything that is written immediately and holds the result until it is read: a copy of the page
 * for each client, where plain connections share one.
 */
const TLS_SLICE_BYTES = 128 * 1024;

function isSliced({ bytes }: WholeBody, { req }: ServerResponse): boolean {
  return bytes > TLS_SLICE_BYTES && "encrypted" in req.socket;
}

function* slices(chunks: readonly Uint8Array[]): Iterable<Uint8Array> {
  for (const chunk of chunks) {
    for (let from = 0; from < chunk.length; from += TLS_SLICE_BYTES) {
      yield chunk.subarray(from, from + TLS_SLICE_BYTES);
    }
  }
}

/** Smaller responses are not counted: what all clients together leave unread of them stays small. */
const UNCOUNTED_BYTES = 16 * 1024;

/** The size limit of a chunk of a streamed page (metrics/page.ts). One chunk is under way at a time. */
const CHUNK_BYTES = 256 * 1024;

/** The memory that a response holds until it is read; undefined when that is too little to count. */
export function memoryOf({ body }: HttpResponse, target: ServerResponse): UnreadMemory | undefined {
  if (body.kind === "streamed") return body.source && { ...body.source, ownBytes: CHUNK_BYTES };
  if (body.bytes <= UNCOUNTED_BYTES) return undefined;
  return { page: body, bytes: body.bytes, ownBytes: isSliced(body, target) ? TLS_SLICE_BYTES : 0 };
}

async function stream(target: ServerResponse, chunks: Iterable<Uint8Array>): Promise<void> {
  if (target.req.method === "HEAD") {
    target.end();
    return;
  }
  let isGone = false;
  const gone = new Promise<void>((resolve) =>
    target.once("close", () => {
      isGone = true;
      resolve();
    }),
  );
  // A response behind others on its connection would take memory for chunks that cannot be sent yet.
  if (target.socket === null) await Promise.race([once(target, "socket"), gone]);
  for (const chunk of chunks) {
    const written = new Promise<void>((resolve) => target.write(chunk, () => resolve()));
    await Promise.race([written, gone]);
    if (isGone || target.destroyed) return;
    // A fast reader must not keep timers and other sockets waiting.
    await nextTurn();
  }
  target.end();
}
