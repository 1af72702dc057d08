import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Body, wholeBody } from "../../src/server/answer.ts";
import { send } from "../../src/server/send.ts";
import { waitFor } from "../support/servers.ts";

/** Far more than the buffers of two sockets hold. */
const LARGE_BYTES = 60_000_000;
const CHUNK_BYTES = 256 * 1024;

function* chunks(): Iterable<Uint8Array> {
  for (let left = LARGE_BYTES; left > 0; left -= CHUNK_BYTES) yield Buffer.alloc(Math.min(left, CHUNK_BYTES), "x");
}

const BODIES: readonly (readonly [string, () => Body])[] = [
  ["in one piece", () => wholeBody([Buffer.alloc(LARGE_BYTES, "x")])],
  ["in many pieces", () => wholeBody([...chunks()])],
  ["as a stream", () => ({ kind: "streamed", chunks: chunks() })],
];

/** A server whose every answer is this one, and a client that has asked for it. */
async function asked(body: Body, silentMs: number): Promise<{ readonly client: Socket; readonly open: () => number }> {
  const sockets = new Set<Socket>();
  const server = createServer((_, response) => void send(response, { status: 200, headers: {}, body }, {}, silentMs));
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
  client.on("error", () => {});
  onTestFinished(() => {
    client.destroy();
    server.close();
  });
  client.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  await waitFor(() => sockets.size === 1, "the connection");
  return { client, open: () => sockets.size };
}

describe.each(BODIES)("an answer %s", (_, body) => {
  test("is cut off when its client takes nothing of it", async () => {
    const { client, open } = await asked(body(), 200);
    client.once("data", () => client.pause());
    await waitFor(() => open() === 0, "the server to end the connection", 5000);
    client.resume();
    await waitFor(() => client.destroyed, "the client to see it");
    expect(client.bytesRead).toBeLessThan(LARGE_BYTES);
  });

  test("reaches a client that takes its time", async () => {
    const { client } = await asked(body(), 2000);
    let pauses = 0;
    client.on("data", () => {
      if (pauses === 10) return;
      pauses += 1;
      client.pause();
      setTimeout(() => client.resume(), 50);
    });
    await waitFor(() => client.bytesRead > LARGE_BYTES, "the whole answer", 10_000);
    expect(pauses).toBe(10);
  });
});

test("a small answer leaves no timer of its own, and the connection to the next request", async () => {
  const { client, open } = await asked(wholeBody([Buffer.from("small")]), 1);
  await waitFor(() => client.bytesRead > 0, "the answer");
  const before = client.bytesRead;
  client.resume();
  client.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  await waitFor(() => client.bytesRead === 2 * before, "the second answer");
  expect(open()).toBe(1);
});
