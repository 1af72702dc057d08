import type { IncomingHttpHeaders } from "node:http";
import type { Socket } from "node:net";
import type { Client, Dispatcher } from "undici";
import { growingBytes } from "../lib/growing-bytes.ts";
import { type AnswerBudget, BYTES_OF_A_PIECE, LIST_ANSWER } from "./budget.ts";
import { type AnswerExcess, bodyError, ExcessError } from "./request-failure.ts";

export type HttpAnswer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
};

/** No server has use for more interim answers (1xx) before its answer. */
export const MOST_INTERIM = 16;

/** The largest head, and the largest trailers. */
export const MOST_HEADER_BYTES = 16 * 1024;

/**
 * What may come between two pieces of the body and behind it; and in all, together with as much as the body has: chunk sizes, their
 * extensions and trailers. The parser passes over most of it without a word.
 */
export const FRAMING_BYTES = 64 * 1024;

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
    /** How much had been read with the last piece of the body. */
    let lastPiece = 0;
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
        lastPiece = before;
        const look = () => {
          const read = opened.bytesRead - before;
          // Without a head by then, all of it is head, or a head of an interim answer.
          if (status === 0 && read > (interim + 1) * MOST_HEADER_BYTES) refuse(controller, HEADERS);
          else if (opened.bytesRead - lastPiece > FRAMING_BYTES) refuse(controller, FRAMING);
          else if (read > FRAMING_BYTES + 2 * body.length()) refuse(controller, FRAMING);
        };
        opened.on("readable", look);
        stopWatching = () => void opened.off("readable", look);
      },
      onResponseStart(controller, statusCode, answered) {
        if (sizeOf(controller.rawHeaders) > MOST_HEADER_BYTES) {
          refuse(controller, HEADERS);
          return;
        }
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
        lastPiece = connection?.bytesRead ?? 0;
        if (length > budget.bytes) refuse(controller, tooMuch("bytes", budget));
        else if (pieces > budget.pieces + length / BYTES_OF_A_PIECE) refuse(controller, tooMuch("pieces", budget));
        else body.append(chunk);
      },
      onResponseEnd(controller) {
        stopWatching();
        if (sizeOf(controller.rawTrailers) > MOST_HEADER_BYTES) refuse(controller, HEADERS);
        else resolve({ status, headers, body: body.bytes() });
      },
      onResponseError(_controller, error) {
        stopWatching();
        reject(status === 0 ? error : bodyError(error));
      },
    });
  });
}

const HEADERS: AnswerExcess = { kind: "headers", most: MOST_HEADER_BYTES };
const FRAMING: AnswerExcess = { kind: "framing", most: FRAMING_BYTES };

/** Of names and values. */
function sizeOf(headers: Dispatcher.DispatchController["rawHeaders"]): number {
  let bytes = 0;
  if (Array.isArray(headers)) for (const part of headers) bytes += part.length;
  return bytes;
}

function tooMuch(limit: "bytes" | "pieces", budget: AnswerBudget, found?: number): AnswerExcess {
  return { kind: "budget", excess: { limit, most: budget[limit], found } };
}
