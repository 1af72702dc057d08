import { Agent, type ClientRequest } from "node:http";
import type { Socket } from "node:net";

/** An open connection, over which requests go one after the other. */
export type Connection = {
  readonly socket: Socket;
  /** For the requests that go over it. */
  readonly agent: Agent;
  /** Whether a request may still go over it. */
  isUsable(): boolean;
  /** A request begins: what arrives from now on is its response. */
  begin(): void;
  /** The response is complete. @param forMs how long the server keeps the connection open */
  rest(forMs: number): void;
};

/** Gives each of its requests the same socket. An agent of Node.js would dial itself, and would name and pool its sockets. */
class SocketAgent extends Agent {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    super({ keepAlive: true });
    this.#socket = socket;
  }

  /** Node.js calls it for a new request. */
  addRequest(request: ClientRequest): void {
    request.onSocket(this.#socket);
  }
}

/** @param socket an open one, with TLS if the server has it; anyone may close it */
export function createConnection(socket: Socket): Connection {
  let isResting = true;
  let usableUntil = Number.POSITIVE_INFINITY;
  // Between two requests the request's listeners are gone.
  socket.on("error", () => {});
  // Unrequested bytes must not become the next response.
  socket.on("data", () => {
    if (isResting) socket.destroy();
  });
  return {
    socket,
    agent: new SocketAgent(socket),
    isUsable: () => socket.writable && !socket.readableEnded && performance.now() < usableUntil,
    begin() {
      isResting = false;
      socket.ref();
    },
    rest(forMs) {
      isResting = true;
      usableUntil = performance.now() + forMs;
      // A connection that waits for the next poll does not keep the process alive.
      socket.unref();
    },
  };
}
