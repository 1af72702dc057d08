import { createHash } from "node:crypto";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect } from "node:net";
import { join } from "node:path";
import { connect as tlsConnect } from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import { ask as askOnce } from "./ask.ts";
import { peerId, selfSigned } from "./certificates.ts";
import {
  type Handler,
  json,
  type Listening,
  type ListenOptions,
  type OnSocket,
  startFakeNode,
  startRawServer,
} from "./fake-node.ts";
import {
  answerBytes,
  closeWithoutAByte,
  drip,
  endlessBody,
  hang,
  resetAtOnce,
  stalledBody,
  truncatedBody,
} from "./faults.ts";
import { findServer, tempFolder, waitFor } from "./servers.ts";

const openssl = findServer("openssl", "apt-get install openssl");
const started: Listening[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.close()));
});

async function fakeNode(handler: Handler, options?: ListenOptions) {
  const node = await startFakeNode(handler, options);
  started.push(node);
  return node;
}

async function rawServer(onSocket: OnSocket, options?: ListenOptions) {
  const server = await startRawServer(onSocket, options);
  started.push(server);
  return server;
}

describe("startFakeNode", () => {
  it("answers and remembers the requests", async () => {
    const node = await fakeNode(({ url }) =>
      url === "/list"
        ? { status: 401, headers: { "WWW-authenticate": ["Digest a=1", "Digest a=2"] }, body: Buffer.from("no") }
        : json({ ok: true }),
    );
    const first = await fetch(`${node.url}/json_rpc?a=b`, { method: "POST", body: "é", headers: { "x-test": "1" } });
    expect(await first.json()).toEqual({ ok: true });
    expect(first.headers.get("content-length")).toBe("11");
    const second = await fetch(`${node.url}/list`);
    expect([second.status, second.headers.get("www-authenticate"), await second.text()]).toEqual([
      401,
      "Digest a=1, Digest a=2",
      "no",
    ]);
    expect(node.requests).toMatchObject([
      { method: "POST", url: "/json_rpc?a=b", body: "é", headers: { "x-test": "1" }, socketId: 1 },
      { method: "GET", url: "/list", body: "" },
    ]);
    expect(node.handshakes()).toBe(0);
    expect(node.bytesReceived()).toBeGreaterThan(200);
  });

  it("tells connections apart", async () => {
    const node = await fakeNode(() => json({}));
    for (const _ of [1, 2]) await fetch(node.url, { headers: { connection: "close" } });
    expect(node.requests.map((request) => request.socketId)).toEqual([1, 2]);
    expect(node.connections()).toBe(2);
    await waitFor(() => node.openConnections() === 0, "the connections to close");
  });

  it("lets a function write the body", async () => {
    const node = await fakeNode(() => ({
      status: 503,
      body: (response) => {
        response.write("a");
        response.end("b");
      },
    }));
    const response = await fetch(node.url);
    expect([response.status, await response.text()]).toEqual([503, "ab"]);
  });

  it("shows the error of a handler", async () => {
    const node = await fakeNode(() => {
      throw new Error("not expected");
    });
    const response = await fetch(node.url);
    expect([response.status, await response.text()]).toEqual([500, "fake node: Error: not expected"]);
  });

  it("listens on a UNIX socket", async () => {
    const socketPath = join(tempFolder(), "node.sock");
    const node = await fakeNode(() => json({}), { socketPath });
    const status = await new Promise((resolve, reject) => {
      httpRequest(`${node.url}/path`, { socketPath }, (response) => resolve(response.resume().statusCode))
        .on("error", reject)
        .end();
    });
    expect([status, node.requests[0]?.url, node.port]).toEqual([200, "/path", 0]);
  });

  it("closes immediately, also while a request hangs", async () => {
    const node = await fakeNode(() => ({ body: () => {} }));
    const answer = fetch(node.url).catch((error: unknown) => error);
    await waitFor(() => node.requests.length === 1, "the request");
    // If close waited for the answer, which never comes, the test would time out.
    await node.close();
    expect(await answer).toBeInstanceOf(TypeError);
  });
});

describe.skipIf(!openssl)("with TLS", () => {
  it.each(["ec", "rsa", "ed25519"] as const)(
    "counts what comes through a handshake (%s)",
    async (kind) => {
      const certificate = await selfSigned({ kind });
      const node = await fakeNode(() => json({}), { tls: certificate });
      const options = { rejectUnauthorized: false, agent: false };
      const status = await new Promise((resolve, reject) => {
        httpsRequest(`${node.url}/x`, options, (response) => resolve(response.resume().statusCode))
          .on("error", reject)
          .end();
      });
      expect([status, node.connections(), node.handshakes(), node.requests.length]).toEqual([200, 1, 1, 1]);
      // "GET /x HTTP/1.1", Host and Connection: what is inside TLS, not the bytes of the handshake.
      expect(node.bytesReceived()).toBe(
        `GET /x HTTP/1.1\r\nHost: 127.0.0.1:${node.port}\r\nConnection: close\r\n\r\n`.length,
      );
    },
    30_000,
  );

  it("counts no application bytes for a client that leaves after the handshake", async () => {
    const certificate = await selfSigned();
    const server = await rawServer(hang, { tls: certificate });
    const socket = tlsConnect({ port: server.port, host: "127.0.0.1", rejectUnauthorized: false });
    await new Promise((resolve) => socket.once("secureConnect", resolve));
    const presented = createHash("sha256").update(socket.getPeerCertificate().raw).digest("base64url");
    expect(presented).toBe(peerId(certificate));
    await waitFor(() => server.handshakes() === 1, "the handshake");
    socket.destroy();
    await waitFor(() => server.openConnections() === 0, "the connection to close");
    expect([server.connections(), server.handshakes(), server.bytesReceived()]).toEqual([1, 1, 0]);
  });

  it("counts a connection without a handshake", async () => {
    const server = await rawServer(hang, { tls: await selfSigned() });
    const socket = connect(server.port, "127.0.0.1").on("error", () => {});
    socket.write("GET / HTTP/1.1\r\n\r\n");
    await waitFor(() => socket.destroyed, "the server to refuse plain HTTP");
    expect([server.connections(), server.handshakes(), server.bytesReceived()]).toEqual([1, 0, 0]);
  });
});

describe("faults", () => {
  const ask = async (url: string, signal = AbortSignal.timeout(20_000)): Promise<string> => {
    const response = await fetch(url, { signal });
    return response.text();
  };

  it.each<[string, OnSocket, string]>([
    ["closeWithoutAByte", closeWithoutAByte, "ECONNRESET"],
    ["resetAtOnce", resetAtOnce, "ECONNRESET"],
    ["truncatedBody", truncatedBody('{"a":1'), "ECONNRESET"],
    ["garbage", answerBytes("SSH-2.0-OpenSSH_9.2\r\n"), "HPE_INVALID_CONSTANT"],
  ])("%s breaks the request", async (_, fault, code) => {
    const server = await rawServer(fault);
    await expect(askOnce(server.url)).rejects.toMatchObject({ code });
  });

  it.each<[string, OnSocket]>([
    ["hang", hang],
    ["stalledBody", stalledBody("{")],
    ["drip", drip("{}".repeat(50), 20)],
  ])("%s outlasts a timeout", async (_, fault) => {
    const server = await rawServer(fault);
    const controller = new AbortController();
    const asked = expect(ask(server.url, controller.signal)).rejects.toMatchObject({ name: "TimeoutError" });
    await waitFor(() => server.bytesReceived() > 0, "the request");
    setTimeout(() => controller.abort(new DOMException("too late", "TimeoutError")), 200);
    await asked;
  });

  it("drip gives the whole body in the end", async () => {
    const server = await rawServer(drip('{"é":1}', 5));
    expect(await ask(server.url)).toBe('{"é":1}');
  });

  it("endlessBody goes on until the client leaves", async () => {
    const server = await rawServer(endlessBody('{"a":"'));
    const received = await new Promise<string>((resolve, reject) => {
      const chunks: Buffer[] = [];
      const request = httpRequest(server.url, (response) => {
        response.on("data", (chunk: Buffer) => {
          if (chunks.push(chunk) > 100) resolve(Buffer.concat(chunks).toString());
          if (chunks.length > 100) response.destroy();
        });
      });
      request.on("error", reject).end();
    });
    expect(received.slice(0, 10)).toBe('{"a":"xxxx');
    await waitFor(() => server.openConnections() === 0, "the connection to close");
  });
});
