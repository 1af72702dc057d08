import { connect, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { waitFor } from "../support/servers.ts";
import { withResolvers } from "../support/with-resolvers.ts";
import { listen } from "./support.ts";

/** Far more than the buffers of two sockets hold. */
const LARGE = "x".repeat(60_000_000);

/** Requests the page and reads only its beginning. */
function askWithoutReading(port: number): { readonly socket: Socket; bytes: number } {
  const socket = connect(port, "127.0.0.1");
  const client = { socket, bytes: 0 };
  socket.on("error", () => {});
  socket.on("data", (chunk: Buffer) => {
    if (client.bytes === 0) socket.pause();
    client.bytes += chunk.length;
  });
  socket.write("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  onTestFinished(() => void socket.destroy());
  return client;
}

/** Begins to close; tells whether that has ended. */
function beginClose(server: { close(): Promise<unknown> }) {
  const state = { isClosed: false };
  const closing = server.close().then(() => {
    state.isClosed = true;
  });
  return { state, closing };
}

const isServing = async (url: string) => (await fetch(`${url}/-/healthy`).catch(() => undefined))?.status === 200;

test("a request that waits for its page gets it", async () => {
  const page = withResolvers<string>();
  let asked = 0;
  const { server, url } = await listen({
    renderPage: () => {
      asked += 1;
      return page.promise;
    },
  });
  const answer = fetch(`${url}/metrics`);
  await waitFor(() => asked === 1, "the request");
  const { state, closing } = beginClose(server);
  await waitFor(async () => !(await isServing(url)), "the server to stop serving");
  expect(state.isClosed).toBe(false);
  page.resolve("here it is\n");
  expect(await (await answer).text()).toBe("here it is\n");
  await closing;
});

test("an answer that is written but not yet read is not cut off", async () => {
  const { server, url, port } = await listen({ renderPage: async () => LARGE });
  const client = askWithoutReading(port);
  await waitFor(() => client.bytes > 0, "the first bytes");
  const { state, closing } = beginClose(server);
  await waitFor(async () => !(await isServing(url)), "the server to stop serving");
  expect(state.isClosed).toBe(false);
  const ended = new Promise<void>((resolve) => client.socket.once("close", () => resolve()));
  client.socket.resume();
  await Promise.all([ended, closing]);
  expect(client.bytes).toBeGreaterThan(LARGE.length);
});

test("a client that never reads holds the close only until its connection is destroyed", async () => {
  const { server, url, port } = await listen({ renderPage: async () => LARGE });
  const client = askWithoutReading(port);
  await waitFor(() => client.bytes > 0, "the first bytes");
  const { state, closing } = beginClose(server);
  await waitFor(async () => !(await isServing(url)), "the server to stop serving");
  expect(state.isClosed).toBe(false);
  server.http.closeAllConnections();
  await closing;
});

test("a client that left before its response does not delay the close", async () => {
  let asked = 0;
  const { server, port } = await listen({
    renderPage: () => {
      asked += 1;
      return new Promise(() => {});
    },
  });
  const { socket } = askWithoutReading(port);
  await waitFor(() => asked === 1, "the request");
  socket.destroy();
  await server.close();
});
