import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Answer, Headers } from "./answer.ts";

/** Writes an answer, with these headers beside its own. Ends early when the client goes away. */
export function send(response: ServerResponse, answer: Answer, further: Headers): void | Promise<void> {
  const { status, body } = answer;
  const headers = [...Object.entries(answer.headers).flat(), ...Object.entries(further).flat()];
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
  for (const chunk of chunks) {
    if (response.destroyed) return;
    if (response.write(chunk)) await nextTurn();
    else await Promise.race([once(response, "drain"), once(response, "close")]);
  }
  response.end();
}
