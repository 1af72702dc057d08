import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { IDLE_TIMEOUT_MS, MAX_CONNECTIONS, SERVER_LIMITS } from "../../src/server/limits.ts";
import { hasBody } from "../../src/server/request-checks.ts";
import { createServer } from "../../src/server/server.ts";
import { logSink } from "../poll/support.ts";
import { waitFor } from "../support/servers.ts";
import { withResolvers } from "../support/with-resolvers.ts";
import { exchange, listen } from "./support.ts";

async function dial(port: number, bytes = ""): Promise<Socket & { got(): string }> {
  const socket = connect(port, "127.0.0.1");
  let text = "";
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString("latin1");
  });
  socket.on("error", () => {});
  onTestFinished(() => void socket.destroy());
  await once(socket, "connect");
  socket.write(bytes);
  return Object.assign(socket, { got: () => text });
}

const closed = (socket: Socket) => waitFor(() => socket.closed, "the connection to end", { timeoutMs: 20_000 });

describe("connections", () => {
  test("busy connections are not closed for others", async () => {
    const gate = withResolvers<void>();
    const { server, port } = await listen({
      renderPage: async () => {
        await gate.promise;
        return "here\n";
      },
    });
    server.http.maxConnections = 1;
    const busy = await dial(port, "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    await waitFor(
      () => new Promise<boolean>((resolve) => server.http.getConnections((_, count) => resolve(count === 1))),
      "the connection",
    );
    await closed(await dial(port));
    gate.resolve();
    await closed(busy);
    expect(busy.got()).toMatch(/here\n$/);
  });

  test("every server has its limits", () => {
    const { log } = logSink();
    const { http } = createServer({ routes: [], log, observeRequest: () => {} });
    expect(http.maxConnections).toBe(MAX_CONNECTIONS);
    expect([http.headersTimeout, http.requestTimeout, http.timeout]).toEqual([10_000, 30_000, IDLE_TIMEOUT_MS]);
    expect(SERVER_LIMITS.connectionsCheckingInterval).toBeLessThanOrEqual(5000);
    expect(IDLE_TIMEOUT_MS).toBeGreaterThan(120_000);
  });
});

describe("slow clients", () => {
  test("a silent one, and one that sends a header now and then, are answered 408 or cut off", async () => {
    const { server, port } = await listen();
    server.http.headersTimeout = 300;
    server.http.requestTimeout = 300;
    const silent = await dial(port);
    const slow = await dial(port, "GET /metrics HTTP/1.1\r\nHost: x\r\n");
    const drip = setInterval(() => slow.write("X: y\r\n"), 100);
    onTestFinished(() => clearInterval(drip));
    await Promise.all([silent, slow].map(closed));
    for (const socket of [silent, slow]) {
      expect(socket.got()).toMatch(/^(?:$|HTTP\/1\.1 408 Request Timeout\r\n[\s\S]*\r\n\r\n408: )/);
    }
    expect(slow.got()).toContain("408: the request did not arrive in time\n");
  });
});

describe("refused requests get the reason", () => {
  test.each<[string, string, RegExp]>([
    [
      "headers of 20 KiB",
      `GET / HTTP/1.1\r\nHost: x\r\nX: ${"a".repeat(20_000)}\r\n\r\n`,
      /^HTTP\/1\.1 431 [\s\S]*\r\n\r\n431: request line and headers exceed 16 KiB\n$/,
    ],
    [
      "headers of one byte in any number",
      `GET / HTTP/1.1\r\nHost: x\r\n${"a:\r\n".repeat(900)}\r\n`,
      /^HTTP\/1\.1 431 [\s\S]*connection: close\r\n[\s\S]*\r\n\r\n431: the request has more than 100 headers\n$/i,
    ],
    [
      "an unknown expectation",
      "GET / HTTP/1.1\r\nHost: x\r\nExpect: wonders\r\n\r\n",
      /^HTTP\/1\.1 417 [\s\S]*connection: close\r\n/i,
    ],
    [
      "no HTTP",
      "hello\r\n\r\n",
      /^HTTP\/1\.1 400 Bad Request\r\n[\s\S]*\r\n\r\n400: expected an HTTP\/1\.1 request\n$/,
    ],
    [
      "a body",
      "POST /nope HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc",
      /^HTTP\/1\.1 413 [\s\S]*connection: close\r\n[\s\S]*\r\n\r\n413: requests with a body are not supported\n$/i,
    ],
    [
      "a body that waits to be invited",
      "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n",
      /^HTTP\/1\.1 413 /,
    ],
  ])("%s", async (_, bytes, expected) => {
    const { port } = await listen();
    expect(await exchange(port, bytes)).toMatch(expected);
  });

  test("a body is not read: a client that goes on sending is cut off", async () => {
    const { port } = await listen();
    const socket = await dial(port, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n");
    let sent = 0;
    const chunk = Buffer.alloc(65_536);
    const more = () => {
      while (!socket.destroyed && socket.writable) {
        sent += chunk.length;
        if (!socket.write(chunk)) break;
      }
    };
    socket.on("drain", more);
    more();
    await closed(socket);
    expect(sent).toBeLessThan(100_000_000);
  });

  test("bytes after a response in progress are not part of it", async () => {
    const { port } = await listen();
    const answer = await exchange(port, "GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\nrubbish\r\n\r\n");
    expect(answer).toMatch(/^HTTP\/1\.1 200 [\s\S]*healthy\.\n/);
    expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
  });

  test.each<[Record<string, string>, boolean]>([
    [{}, false],
    [{ "content-length": "0" }, false],
    [{ "content-length": "1" }, true],
    [{ "content-length": "abc" }, true],
    [{ "transfer-encoding": "chunked" }, true],
  ])("%j", (headers, expected) => {
    expect(hasBody(headers)).toBe(expected);
  });
});
