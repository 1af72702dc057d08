import {
  createServer as createHttpServer,
  type Server as HttpServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { Socket } from "node:net";

const LOOPBACK = "127.0.0.1";
/** In bytes; no real request is larger. */
const MAX_BODY = 1 << 20;

/** A request as a simulated node receives it. */
export type DemoRequest = {
  readonly method: string;
  /** The request target as sent: path and query. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The node's end of the connection. */
  readonly local: { readonly host: string; readonly port: number };
  /** The client's end of the connection. */
  readonly remote: { readonly host: string; readonly port: number };
};

export type DemoResponse = {
  readonly status: number;
  /** The status text, if the real node does not use the standard one. */
  readonly reason?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
};

export type DemoHandler = (request: DemoRequest) => DemoResponse;

/** A listener of a simulated node on an ephemeral loopback port. It can be closed and opened again. */
export type DemoServer = {
  /** Opens the listener: the first time on a free port, later on the same port. Rejects if the port is taken. */
  open(): Promise<void>;
  /** Closes the listener and all its sockets: from then on the port refuses connections. */
  close(): Promise<void>;
  /** 0 before the listener was opened. */
  port(): number;
  openSockets(): number;
};

/** Creates a server that answers every request with `handler`. A bad request never ends it. */
export function createDemoServer(
  handler: DemoHandler,
  tls?: { readonly key: string; readonly cert: string },
): DemoServer {
  const sockets = new Set<Socket>();
  let server: HttpServer | undefined;
  let port = 0;

  const listener: RequestListener = (request, response) => {
    readBody(request).then(
      (body) => send(response, body === undefined ? tooLarge() : guarded(() => handler(describe(request, body)))),
      () => request.socket.destroy(),
    );
  };

  async function open(): Promise<void> {
    // Real nodes check the Host header themselves or not at all, so the HTTP library must not.
    const created =
      tls === undefined
        ? createHttpServer({ requireHostHeader: false, keepAliveTimeout: 60_000 }, listener)
        : createHttpsServer({ ...tls, requireHostHeader: false, keepAliveTimeout: 60_000 }, listener);
    created.on("connection", (socket: Socket) => {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => sockets.delete(socket));
    });
    created.on("clientError", (_error, socket) => socket.destroy());
    created.on("tlsClientError", (_error, socket) => socket.destroy());
    await new Promise<void>((resolve, reject) => {
      created.on("error", reject); // stays registered: an error while accepting must not end the program
      created.listen(port, LOOPBACK, resolve);
    });
    const address = created.address();
    if (address !== null && typeof address === "object") port = address.port;
    server = created;
  }

  async function close(): Promise<void> {
    const closing = server;
    server = undefined;
    if (closing === undefined) return;
    const closed = new Promise<void>((resolve) => closing.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
  }

  return { open, close, port: () => port, openSockets: () => sockets.size };
}

function describe(request: IncomingMessage, body: string): DemoRequest {
  const { localAddress, localPort, remoteAddress, remotePort } = request.socket;
  return {
    method: request.method ?? "GET",
    target: request.url ?? "/",
    headers: request.headers,
    body,
    local: { host: localAddress ?? LOOPBACK, port: localPort ?? 0 },
    remote: { host: remoteAddress ?? LOOPBACK, port: remotePort ?? 0 },
  };
}

/** The whole body as text, or undefined if it is larger than MAX_BODY. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > MAX_BODY) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function tooLarge(): DemoResponse {
  return { status: 413, headers: { Connection: "close" }, body: "" };
}

/** An error in the simulation must not end the program. */
function guarded(respond: () => DemoResponse): DemoResponse {
  try {
    return respond();
  } catch (error) {
    return { status: 500, headers: { "Content-Type": "text/plain" }, body: String(error) };
  }
}

function send(response: ServerResponse, { status, reason, headers, body }: DemoResponse): void {
  response.on("error", () => response.destroy());
  response.sendDate = false; // neither monerod nor nodeos sends a Date
  response.writeHead(status, reason, { ...headers, "Content-Length": Buffer.byteLength(body) });
  response.end(body);
}
