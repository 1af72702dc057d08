import { createServer as createHttpServer } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { type Handler, type OnSocket, respond } from "../support/fake-node.ts";
import { freePort, waitFor } from "../support/servers.ts";

export type KeyPair = { readonly key: string; readonly cert: string };

/** What a broken node does: gives other answers, misbehaves below HTTP, shows another certificate, or is not there. */
export type Fault =
  | { readonly answer: Handler }
  | { readonly socket: OnSocket }
  | { readonly certificate: KeyPair }
  | "refuse";

/** A server that is well until it is broken, and again when it is mended; its address stays. */
export type FaultyNode = {
  readonly url: string;
  readonly port: number;
  /** Between two polls, as one that meets both states tells of neither. */
  break(fault: Fault): Promise<void>;
  /** For new requests and connections: those that hang go on hanging. */
  mend(): Promise<void>;
  /** The paths that it was asked for. */
  paths(): readonly string[];
  /** TCP connections since it was broken. */
  dials(): number;
  openConnections(): number;
  close(): Promise<void>;
};

export type FaultyNodeOptions = {
  readonly tls?: KeyPair | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
};

/** No request for so long means that no poll is under way. */
const QUIET_MS = 200;

export async function startFaultyNode(well: Handler, options: FaultyNodeOptions = {}): Promise<FaultyNode> {
  const { tls, host = "127.0.0.1", port = await freePort() } = options;
  const open = new Set<Socket>();
  let server: Server | undefined;
  let fault: Fault | undefined;
  let lastRequestMs = 0;
  const paths = new Set<string>();
  let dials = 0;

  const http = createHttpServer({ keepAliveTimeout: 0 }, (request, response) => {
    lastRequestMs = performance.now();
    const handler = typeof fault === "object" && "answer" in fault ? fault.answer : well;
    paths.add(request.url ?? "");
    // The client may be gone.
    respond(handler, request, response, 0).catch(() => response.destroy());
  });
  const speak = (socket: Socket) => void http.emit("connection", socket);
  const speakTls = (certificate: KeyPair) => {
    const { key, cert } = certificate;
    const inner = createTlsServer({ key, cert }, speak).on("tlsClientError", () => {});
    return (socket: Socket) => void inner.emit("connection", socket);
  };
  const speakWell = tls === undefined ? speak : speakTls(tls);

  function accept(socket: Socket): void {
    dials += 1;
    open.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => open.delete(socket));
    if (typeof fault === "object" && "socket" in fault) fault.socket(socket, dials);
    else if (typeof fault === "object" && "certificate" in fault) speakTls(fault.certificate)(socket);
    else speakWell(socket);
  }

  async function listen(): Promise<void> {
    const next = createServer(accept);
    await new Promise<void>((resolve, reject) => {
      next.once("error", reject);
      next.listen({ port, host }, resolve);
    });
    server = next;
  }

  async function close(): Promise<void> {
    const stopped = server;
    server = undefined;
    const isClosed = new Promise<void>((resolve) => (stopped ? stopped.close(() => resolve()) : resolve()));
    for (const socket of open) socket.destroy();
    await isClosed;
  }

  await listen();
  return {
    url: `${tls === undefined ? "http" : "https"}://${host}:${port}`,
    port,
    async break(next) {
      await waitFor(() => performance.now() - lastRequestMs > QUIET_MS, "a pause between two polls");
      fault = next;
      dials = 0;
      if (next === "refuse") await close();
      else if (!("answer" in next)) for (const socket of open) socket.destroy();
    },
    async mend() {
      fault = undefined;
      if (server === undefined) await listen();
    },
    paths: () => [...paths],
    dials: () => dials,
    openConnections: () => open.size,
    close,
  };
}
