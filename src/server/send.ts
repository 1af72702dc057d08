import type { ServerResponse } from "node:http";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Answer, Headers } from "./answer.ts";

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

async function stream(response: ServerResponse, chunks: Iterable<Uint8Array>): Promise<void> {
  if (response.req.method === "HEAD") {
    response.end();
    return;
  }
  const gone = new Promise<void>((resolve) => response.once("close", resolve));
  for (const chunk of chunks) {
    const written = new Promise<void>((resolve) => response.write(chunk, () => resolve()));
    await Promise.race([written, gone]);
    if (response.destroyed) return;
    // A fast reader must not keep timers and other sockets waiting.
    await nextTurn();
  }
  response.end();
}
