import type { IncomingHttpHeaders } from "node:http";
import type { Socket } from "node:net";
import type { Client, Dispatcher } from "undici";
import { BYTES_PER_PIECE, type ResponseBudget } from "./budget.ts";
import type { ConnectionSlots } from "./connection-slots.ts";
import { createConnector } from "./dial/connector.ts";
import { MAX_PARSED_BYTES } from "./dial/error-codes.ts";
import { DIRECT, type Route } from "./dial/route.ts";
import type { NodeUrl } from "./node-url.ts";
import { bodyError, ExcessError, type ResponseExcess } from "./request-failure.ts";
import type { ClientCertificate, TlsVerification } from "./settings.ts";
import { readPastContinue } from "./unasked-continue.ts";

/** Longer than any sensible interval, so that a poll finds its socket open; the server may close it earlier. */
const KEEP_ALIVE_MS = 10 * 60_000;

export type TransportOptions = {
  readonly url: NodeUrl;
  readonly tls: TlsVerification;
  readonly clientCertificate?: ClientCertificate | undefined;
  /** Default: the server is asked directly. */
  readonly route?: Route | undefined;
  /** The longest wait for a connection, TLS included, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** Bounds the connections to all nodes; undefined: not bounded. */
  readonly slots?: ConnectionSlots | undefined;
};

/** A client of undici with its one connection. */
export type Transport = {
  client(): Promise<Client>;
  /** The connection that was opened last. */
  socket(): Socket | undefined;
  /** How many connections were opened so far. */
  connections(): number;
  /** When the last of them was opened, by `performance.now()`; 0 before the first. */
  connectedAt(): number;
  /** When the certificate of the last connection ends, unix seconds; undefined while another one is being dialled. */
  certificateExpirySeconds(): number | undefined;
  /** What the last dial waits for, or waited for when it ended; undefined when it made a connection. */
  waitsFor(): string | undefined;
  /** The error in place of one that ended a new connection before its first response. May open another connection for a moment. */
  explain(error: unknown): Promise<unknown>;
  /** Whether the files of the client certificate have another certificate than the connection. */
  isOutdated(): Promise<boolean>;
  /** No request is running: `close` is called when another connection needs the slot. */
  idle(close: () => void): void;
  /** A request is running. */
  busy(): void;
  /** Ends the connection, also one that is being dialled, and any request on it. */
  close(): Promise<void>;
};

/**
 * Does not connect yet: undici dials with the first request. When a request must end, its transport is closed as a whole: undici
 * alone would let a request wait for the end of the dial despite its signal, and would dial again after an abort.
 * @param onHandshake called with the end of the certificate of each new connection, in unix seconds
 */
export function openTransport(
  { url, route = DIRECT, tls, clientCertificate, connectTimeoutMs, slots }: TransportOptions,
  onHandshake: (expirySeconds: number | undefined) => void = () => {},
): Transport {
  let connections = 0;
  let socket: Socket | undefined;
  let connectedAt = 0;
  let certificateExpirySeconds: number | undefined;
  const connector = createConnector({
    url,
    route,
    verification: tls,
    clientCertificate,
    timeoutMs: connectTimeoutMs,
    slots,
    onDial: () => {
      certificateExpirySeconds = undefined;
    },
    onConnection: (opened, expirySeconds) => {
      connections += 1;
      socket = opened;
      connectedAt = performance.now();
      certificateExpirySeconds = expirySeconds;
      onHandshake(expirySeconds);
    },
  });
  let opened: Promise<Client> | undefined;

  function client(): Promise<Client> {
    opened ??= openClient(url, connector.connect);
    return opened;
  }

  return {
    client,
    socket: () => socket,
    connections: () => connections,
    connectedAt: () => connectedAt,
    certificateExpirySeconds: () => certificateExpirySeconds,
    waitsFor: connector.waitsFor,
    explain: connector.explain,
    isOutdated: connector.isOutdated,
    idle: connector.idle,
    busy: connector.busy,
    async close() {
      connector.abandon();
      await (await client()).destroy();
    },
  };
}

/** Loads undici at the first request: it takes a tenth of the start of a server (docs/performance.md). */
async function openClient(url: NodeUrl, connect: ReturnType<typeof createConnector>["connect"]): Promise<Client> {
  const { default: Client } = await import("undici/lib/dispatcher/client.js");
  const { default: symbols } = await import("undici/lib/core/symbols.js");
  parserKey = symbols.kParser;
  return new Client(url.origin, {
    connect,
    pipelining: 1,
    allowH2: false,
    maxHeaderSize: MAX_PARSED_BYTES,
    // `dispatch` counts by call.
    maxResponseSize: -1,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
    // The signal of the poll is the deadline of everything.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

export type RawResponse = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
};

/** Interim responses (HTTP 1xx) before a response. No server sends more. */
export const MAX_INTERIM = 16;

/** The largest header section, and the largest trailer section. */
export const MAX_HEADER_BYTES = 16 * 1024;

/**
 * Chunk sizes, their extensions and trailers: how many bytes of them may follow one piece of the body, and how many there may
 * be in total, together with twice the size of the body. The parser reports most of them to no handler.
 */
export const MAX_FRAMING_BYTES = 64 * 1024;

/** Under which undici keeps the parser of a connection; known when a client was opened. */
let parserKey: symbol | undefined;

type DispatchSettings = {
  readonly budget: ResponseBudget;
  /** The connection of the request, once the request is running. */
  readonly socket: () => Socket | undefined;
};

/**
 * Sends one request and collects its whole response. undici's own `request` gives the body as a stream, which costs a poll
 * more than everything else that the exporter does with a small response. Only the body is kept, in one buffer. A response
 * that exceeds its budget, or that never reaches its body, is refused.
 * @throws errors of undici and of the system (those after the headers as `bodyError` maps them); ExcessError
 */
export function dispatch(
  client: Client,
  options: Dispatcher.DispatchOptions,
  { budget, socket }: DispatchSettings,
): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    let status = 0;
    let headers: IncomingHttpHeaders = {};
    let interim = 0;
    let pieces = 0;
    /** Bytes read from the socket up to the last piece of the body. */
    let readAtLastPiece = 0;
    const body = growingBytes(budget.bytes);
    let connection: Socket | undefined;
    let stopWatching = () => {};

    function refuse(controller: Dispatcher.DispatchController, found: ResponseExcess): void {
      const error = new ExcessError(found);
      reject(error);
      // After an abort undici would dial again, without a request to send.
      if (connection === undefined) controller.abort(error);
      else connection.destroy(error);
    }

    client.dispatch(options, {
      onRequestStart(controller) {
        const opened = socket();
        if (opened === undefined) return;
        connection = opened;
        if (parserKey !== undefined) readPastContinue(opened, parserKey);
        const before = opened.bytesRead;
        readAtLastPiece = before;
        const look = () => {
          // undici refused the response, and its error says why.
          if (opened.destroyed) return;
          const read = opened.bytesRead - before;
          // Without a status, everything so far belongs to headers of the response or of interim ones.
          if (status === 0 && read > (interim + 1) * MAX_HEADER_BYTES) refuse(controller, HEADERS);
          else if (opened.bytesRead - readAtLastPiece > MAX_FRAMING_BYTES) refuse(controller, FRAMING);
          else if (read > MAX_FRAMING_BYTES + 2 * body.length()) refuse(controller, FRAMING);
        };
        opened.on("readable", look);
        stopWatching = () => void opened.off("readable", look);
      },
      onResponseStart(controller, statusCode, answered) {
        if (sizeOf(controller.rawHeaders) > MAX_HEADER_BYTES) {
          refuse(controller, HEADERS);
          return;
        }
        if (statusCode < 200) {
          interim += 1;
          if (interim > MAX_INTERIM) refuse(controller, { kind: "interim", max: MAX_INTERIM });
          return;
        }
        status = statusCode;
        headers = answered;
        const declared = Number(answered["content-length"]);
        if (declared > budget.bytes) refuse(controller, tooMuch("bytes", budget, declared));
      },
      onResponseData(controller, chunk) {
        const length = body.length() + chunk.length;
        pieces += 1;
        readAtLastPiece = connection?.bytesRead ?? 0;
        if (length > budget.bytes) refuse(controller, tooMuch("bytes", budget));
        else if (pieces > budget.pieces + length / BYTES_PER_PIECE) refuse(controller, tooMuch("pieces", budget));
        else body.append(chunk);
      },
      onResponseEnd(controller) {
        stopWatching();
        if (sizeOf(controller.rawTrailers) > MAX_HEADER_BYTES) refuse(controller, HEADERS);
        else resolve({ status, headers, body: body.bytes() });
      },
      onResponseError(_controller, error) {
        stopWatching();
        reject(status === 0 ? error : bodyError(error));
      },
    });
  });
}

const HEADERS: ResponseExcess = { kind: "headers", max: MAX_HEADER_BYTES };
const FRAMING: ResponseExcess = { kind: "framing", max: MAX_FRAMING_BYTES };

/** The bytes of all names and values. */
function sizeOf(headers: Dispatcher.DispatchController["rawHeaders"]): number {
  let bytes = 0;
  if (Array.isArray(headers)) for (const part of headers) bytes += part.length;
  return bytes;
}

function tooMuch(limit: "bytes" | "pieces", budget: ResponseBudget, found?: number): ResponseExcess {
  return { kind: "budget", excess: { limit, max: budget[limit], found } };
}

/** Bytes that arrive in pieces, in one buffer that grows: it takes at most twice the memory of what has arrived. */
type GrowingBytes = {
  length(): number;
  /** Adds a piece. The first one is kept without a copy and must not change; the others are copied. */
  append(piece: Uint8Array): void;
  /** All bytes so far; valid until the next piece. */
  bytes(): Uint8Array;
};

const NOTHING = new Uint8Array(0);

/**
 * @param max the size that the buffer never exceeds, in bytes
 * @throws RangeError (from `append`) for a piece that does not fit
 */
export function growingBytes(max: number): GrowingBytes {
  let space: Uint8Array = NOTHING;
  let length = 0;
  return {
    length: () => length,
    append(piece) {
      const end = length + piece.length;
      if (end > max) throw new RangeError(`more than ${max} bytes`);
      if (length === 0) {
        space = piece;
      } else {
        if (end > space.length || length === space.length) {
          const larger = Buffer.allocUnsafeSlow(Math.min(max, 2 * end));
          larger.set(space.subarray(0, length));
          space = larger;
        }
        space.set(piece, length);
      }
      length = end;
    },
    bytes: () => space.subarray(0, length),
  };
}
