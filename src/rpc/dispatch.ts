import type { IncomingHttpHeaders } from "node:http";
import type { Client, Dispatcher } from "undici";
import { bodyError } from "./failure.ts";

export type HttpAnswer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
};

/**
 * Sends one request and collects its whole answer. undici's own `request` hands the body out as a stream, which costs a
 * poll more than everything else that the exporter does with a small answer.
 * @throws errors of undici and of the system; those after the headers as `bodyError` reads them
 */
export function dispatch(client: Client, options: Dispatcher.DispatchOptions): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    let status = 0;
    let headers: IncomingHttpHeaders = {};
    const chunks: Buffer[] = [];
    client.dispatch(options, {
      // undici takes a handler for one of its present kind by this method.
      onRequestStart() {},
      onResponseStart(_controller, statusCode, answered) {
        status = statusCode;
        headers = answered;
      },
      onResponseData: (_controller, chunk) => void chunks.push(chunk),
      onResponseEnd: () => resolve({ status, headers, body: joined(chunks) }),
      onResponseError: (_controller, error) => reject(status === 0 ? error : bodyError(error)),
    });
  });
}

function joined(chunks: readonly Buffer[]): Uint8Array {
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}
