import { type AddressInfo, connect, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Body, wholeBody } from "../../src/server/respond.ts";
import { createServer } from "../../src/server/server.ts";
import { logSink } from "../poll/support.ts";
import { waitFor } from "../support/servers.ts";

/** Far more than the buffers of two sockets hold. */
const LARGE_BYTES = 30_000_000;
const CHUNK_BYTES = 256 * 1024;

function* chunks(): Iterable<Uint8Array> {
  for (let left = LARGE_BYTES; left > 0; left -= CHUNK_BYTES) yield Buffer.alloc(Math.min(left, CHUNK_BYTES), "x");
}

const BODIES: readonly (readonly [string, () => Body])[] = [
  ["in one piece", () => wholeBody([Buffer.alloc(LARGE_BYTES, "x")])],
  ["in many pieces", () => wholeBody([...chunks()])],
  ["as a stream", () => ({ kind: "streamed", chunks: chunks() })],
];

/** Our server, whose every answer is this one, and a client that has asked for it. */
async function asked(
  body: () => Body,
  silentMs: number,
): Promise<{ readonly client: Socket; readonly open: () => number }> {
  const sockets = new Set<Socket>();
  const routes = [{ path: "/", handle: () => ({ status: 200, headers: {}, body: body() }) }];
  const { http, close } = createServer({ routes, log: logSink().log, observeRequest: () => {} });
  http.timeout = silentMs;
  http.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const client = connect((http.address() as AddressInfo).port, "127.0.0.1");
  client.on("error", () => {});
  onTestFinished(async () => {
    client.destroy();
    await close();
  });
  client.write(REQUEST);
  await waitFor(() => sockets.size === 1, "the connection");
  return { client, open: () => sockets.size };
}

const REQUEST = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

describe.each(BODIES)("an answer %s", (_, body) => {
  test("is cut off when its client takes nothing of it", async () => {
    const { client, open } = await asked(body, 200);
    client.once("data", () => client.pause());
    await waitFor(() => open() === 0, "the server to end the connection");
    client.resume();
    await waitFor(() => client.destroyed, "the client to see it");
    expect(client.bytesRead).toBeLessThan(LARGE_BYTES);
  });

  test("reaches a slow client", async () => {
    const { client } = await asked(body, 2000);
    let pauses = 0;
    client.on("data", () => {
      if (pauses === 5) return;
      pauses += 1;
      client.pause();
      setTimeout(() => client.resume(), 50);
    });
    await waitFor(() => client.bytesRead > LARGE_BYTES, "the whole answer");
    expect(pauses).toBe(5);
  });
});

describe("a connection between requests", () => {
  const small = () => wholeBody([Buffer.from("small")]);

  test("ends after a time without a request", async () => {
    const { client, open } = await asked(small, 200);
    await waitFor(() => client.bytesRead > 0, "the answer");
    await waitFor(() => open() === 0, "the server to end the connection");
  });

  test("stays open for a client that sends a request now and then", async () => {
    const { client, open } = await asked(small, 1500);
    client.resume();
    await waitFor(() => client.bytesRead > 0, "the answer");
    const first = client.bytesRead;
    for (let answers = 2; answers <= 5; answers += 1) {
      await pause(500);
      client.write(REQUEST);
      await waitFor(() => client.bytesRead === answers * first, "the next answer");
    }
    expect(open()).toBe(1);
  });

  test("answers simultaneous requests in their order", async () => {
    const { client, open } = await asked(small, 600);
    client.write(REQUEST.repeat(20));
    let text = "";
    client.on("data", (bytes: Buffer) => {
      text += bytes.toString();
    });
    await waitFor(() => text.split("small").length === 22, "21 answers");
    expect(text.match(/200 OK/g)).toHaveLength(21);
    expect(open()).toBe(1);
  });
});
