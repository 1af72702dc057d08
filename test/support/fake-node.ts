import {
  createServer as createHttpServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { createServer, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";

export type ListenOptions = {
  /** Speak TLS with this certificate. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Listen on this UNIX socket instead of a port of 127.0.0.1. */
  readonly socketPath?: string;
  /** Listen on this port of 127.0.0.1 instead of a free one. */
  readonly port?: number;
};

export type Listening = {
  /** Base URL without path. On a UNIX socket only scheme and a host, for the client's `socketPath`. */
  readonly url: string;
  /** 0 on a UNIX socket. */
  readonly port: number;
  /** TCP connections so far. */
  connections(): number;
  /** Finished TLS handshakes so far; 0 without TLS. */
  handshakes(): number;
  /** Bytes that clients sent so far, inside TLS where there is TLS. */
  bytesReceived(): number;
  openConnections(): number;
  /** Destroys all connections at once. */
  close(): Promise<void>;
};

export type ReceivedRequest = {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Which connection it came over: 1 is the first. */
  readonly socketId: number;
};

export type Answer = {
  readonly status?: number;
  /** A list of values gives that many header lines. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** A function writes and ends the body, or does not. */
  readonly body?: string | Uint8Array | ((response: ServerResponse) => void);
};

export type Handler = (request: ReceivedRequest) => Answer | Promise<Answer>;

export type FakeNode = Listening & {
  /** Everything asked so far, in the order in which it was complete. */
  readonly requests: readonly ReceivedRequest[];
};

/** An HTTP server that remembers what it was asked and answers what the handler says. */
export async function startFakeNode(handler: Handler, options: ListenOptions = {}): Promise<FakeNode> {
  const requests: ReceivedRequest[] = [];
  const socketIds = new WeakMap<Socket, number>();

  // Its limits on slow clients start with listen(), which is not called: a test may idle for as long as it wants.
  const http = createHttpServer({ keepAliveTimeout: 0 }, async (request, response) => {
    try {
      await respond(
        (received) => {
          requests.push(received);
          return handler(received);
        },
        request,
        response,
        socketIds.get(request.socket) ?? 0,
      );
    } catch (error) {
      // Either the client went away, or the test's handler has a bug: then the client sees it.
      send(response, { status: 500, body: `fake node: ${String(error)}` });
    }
  });
  const listening = await startRawServer((socket, id) => {
    socketIds.set(socket, id);
    http.emit("connection", socket);
  }, options);
  return { ...listening, requests };
}

/** Reads the request to its end and answers what the handler says. */
export async function respond(
  handler: Handler,
  request: IncomingMessage,
  response: ServerResponse,
  socketId: number,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const received = {
    method: request.method ?? "",
    url: request.url ?? "",
    headers: request.headers,
    body: Buffer.concat(chunks).toString(),
    socketId,
  };
  send(response, await handler(received));
}

function send(response: ServerResponse, { status = 200, headers = {}, body = "" }: Answer): void {
  // Not writeHead(): it would send every body chunked, and nodes send a length.
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (typeof body === "function") body(response);
  else response.end(body);
}

/** The answer of a node that is well. */
export function json(value: unknown, status = 200): Answer {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(value) };
}

export type OnSocket = (socket: Socket, id: number) => void;

/** A server for misbehaviour below HTTP: see faults.ts. With TLS, sockets come when their handshake is done. */
export async function startRawServer(onSocket: OnSocket, options: ListenOptions = {}): Promise<Listening> {
  const { tls, socketPath, port: wanted = 0 } = options;
  const open = new Set<Socket>();
  const sockets: Socket[] = [];
  let connections = 0;

  function accept(socket: Socket): void {
    sockets.push(socket);
    // A client that goes away is what most of these tests are about.
    socket.on("error", () => {});
    onSocket(socket, sockets.length);
  }

  const server = tls === undefined ? createServer(accept) : createTlsServer({ key: tls.key, cert: tls.cert }, accept);
  server.on("tlsClientError", () => {});
  server.on("connection", (socket: Socket) => {
    connections++;
    open.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => open.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(socketPath === undefined ? { port: wanted, host: "127.0.0.1" } : { path: socketPath }, resolve);
  });

  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const scheme = tls === undefined ? "http" : "https";
  return {
    url: socketPath === undefined ? `${scheme}://127.0.0.1:${port}` : `${scheme}://localhost`,
    port,
    connections: () => connections,
    handshakes: () => (tls === undefined ? 0 : sockets.length),
    bytesReceived: () => sockets.reduce((sum, socket) => sum + socket.bytesRead, 0),
    openConnections: () => open.size,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

/** Limits of a node whose list has more rows than any real one. */
export const MANY_ROWS = {
  bytes: "64MiB",
  containers: 1_000_000,
  keys: 1_000_000,
  strings: 1_000_000,
  numbers: 1_000_000,
};

/** A Wire node with no peers. */
export const lonelyWire: Handler = ({ url }) =>
  url === "/v1/net/connections"
    ? json([])
    : json({
        server_version_string: "v1",
        chain_id: "a".repeat(64),
        head_block_num: 5,
        head_block_time: "2026-01-01T00:00:00.000",
      });
