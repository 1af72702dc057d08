import { writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { dirname, join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it, onTestFinished, test, vi } from "vitest";
import { fileSecret, inlineSecret } from "../../src/lib/secret.ts";
import { INFO_BUDGET, LIST_BUDGET } from "../../src/rpc/budget.ts";
import type { RpcCall } from "../../src/rpc/client.ts";
import { createRpcClient } from "../../src/rpc/client.ts";
import { parseNodeUrl } from "../../src/rpc/node-url.ts";
import type { Auth } from "../../src/rpc/settings.ts";
import {
  type Handler,
  json,
  type OnSocket,
  type ReceivedRequest,
  startFakeNode,
  startRawServer,
} from "../support/fake-node.ts";
import {
  answerBytes,
  closeWithoutAByte,
  drip,
  endlessBody,
  hang,
  resetAtOnce,
  stalledBody,
} from "../support/faults.ts";
import { tempFolder, waitFor } from "../support/servers.ts";
import { fakeNode, GET, POST, patience, rawServer, refusal, refusalAtDeadline, rpcClient } from "./support.ts";

const text = (body: Uint8Array) => Buffer.from(body).toString();
const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

/** Remembers what a client sends, byte by byte, and answers when the body is whole. */
async function recorder() {
  let received = "";
  const server = await rawServer((socket) => {
    socket.on("data", (chunk) => {
      received += chunk.toString("latin1");
      const [, length] = /content-length: (\d+)\r\n/i.exec(received) ?? [];
      if (received.length >= received.indexOf("\r\n\r\n") + 4 + Number(length)) socket.write(OK);
    });
  });
  return { ...server, received: () => received };
}

/** Misbehaves on the connections given by number, and answers on all others. */
function sometimes(
  isBad: (socketId: number, request: number) => boolean,
  misbehave: (socket: Socket) => void,
): OnSocket {
  let requests = 0;
  return (socket, id) => {
    socket.on("data", () => {
      requests += 1;
      if (isBad(id, requests)) misbehave(socket);
      else socket.write(OK);
    });
  };
}

describe("requests", () => {
  it("gives status, headers, body and times of an answer", async () => {
    const node = await fakeNode(() => ({ status: 418, headers: { "X-A": "1", "X-B": ["2", "3"] }, body: "é" }));
    const before = Date.now();
    const answer = await rpcClient(node.url).request(GET, patience());
    expect(answer).toMatchObject({ status: 418, headers: { "x-a": "1", "x-b": ["2", "3"] } });
    expect(text(answer.body)).toBe("é");
    expect(before).toBeLessThanOrEqual(answer.sentMs);
    expect(answer.sentMs).toBeLessThanOrEqual(answer.receivedMs);
    expect(answer.receivedMs).toBeLessThanOrEqual(Date.now());
  });

  it("go over one connection that is kept alive", async () => {
    const node = await fakeNode(() => json({}));
    const client = rpcClient(node.url);
    for (let n = 0; n < 50; n += 1) await client.request(n % 2 === 0 ? GET : POST, patience());
    expect(node.requests).toHaveLength(50);
    expect(node.connections()).toBe(1);
    expect(node.openConnections()).toBe(1);
  });

  it("find the connection still open after nine minutes", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const node = await fakeNode(() => json({}));
      const client = rpcClient(node.url);
      for (let n = 0; n < 3; n += 1) {
        await client.request(GET, patience());
        await nextTurn();
        vi.advanceTimersByTime(9 * 60_000);
      }
      expect(node.connections()).toBe(1);
    } finally {
      vi.useRealTimers();
    }
  });

  it("go out one at a time, in the order in which they were asked", async () => {
    let running = 0;
    let most = 0;
    const node = await fakeNode(async () => {
      most = Math.max(most, ++running);
      await nextTurn();
      running -= 1;
      return json({});
    });
    const client = rpcClient(node.url);
    await Promise.all(Array.from({ length: 20 }, (_, n) => client.request({ ...GET, path: `/${n}` }, patience())));
    expect(node.requests.map(({ url }) => url)).toEqual(Array.from({ length: 20 }, (_, n) => `/${n}`));
    expect([most, node.connections()]).toEqual([1, 1]);
  });

  it("are sent with a length and never in chunks", async () => {
    const server = await recorder();
    const client = rpcClient(server.url);
    const body = JSON.stringify({ long: "é".repeat(100_000) });
    await client.request({ ...POST, body }, patience());
    const [head = "", sent] = server.received().split(/(?<=\r\n)\r\n/);
    expect(head).toMatch(/^POST \/json_rpc HTTP\/1\.1\r\n/);
    expect(head.toLowerCase()).toContain(`content-length: ${Buffer.byteLength(body)}\r\n`);
    expect(head.toLowerCase()).not.toContain("transfer-encoding");
    expect(Buffer.from(sent ?? "", "latin1").toString()).toBe(body);
  });

  it("have a length of 0 where the body is empty, and none where there is no body", async () => {
    const node = await fakeNode(() => json({}));
    const client = rpcClient(node.url);
    await client.request({ ...POST, body: "" }, patience());
    await client.request(GET, patience());
    expect(node.requests.map(({ headers }) => headers["content-length"])).toEqual(["0", undefined]);
    expect(node.requests.map(({ headers }) => headers["transfer-encoding"])).toEqual([undefined, undefined]);
  });

  it("carry the headers of the call", async () => {
    const node = await fakeNode(() => json({}));
    await rpcClient(node.url).request({ ...POST, headers: { "content-type": "application/json" } }, patience());
    expect(node.requests[0]).toMatchObject({ method: "POST", url: "/json_rpc", body: POST.body });
    expect(node.requests[0]?.headers).toMatchObject({ "content-type": "application/json", accept: "*/*" });
  });

  it.each([
    ["its own host and port", undefined, undefined],
    ["the host that is configured", "node.example:8888", "node.example:8888"],
  ])("name %s", async (_, hostHeader, expected) => {
    const node = await fakeNode(() => json({}));
    await rpcClient(node.url, { hostHeader }).request(GET, patience());
    expect(node.requests[0]?.headers.host).toBe(expected ?? `127.0.0.1:${node.port}`);
  });

  it("send the path and query of the call, not those of the URL, and no user of the URL", async () => {
    const node = await fakeNode(() => json({}));
    await rpcClient(`http://user:pass@127.0.0.1:${node.port}/base?token=1`).request(GET, patience());
    expect(node.requests[0]?.url).toBe("/info");
    expect(node.requests[0]?.headers.authorization).toBeUndefined();
  });

  it("reach a unix socket", async () => {
    const socketPath = join(tempFolder(), "node.sock");
    const node = await fakeNode(() => json({ ok: true }), { socketPath });
    const client = rpcClient(`unix:${socketPath}`);
    for (let n = 0; n < 3; n += 1) {
      expect(text((await client.request(POST, patience())).body)).toBe('{"ok":true}');
    }
    expect(node.requests[0]).toMatchObject({ url: "/json_rpc", headers: { host: "localhost" }, body: POST.body });
    expect(node.connections()).toBe(1);
  });

  it.each([301, 302, 303, 307, 308])("do not follow a %i", async (status) => {
    const elsewhere = await fakeNode(() => json({}));
    const node = await fakeNode(() => ({ status, headers: { location: `${elsewhere.url}/secret` } }));
    const answer = await rpcClient(node.url).request(POST, patience());
    expect(answer.status).toBe(status);
    expect([node.requests.length, elsewhere.connections()]).toEqual([1, 0]);
  });

  it("leave no listener on their signal", async () => {
    const node = await fakeNode(() => json({}));
    const client = rpcClient(node.url);
    const signal = patience();
    const listeners = new Set<unknown>();
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      listeners.add(args[1]);
      addEventListener.apply(signal, args);
    };
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      listeners.delete(args[1]);
      removeEventListener.apply(signal, args);
    };
    for (let n = 0; n < 3; n += 1) await client.request(GET, signal);
    await nextTurn();
    expect(listeners.size).toBe(0);
  });
});

describe("a connection that the server closes", () => {
  it("is opened again for the next request", async () => {
    const node = await fakeNode(() => ({ ...json({}), headers: { connection: "close" } }));
    const client = rpcClient(node.url);
    for (let n = 0; n < 3; n += 1) expect((await client.request(GET, patience())).status).toBe(200);
    expect([node.requests.length, node.connections()]).toEqual([3, 3]);
  });

  it("is opened again before the server closes it, also where the Keep-Alive header begins with something else", async () => {
    const node = await fakeNode(() => ({ ...json({}), headers: { "keep-alive": "max=100, timeout=1" } }));
    const client = rpcClient(node.url);
    for (let n = 0; n < 2; n += 1) expect((await client.request(GET, patience())).status).toBe(200);
    expect(node.connections()).toBe(2);
  });

  it("is opened again when it was closed while idle", async () => {
    const sockets: Socket[] = [];
    const server = await rawServer((socket) => {
      sockets.push(socket);
      socket.on("data", () => socket.write(OK));
    });
    const client = rpcClient(server.url);
    await client.request(GET, patience());
    sockets[0]?.end();
    await waitFor(() => server.openConnections() === 0, "the idle connection to be closed");
    expect((await client.request(GET, patience())).status).toBe(200);
    expect(server.connections()).toBe(2);
  });

  it.each<[string, (socket: Socket) => void]>([
    ["closes", (socket) => socket.end()],
    ["resets", (socket) => socket.resetAndDestroy()],
  ])("is opened again, once, when the server %s it as the next request comes", async (_, close) => {
    const seen: number[] = [];
    const server = await rawServer(
      sometimes((id, request) => {
        seen.push(id);
        return request === 2;
      }, close),
    );
    const client = rpcClient(server.url);
    await client.request(GET, patience());
    expect((await client.request(GET, patience())).status).toBe(200);
    expect(seen).toEqual([1, 1, 2]);
  });

  it("gets no third try", async () => {
    const server = await rawServer(
      sometimes(
        (_, request) => request > 1,
        (socket) => socket.end(),
      ),
    );
    const client = rpcClient(server.url);
    await client.request(GET, patience());
    expect((await refusal(client.request(GET, patience()))).failure.reason).toBe("connect");
    expect(server.connections()).toBe(2);
  });

  it.each<[string, OnSocket]>([
    ["closed", closeWithoutAByte],
    ["reset", resetAtOnce],
  ])("gets no second try when it was %s while new", async (_, misbehave) => {
    const server = await rawServer(misbehave);
    expect((await refusal(rpcClient(server.url).request(GET, patience()))).failure.reason).toBe("connect");
    expect(server.connections()).toBe(1);
  });

  it("gets no second try when the answer had begun", async () => {
    const server = await rawServer(
      sometimes(
        (_, request) => request === 2,
        (socket) => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"),
      ),
    );
    const client = rpcClient(server.url);
    await client.request(GET, patience());
    expect((await refusal(client.request(GET, patience()))).failure.reason).toBe("http");
    expect(server.connections()).toBe(1);
  });
});

describe("the deadline", () => {
  /** A head that never ends: no single byte comes late. */
  const dripHead: OnSocket = (socket) => {
    socket.once("data", () => {
      socket.write("HTTP/1.1 200 OK\r\nX-Long: ");
      const timer = setInterval(() => socket.write("x"), 20);
      socket.once("close", () => clearInterval(timer));
    });
  };
  /** Interim answers without end, so slowly that the deadline comes before there are too many. */
  const earlyHints: OnSocket = (socket) => {
    socket.once("data", () => {
      const timer = setInterval(() => socket.write("HTTP/1.1 103 Early Hints\r\n\r\n"), 20);
      socket.once("close", () => clearInterval(timer));
    });
  };
  /** Reads again only when the test lets it, to notice the end of the connection. */
  const unread = new Set<Socket>();
  const neverRead: OnSocket = (socket) => {
    unread.add(socket.pause());
  };

  it.each<[string, OnSocket, string]>([
    ["hangs before its answer", hang, "http:"],
    ["accepts and never reads", neverRead, "http:"],
    ["sends one byte per second", drip("{}".repeat(100)), "http:"],
    ["stops in the middle of the body", stalledBody("{"), "http:"],
    ["sends a head without end", dripHead, "http:"],
    ["sends interim answers without end", earlyHints, "http:"],
    ["hangs in the TLS handshake", hang, "https:"],
  ])("ends a request to a server that %s, and its connection", async (_, onSocket, protocol) => {
    const server = await rawServer(onSocket);
    const client = rpcClient(server.url.replace("http:", protocol));
    const { error, lateTimers } = await refusalAtDeadline(client, 100);
    expect(error.failure.reason).toBe("timeout");
    expect(lateTimers).toBeLessThan(10);
    for (const socket of unread) socket.resume();
    await waitFor(() => server.openConnections() === 0, "the server to see the end of the connection");
    expect(server.connections()).toBe(1);
  });

  it("ends a request that waits for another one, which goes on", async () => {
    let answerFirst: (() => void) | undefined;
    const node = await fakeNode(() => ({
      body: (response: ServerResponse) => {
        answerFirst = () => response.end("first");
      },
    }));
    const client = rpcClient(node.url);
    const first = client.request({ ...GET, path: "/first" }, patience());
    await waitFor(() => answerFirst, "the first request");
    const { error, lateTimers } = await refusalAtDeadline(client, 50, { ...GET, path: "/second" });
    expect(error.failure.reason).toBe("timeout");
    expect(lateTimers).toBeLessThan(10);
    expect((await refusal(client.request(GET, AbortSignal.abort()))).failure.reason).toBe("timeout");
    answerFirst?.();
    expect(text((await first).body)).toBe("first");
    expect(node.requests.map(({ url }) => url)).toEqual(["/first"]);
  });

  it("lets the next request go out on a new connection", async () => {
    const server = await rawServer(
      sometimes(
        (id) => id === 1,
        () => {},
      ),
    );
    const client = rpcClient(server.url);
    await refusalAtDeadline(client, 50);
    expect((await client.request(GET, patience())).status).toBe(200);
    expect(server.connections()).toBe(2);
  });

  it("lets the next request dial again after a dial that hung", async () => {
    let isSilent = true;
    const server = await rawServer((socket) => {
      if (isSilent) return;
      // Not TLS: an answer at last, if a bad one.
      socket.on("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    });
    const client = rpcClient(server.url.replace("http:", "https:"));
    await refusalAtDeadline(client, 50);
    isSilent = false;
    expect((await refusal(client.request(GET, patience()))).failure.reason).toBe("tls");
    expect(server.connections()).toBe(2);
  });

  it("sends nothing when it has passed already", async () => {
    const node = await fakeNode(() => json({}));
    const client = rpcClient(node.url);
    expect((await refusal(client.request(GET, AbortSignal.abort()))).failure.reason).toBe("timeout");
    expect((await client.request({ ...GET, path: "/next" }, patience())).status).toBe(200);
    expect(node.requests.map(({ url }) => url)).toEqual(["/next"]);
  });

  it("for the connection alone may be shorter", async () => {
    const server = await rawServer(hang);
    const client = rpcClient(server.url.replace("http:", "https:"), { connectTimeoutMs: 100 });
    const { failure } = await refusal(client.request(GET, patience()));
    expect(failure.reason).toBe("timeout");
    expect(failure.message).toContain("no connection in time");
    expect(failure.advice).toContain("firewall");
    await waitFor(() => server.openConnections() === 0, "the connection to be closed");
  });
});

describe("close", () => {
  it("ends the idle connection", async () => {
    const node = await fakeNode(() => json({}));
    const client = rpcClient(node.url);
    await client.request(GET, patience());
    await client.close();
    await waitFor(() => node.openConnections() === 0, "the connection to be closed");
  });

  it.each(["http:", "https:"])("ends a request over %s that hangs", async (protocol) => {
    const server = await rawServer(hang);
    const client = rpcClient(server.url.replace("http:", protocol));
    const request = refusal(client.request(GET, patience()));
    await waitFor(() => server.openConnections() === 1, "the connection");
    await client.close();
    expect((await request).failure.reason).toBe("connect");
    await waitFor(() => server.openConnections() === 0, "the connection to be closed");
  });

  it("refuses later requests", async () => {
    const node = await fakeNode(() => json({}));
    const client = rpcClient(node.url);
    await client.close();
    expect((await refusal(client.request(GET, patience()))).failure.reason).toBe("connect");
    expect(node.connections()).toBe(0);
  });

  it("refuses later requests also when the last one ran out of time after it", async () => {
    const node = await fakeNode(() => json({}));
    const secret = { ...inlineSecret(""), reveal: vi.fn(async () => "token") };
    const client = rpcClient(node.url, { auth: { kind: "bearer", token: secret } });
    let reveal = (_token: string) => {};
    secret.reveal.mockReturnValueOnce(
      new Promise((resolve) => {
        reveal = resolve;
      }),
    );
    const controller = new AbortController();
    const last = refusal(client.request(GET, controller.signal));
    await waitFor(() => secret.reveal.mock.calls.length === 1, "the request to begin");
    await client.close();
    controller.abort();
    reveal("token");
    expect((await last).failure.reason).toBe("timeout");
    expect((await refusal(client.request(GET, patience()))).failure.reason).toBe("connect");
    expect(node.connections()).toBe(0);
  });
});

describe("the size of an answer", () => {
  /** What Linux may hold for both ends of a loopback connection, on top of what was read. */
  const BUFFERS = 12 * 1024 * 1024;

  /** 50 MiB with their length, as fast as the client reads. */
  const fiftyMiB: OnSocket = (socket) => {
    const chunk = Buffer.alloc(0x10000, "x");
    let left = 50 * 1024 * 1024;
    const pump = () => {
      while (left > 0 && socket.writable) {
        left -= chunk.length;
        if (!socket.write(chunk)) return;
      }
    };
    socket.on("drain", pump);
    socket.once("data", () => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${left}\r\n\r\n`);
      pump();
    });
  };

  it.each<[string, OnSocket, string, number]>([
    ["without end, after what it may have", endlessBody("["), "found more", LIST_BUDGET.bytes],
    ["of 50 MiB, by what it says", fiftyMiB, "found 50MiB", 0],
  ])("is refused %s", async (_, onSocket, finding, least) => {
    const sockets: Socket[] = [];
    const server = await rawServer((socket, id) => {
      sockets.push(socket);
      onSocket(socket, id);
    });
    const { failure } = await refusal(rpcClient(server.url).request(GET, patience()));
    expect(failure.reason).toBe("too_large");
    expect(failure.message).toContain(`expected at most 3MiB (limits.bytes), ${finding}`);
    expect(failure.advice).toContain("limits.bytes");
    await waitFor(() => server.openConnections() === 0, "the connection to be closed");
    const written = sockets.reduce((sum, socket) => sum + socket.bytesWritten, 0);
    expect(written).toBeGreaterThan(least);
    expect(written).toBeLessThan(least + BUFFERS);
    expect(server.connections()).toBe(1);
  });

  it.each([
    ["of a list", LIST_BUDGET, {}, LIST_BUDGET.bytes],
    ["of what a node says of itself", INFO_BUDGET, {}, INFO_BUDGET.bytes],
    ["raised", INFO_BUDGET, { bytes: 5_000_000 }, 5_000_000],
    ["lowered", LIST_BUDGET, { bytes: 1024 }, 1024],
  ])("may be exactly the limit %s", async (_, budget, limits, bytes) => {
    const node = await fakeNode(({ url }) => ({ body: Buffer.alloc(bytes + (url === "/more" ? 1 : 0), "x") }));
    const client = rpcClient(node.url, { limits });
    const answer = await client.request({ ...GET, budget }, patience());
    expect(answer.body).toHaveLength(bytes);
    expect(answer.budget).toEqual({ ...budget, ...limits });
    const { failure } = await refusal(client.request({ ...GET, path: "/more", budget }, patience()));
    expect(failure).toMatchObject({ reason: "too_large", message: expect.stringContaining("limits.bytes") });
  });

  it.each([
    ["one long header", `X-Long: ${"x".repeat(20_000)}\r\n`],
    ["many headers", "X-Many: 0123456789\r\n".repeat(2000)],
  ])("is refused with %s", async (_, headers) => {
    const server = await rawServer(answerBytes(`HTTP/1.1 200 OK\r\n${headers}Content-Length: 2\r\n\r\n{}`));
    expect((await refusal(rpcClient(server.url).request(GET, patience()))).failure.reason).toBe("too_large");
  });

  it("does not matter to the request after it", async () => {
    const server = await rawServer((socket, id) =>
      id === 1 ? endlessBody("[")(socket, id) : answerBytes(OK)(socket, id),
    );
    const client = rpcClient(server.url);
    await refusal(client.request(GET, patience()));
    expect((await client.request(GET, patience())).status).toBe(200);
  });
});

describe("credentials", () => {
  const secret = inlineSecret("s3cret é:");
  const basic = (pair: string) => `Basic ${Buffer.from(pair).toString("base64")}`;
  const utf8 = (value: string) => Buffer.from(value).toString("latin1");

  async function sentWith(auth: Auth | undefined): Promise<ReceivedRequest["headers"]> {
    const node = await fakeNode(() => json({}));
    await rpcClient(node.url, { auth }).request(GET, patience());
    return node.requests[0]?.headers ?? {};
  }

  it.each<[string, Auth | undefined, string, string | undefined]>([
    ["none", undefined, "authorization", undefined],
    ["basic", { kind: "basic", username: "mönitor", password: secret }, "authorization", basic("mönitor:s3cret é:")],
    ["bearer", { kind: "bearer", token: inlineSecret("t0ken") }, "authorization", "Bearer t0ken"],
    ["bearer of any letters", { kind: "bearer", token: inlineSecret("тΩ") }, "authorization", utf8("Bearer тΩ")],
    ["header", { kind: "header", name: "X-Api-Key", value: inlineSecret("k3y") }, "x-api-key", "k3y"],
    ["header of any letters", { kind: "header", name: "X-Api-Key", value: secret }, "x-api-key", utf8("s3cret é:")],
  ])("are sent: %s", async (_, auth, header, value) => {
    expect((await sentWith(auth))[header]).toBe(value);
  });

  it("win over a header of the call", async () => {
    const node = await fakeNode(() => json({}));
    const client = rpcClient(node.url, { auth: { kind: "bearer", token: inlineSecret("right") } });
    await client.request({ ...GET, headers: { authorization: "wrong" } }, patience());
    expect(node.requests[0]?.headers.authorization).toBe("Bearer right");
  });

  it("are not tried twice when they are refused", async () => {
    const node = await fakeNode(() => ({
      status: 401,
      headers: { "www-authenticate": 'Digest nonce="1", qop="auth"' },
    }));
    const client = rpcClient(node.url, { auth: { kind: "basic", username: "a", password: secret } });
    expect((await client.request(GET, patience())).status).toBe(401);
    expect(node.requests).toHaveLength(1);
  });

  it("are read from their file for each request, so that a new one is used", async () => {
    const path = join(tempFolder(), "token");
    const node = await fakeNode(() => json({}));
    const client = rpcClient(node.url, { auth: { kind: "bearer", token: fileSecret(path) } });
    for (const token of ["first\n", "second"]) {
      writeFileSync(path, token);
      await client.request(GET, patience());
    }
    expect(node.requests.map(({ headers }) => headers.authorization)).toEqual(["Bearer first", "Bearer second"]);
  });

  it("that cannot be read are a failure that names the file", async () => {
    const path = join(tempFolder(), "missing");
    const node = await fakeNode(() => json({}));
    const client = rpcClient(node.url, { auth: { kind: "bearer", token: fileSecret(path) } });
    const { failure } = await refusal(client.request(GET, patience()));
    expect(failure).toMatchObject({
      reason: "unauthorized",
      message: `cannot read a secret file in ${dirname(path)} (ENOENT: no such file)`,
      advice: expect.stringContaining("auth"),
    });
    expect(node.connections()).toBe(0);
  });

  it("in a file that became empty are not sent as nothing", async () => {
    const path = join(tempFolder(), "empty");
    writeFileSync(path, "\n");
    const node = await fakeNode(() => json({}));
    const client = rpcClient(node.url, { auth: { kind: "bearer", token: fileSecret(path) } });
    const { failure } = await refusal(client.request(GET, patience()));
    expect(failure).toMatchObject({ reason: "unauthorized", message: `the secret file ${path} is empty` });
    expect(node.connections()).toBe(0);
  });

  it.each(["secr\net", "secr\ret", "secr\0et", "secr\x07et", "secr\x7fet"])(
    "with a control character inside are never sent: %j",
    async (token) => {
      const node = await fakeNode(() => json({}));
      const kinds: Auth[] = [
        { kind: "basic", username: "a", password: inlineSecret(token) },
        { kind: "bearer", token: inlineSecret(token) },
        { kind: "header", name: "X-Api-Key", value: inlineSecret(token) },
      ];
      for (const auth of kinds) {
        const { failure } = await refusal(rpcClient(node.url, { auth }).request(GET, patience()));
        expect(failure.reason).toBe("unauthorized");
        expect(failure.message).toContain("line break");
        expect(JSON.stringify(failure)).not.toContain("secr\\");
      }
      expect(node.connections()).toBe(0);
    },
  );

  it("that hang do not stop the deadline, and are not sent when they come after it", async () => {
    const node = await fakeNode(() => json({}));
    let reveal = (_token: string) => {};
    const late = new Promise<string>((resolve) => {
      reveal = resolve;
    });
    const client = rpcClient(node.url, {
      auth: { kind: "bearer", token: { ...inlineSecret(""), reveal: () => late } },
    });
    const { error, lateTimers } = await refusalAtDeadline(client, 50);
    expect(error.failure.reason).toBe("timeout");
    expect(lateTimers).toBeLessThan(10);
    reveal("token");
    expect((await client.request({ ...GET, path: "/next" }, patience())).status).toBe(200);
    expect(node.requests.map(({ url }) => url)).toEqual(["/next"]);
  });
});

const REQUEST = { name: "get_info", method: "GET", path: "/s3cret-path/get_info?s3cret-query" } as const;

/** The exchanges of one request to a server. */
async function trace(server: { readonly url: string; close(): Promise<void> }, signal = AbortSignal.timeout(5000)) {
  onTestFinished(server.close);
  const calls: RpcCall[] = [];
  const url = parseNodeUrl(server.url.replace("://", "://user:s3cret-password@"));
  const client = createRpcClient({
    url,
    tls: { kind: "ca" },
    connectTimeoutMs: 5000,
    observe: (call) => void calls.push(call),
  });
  onTestFinished(() => client.close());
  await client.request(REQUEST, signal).catch(() => {});
  return calls;
}

const fake = (handler: Handler) => startFakeNode(handler);
const raw = (onSocket: OnSocket) => startRawServer(onSocket);

test("an answer: its status, its size and its time", async () => {
  const before = Date.now();
  const server = await fake(() => ({ status: 503, body: "s3cret-body" }));
  const calls = await trace(server);
  expect(calls).toEqual([
    {
      name: "get_info",
      method: "GET",
      server: server.url,
      startedMs: expect.any(Number),
      milliseconds: expect.any(Number),
      outcome: { kind: "answered", status: 503, bytes: 11 },
    },
  ]);
  expect(calls[0]?.startedMs).toBeGreaterThanOrEqual(before);
  expect(calls[0]?.milliseconds).toBeLessThan(5000);
});

test("a connection that is reset", async () => {
  expect(await trace(await raw(resetAtOnce))).toMatchObject([{ outcome: { kind: "failed", reason: "connect" } }]);
});

test("a server that never answers", async () => {
  const calls = await trace(await raw(hang), AbortSignal.timeout(50));
  // The exchange itself ends a moment after whoever waits for it was told.
  await waitFor(() => calls.length > 0, "the end of the exchange");
  expect(calls).toMatchObject([{ outcome: { kind: "failed", reason: "timeout" } }]);
});

test("nothing of the URL but scheme, host and port", async () => {
  const calls = await trace(await fake(() => ({ status: 200, body: "s3cret-body", headers: { "x-s3cret": "1" } })));
  expect(JSON.stringify(calls)).not.toContain("s3cret");
});
