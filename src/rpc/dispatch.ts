import { type Agent, type ClientRequest, type IncomingMessage, request as openRequest } from "node:http";
import { errorCode } from "../lib/errno.ts";
import { BYTES_PER_PIECE, type ResponseBudget } from "./budget.ts";
import type { Connection } from "./connection.ts";
import { growingBytes } from "./growing-bytes.ts";
import { bodyError, ExcessError, HangUpError, type ResponseExcess, UpgradeError } from "./request-failure.ts";
import type { Transport } from "./transport.ts";
import { type Headers, headersOf, type WireRequest, wireHeaders } from "./wire.ts";

export type RawResponse = {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
};

/** Interim responses (HTTP 1xx) before a response. No server sends more. */
export const MAX_INTERIM = 16;

/** The largest header section, and the largest trailer section. */
export const MAX_HEADER_BYTES = 16 * 1024;

/** The size of headers or trailers at which the parser of Node.js gives up; `dispatch` refuses them earlier if it sees them. */
const MAX_PARSED_BYTES = 2 * MAX_HEADER_BYTES;

/** The extensions of one chunk, in bytes: the limit of the parser of Node.js (kMaxChunkExtensionsSize of node_http_parser.cc). */
export const MAX_EXTENSION_BYTES = 16 * 1024;

/**
 * Chunk sizes, their extensions and trailers: how many bytes of them may follow one piece of the body, and how many there may
 * be in total, together with twice the size of the body. The parser does not report most of them.
 */
export const MAX_FRAMING_BYTES = 64 * 1024;

/** A request may be this late at the server, so that it does not meet a connection that is being closed. */
const KEEP_ALIVE_MARGIN_MS = 2000;

/**
 * Sends one request and collects its whole response. Only the body is kept, in one buffer. A response that exceeds its budget,
 * or that never reaches its body, is refused. The request ends early when its connection is destroyed.
 * @throws errors of Node.js and of the system (those after the headers as `bodyError` maps them); ExcessError; what `connect`
 * throws
 */
export async function dispatch(
  transport: Transport,
  request: WireRequest,
  budget: ResponseBudget,
): Promise<RawResponse> {
  const headers = wireHeaders(request);
  const connection = await transport.connect();
  const sent = newRequest(connection.agent, request, headers);
  const received = receive(sent, connection, budget);
  sendBody(sent, request.body);
  return received;
}

/**
 * A request without its body.
 * @throws RequestError and errors of Node.js for what must not be sent
 */
export function newRequest(agent: Agent, request: WireRequest, headers = wireHeaders(request)): ClientRequest {
  const { method, path } = request;
  // Not lenient, also where the options of the process say so.
  const sent = openRequest({
    agent,
    method,
    path,
    headers,
    maxHeaderSize: MAX_PARSED_BYTES,
    insecureHTTPParser: false,
  });
  // Node.js would leave out the headers after the thousandth, and their bytes are counted here.
  sent.maxHeadersCount = 0;
  return sent;
}

/** In one piece with the headers, which are not in UTF-8, if all its characters are one byte in both. */
function sendBody(sent: ClientRequest, body: string | undefined): void {
  if (body === undefined || body === "") sent.end();
  else if (/^[\0-\x7f]*$/.test(body)) sent.end(body, "latin1");
  else sent.end(Buffer.from(body));
}

function receive(sent: ClientRequest, connection: Connection, budget: ResponseBudget): Promise<RawResponse> {
  const { socket } = connection;
  return new Promise((resolve, reject) => {
    let isSettled = false;
    let response: IncomingMessage | undefined;
    let headers: Headers = {};
    let interim = 0;
    let pieces = 0;
    /** Bytes read from the connection. */
    let read = 0;
    /** Of them, those up to the last piece of the body. */
    let readAtLastPiece = 0;
    /** How many interim responses there were before the last bytes. */
    let interimBefore = 0;
    /** Where in `read` the body begins; -1: not known. */
    let bodyAt: number | undefined;
    let isWholeRead = true;
    const body = growingBytes(budget.bytes);

    function settle(): void {
      isSettled = true;
      socket.off("data", look);
    }

    function end(error: unknown): void {
      settle();
      socket.destroy();
      reject(error);
    }

    function refuse(found: ResponseExcess): void {
      if (!isSettled) end(new ExcessError(found));
    }

    function fail(error: unknown): void {
      // What comes after a complete response does not matter to it.
      if (isSettled || response?.complete === true) return;
      const excess = EXCESS_BY_CODE[errorCode(error)];
      if (excess !== undefined) refuse(excess);
      else end(response === undefined ? error : bodyError(error));
    }

    /** Called with all bytes, after the parser. */
    function look(bytes: Buffer): void {
      const before = read;
      read += bytes.length;
      if (response === undefined) {
        // Everything so far belongs to headers of the response or of interim ones.
        if (read > (interim + 1) * MAX_HEADER_BYTES) refuse(HEADERS);
        interimBefore = interim;
        return;
      }
      if (bodyAt === undefined) {
        const at = endOfHeads(bytes, 1 + interim - interimBefore);
        bodyAt = at < 0 ? -1 : before + at;
      }
      if (response.complete) isWholeRead = endsWith(bytes, response, bodyAt);
      else if (read - readAtLastPiece > MAX_FRAMING_BYTES) refuse(FRAMING);
      else if (read > MAX_FRAMING_BYTES + 2 * body.length()) refuse(FRAMING);
    }

    /** Whether nothing follows the response in the bytes that end it; false also when that is not known. */
    function endsWith(bytes: Buffer, { statusCode }: IncomingMessage, start: number): boolean {
      const length = statusCode === 204 || statusCode === 304 ? 0 : Number(headers["content-length"] ?? 0);
      return length > 0
        ? start >= 0 && start + length === read
        : bytes.subarray(-END_OF_HEAD.length).equals(END_OF_HEAD);
    }

    sent.on("error", fail);
    sent.on("socket", () => {
      // Node.js would wait for it without end.
      if (socket.destroyed) {
        fail(socket.errored ?? new HangUpError());
        return;
      }
      connection.begin();
      socket.on("data", look);
    });
    sent.on("information", ({ rawHeaders }) => {
      interim += 1;
      if (sizeOf(rawHeaders) > MAX_HEADER_BYTES) refuse(HEADERS);
      else if (interim > MAX_INTERIM) refuse({ kind: "interim", max: MAX_INTERIM });
    });
    sent.on("upgrade", () => fail(new UpgradeError()));
    sent.on("response", (answer) => {
      response = answer;
      answer.on("error", fail);
      if (sizeOf(answer.rawHeaders) > MAX_HEADER_BYTES) {
        refuse(HEADERS);
        return;
      }
      headers = headersOf(answer.rawHeaders);
      const declared = Number(headers["content-length"]);
      if (declared > budget.bytes) {
        refuse(tooMuch("bytes", budget, declared));
        return;
      }
      answer.on("data", (chunk: Buffer) => {
        if (isSettled) return;
        const length = body.length() + chunk.length;
        pieces += 1;
        readAtLastPiece = read;
        if (length > budget.bytes) refuse(tooMuch("bytes", budget));
        else if (pieces > budget.pieces + length / BYTES_PER_PIECE) refuse(tooMuch("pieces", budget));
        else body.append(chunk);
      });
      answer.on("end", () => {
        if (isSettled) return;
        if (sizeOf(answer.rawTrailers) > MAX_HEADER_BYTES) {
          refuse(HEADERS);
          return;
        }
        settle();
        const keptMs = keepAliveMs(headers);
        if (sent.shouldKeepAlive && sent.writableFinished && isWholeRead && keptMs > 0) connection.rest(keptMs);
        else socket.destroySoon();
        resolve({ status: answer.statusCode ?? 0, headers, body: body.bytes() });
      });
      answer.on("close", () => {
        // No event says why.
        if (!isSettled) end(bodyError(new HangUpError()));
      });
    });
  });
}

const HEADERS: ResponseExcess = { kind: "headers", max: MAX_HEADER_BYTES };
const FRAMING: ResponseExcess = { kind: "framing", max: MAX_FRAMING_BYTES };

/** What the parser refuses by itself. */
const EXCESS_BY_CODE: Readonly<Record<string, ResponseExcess>> = {
  HPE_HEADER_OVERFLOW: HEADERS,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { kind: "framing", max: MAX_EXTENSION_BYTES },
};

const END_OF_HEAD = Buffer.from("\r\n\r\n");

/** Where the last of some header sections ends; -1: not in these bytes. */
function endOfHeads(bytes: Buffer, count: number): number {
  let after = 0;
  for (let left = count; left > 0; left -= 1) {
    const at = bytes.indexOf(END_OF_HEAD, after);
    if (at < 0) return -1;
    after = at + END_OF_HEAD.length;
  }
  return after;
}

/** The bytes of all names and values. */
function sizeOf(headers: readonly string[]): number {
  let bytes = 0;
  for (const part of headers) bytes += part.length;
  return bytes;
}

function tooMuch(limit: "bytes" | "pieces", budget: ResponseBudget, found?: number): ResponseExcess {
  return { kind: "budget", excess: { limit, max: budget[limit], found } };
}

/** How long the connection may be used again: the server's Keep-Alive header may say how long it keeps it. */
function keepAliveMs(headers: Headers): number {
  const [, seconds] = /(?:^|[\s,;])timeout\s*=\s*(\d+)/i.exec(String(headers["keep-alive"] ?? "")) ?? [];
  return seconds === undefined ? Number.POSITIVE_INFINITY : Number(seconds) * 1000 - KEEP_ALIVE_MARGIN_MS;
}
