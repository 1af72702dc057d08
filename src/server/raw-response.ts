import type { HttpResponse } from "./respond.ts";

/**
 * Responses to clients whose request Node did not read, as it is no HTTP, too large or late: they are written to the socket
 * as they are.
 */

const REASONS: Readonly<Record<number, string>> = {
  400: "Bad Request",
  408: "Request Timeout",
  413: "Payload Too Large",
  431: "Request Header Fields Too Large",
};

/** The bytes of a response, which is the last one of its connection. */
export function rawResponse({ status, headers, body }: HttpResponse): Buffer {
  const chunks = body.kind === "whole" ? body.chunks : [];
  const lines = [
    `HTTP/1.1 ${status} ${REASONS[status] ?? ""}`,
    ...Object.entries({
      ...headers,
      "content-length": body.kind === "whole" ? body.bytes : 0,
      connection: "close",
    }).map(([name, value]) => `${name}: ${value}`),
  ];
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`), ...chunks]);
}
