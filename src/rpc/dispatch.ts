import type { IncomingHttpHeaders } from "node:http";
import type { Socket } from "node:net";
import type { Client, Dispatcher } from "undici";
import { growingBytes } from "../lib/growing-bytes.ts";
import { type AnswerBudget, BYTES_OF_A_PIECE, LIST_ANSWER } from "./budget.ts";
import { type AnswerExcess, bodyError, ExcessError } from "./failure.ts";

export type HttpAnswer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
};

/** No server has use for more interim answers (1xx) before its answer. */
export const MOST_INTERIM = 16;

/**
 * What may come beside the body, and as much again as the body has: heads, chunk sizes, their extensions and trailers. The parser
 * passes over most of it without a word.
 */
export const FRAMING_BYTES = 256 * 1024;

export type DispatchSettings = {
  readonly budget: AnswerBudget;
  /** The connection that the request goes over, once it is under way. */
  readonly socket: () => Socket | undefined;
};

/**
 * Sends one request and collects its whole answer. undici's own `request` hands the body out as a stream, which costs a
 * poll more than everything else that the exporter does with a small answer. Nothing else is held than the body in one
 * buffer: an answer that is larger than its budget, comes in too many pieces, or never comes to its body, is refused.
 * @throws errors of undici and of the system; those after the headers as `bodyError` reads them; ExcessError
 */
export function dispatch(
  client: Client,
  options: Dispatcher.DispatchOptions,
  { budget, socket }: DispatchSettings = { budget: LIST_ANSWER, socket: () => undefined },
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    let status = 0;
    let headers: IncomingHttpHeaders = {};
    let interim = 0;
    let pieces = 0;
    const body = growingBytes(budget.bytes);
    let connection: Socket | undefined;
    let stopWatching = () => {};

    function refuse(controller: Dispatcher.DispatchController, found: AnswerExcess): void {
      const error = new ExcessError(found);
      reject(error);
      // After an abort undici would dial anew, with nothing to ask.
      if (connection === undefined) controller.abort(error);
      else connection.destroy(error);
    }

    client.dispatch(options, {
      onRequestStart(controller) {
        const opened = socket();
        if (opened === undefined) return;
        connection = opened;
        const before = opened.bytesRead;
        const look = () => {
          if (opened.bytesRead - before > FRAMING_BYTES + 2 * body.length()) {
            refuse(controller, { kind: "framing", most: FRAMING_BYTES });
          }
        };
        opened.on("readable", look);
        stopWatching = () => void opened.off("readable", look);
      },
      onResponseStart(controller, statusCode, answered) {
        if (statusCode < 200) {
          interim += 1;
          if (interim > MOST_INTERIM) refuse(controller, { kind: "interim", most: MOST_INTERIM });
          return;
        }
        status = statusCode;
        headers = answered;
        const announced = Number(answered["content-length"]);
        if (announced > budget.bytes) refuse(controller, tooMuch("bytes", budget, announced));
      },
      onResponseData(controller, chunk) {
        const length = body.length() + chunk.length;
        pieces += 1;
        if (length > budget.bytes) refuse(controller, tooMuch("bytes", budget));
        else if (pieces > budget.pieces + length / BYTES_OF_A_PIECE) refuse(controller, tooMuch("pieces", budget));
        else body.append(chunk);
      },
      onResponseEnd() {
        stopWatching();
        resolve({ status, headers, body: body.bytes() });
      },
      onResponseError(_controller, error) {
        stopWatching();
        reject(status === 0 ? error : bodyError(error));
      },
    });
  });
}

function tooMuch(limit: "bytes" | "pieces", budget: AnswerBudget, found?: number): AnswerExcess {
  return { kind: "budget", excess: { limit, most: budget[limit], found } };
}
