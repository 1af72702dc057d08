import { createServer as createTlsServer } from "node:tls";
import { describe, expect, it } from "vitest";
import { createSelfSignedCertificate } from "../../src/demo/certificate.ts";
import { INFO_BUDGET } from "../../src/rpc/budget.ts";
import { MAX_EXTENSION_BYTES, MAX_HEADER_BYTES, MAX_INTERIM } from "../../src/rpc/dispatch.ts";
import type { OnSocket } from "../support/fake-node.ts";
import { answerBytes, CHUNKED, endlessBytes, flood } from "../support/faults.ts";
import { waitFor } from "../support/servers.ts";
import { closeLater, GET, patience, rawServer, refusal, rpcClient } from "./support.ts";

const END = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
const interim = (count: number) => "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n".repeat(count);
const CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";
const header = (bytes: number) => `X: ${"x".repeat(bytes - 1)}\r\n`;
const withHeader = (bytes: number) =>
  `HTTP/1.1 200 OK\r\nContent-Length: 2\r\n${header(bytes - "content-length2".length)}\r\n{}`;
const withTrailer = (bytes: number) => `${CHUNKED}2\r\n{}\r\n0\r\n${header(bytes)}\r\n`;
const chunks = (count: number, bytes: number) =>
  `${CHUNKED}${`${bytes.toString(16)}\r\n${"x".repeat(bytes)}\r\n`.repeat(count)}0\r\n\r\n`;

describe("limits of a response besides its body", () => {
  it.each<[string, string, number]>([
    ["as many interim answers as may be", interim(MAX_INTERIM) + END, 2],
    ["as many 100 Continue as may be", CONTINUE.repeat(MAX_INTERIM) + END, 2],
    ["headers as large as may be", withHeader(MAX_HEADER_BYTES), 2],
    ["trailers as large as may be", withTrailer(MAX_HEADER_BYTES), 2],
    ["as many pieces as may be", chunks(INFO_BUDGET.pieces, 1), INFO_BUDGET.pieces],
    ["more pieces, which are larger", chunks(3 * INFO_BUDGET.pieces, 40), 3 * INFO_BUDGET.pieces * 40],
    ["extensions of each chunk", `${CHUNKED}${`5;a=${"y".repeat(200)}\r\nhello\r\n`.repeat(200)}0\r\n\r\n`, 1000],
  ])("%s", async (_, bytes, length) => {
    const budget = {
      ...INFO_BUDGET,
      bytes: 1024 * 1024,
      pieces: length > 100_000 ? 3 * INFO_BUDGET.pieces : INFO_BUDGET.pieces,
    };
    const server = await rawServer(answerBytes(bytes));
    const answer = await rpcClient(server.url).request({ ...GET, budget }, patience());
    expect(answer.status).toBe(200);
    expect(answer.body).toHaveLength(length);
  });

  it.each([0, 32 * 1024])("101 is no answer, with %i bytes after it", async (length) => {
    const head = "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n";
    const server = await rawServer(answerBytes(head + "x".repeat(length)));
    const { failure } = await refusal(rpcClient(server.url).request(GET, patience()));
    expect(failure).toMatchObject({ reason: "http", message: expect.stringContaining("is not valid HTTP") });
  });

  it.each<[string, string | OnSocket, RegExp]>([
    ["one interim answer more", interim(MAX_INTERIM + 1) + END, /at most 16 interim responses/],
    ["one 100 Continue more", CONTINUE.repeat(MAX_INTERIM + 1) + END, /at most 16 interim responses/],
    ["100 Continue without end", endlessBytes("", CONTINUE), /at most 16 interim responses/],
    ["interim answers without end", endlessBytes("", interim(1)), /at most 16 interim responses/],
    ["interim answers with large heads", endlessBytes("", `HTTP/1.1 103 x\r\n${header(16_000)}\r\n`), /HTTP|interim/],
    ["a header more", withHeader(MAX_HEADER_BYTES + 1), /headers of at most 16KiB/],
    ["a trailer more", withTrailer(MAX_HEADER_BYTES + 1), /headers of at most 16KiB/],
    ["a header without end", endlessBytes("HTTP/1.1 200 OK\r\nX: ", "x"), /headers of at most 16KiB/],
    ["a header of spaces without end", endlessBytes("HTTP/1.1 200 OK\r\nX: ", " "), /headers of at most 16KiB/],
    ["headers without end", endlessBytes("HTTP/1.1 200 OK\r\n", "X:\r\n"), /headers of at most 16KiB/],
    ["a status text without end", endlessBytes("HTTP/1.1 200 ", "x"), /headers of at most 16KiB/],
    ["empty lines without end", endlessBytes("", "\r\n"), /headers of at most 16KiB/],
    ["trailers without end", endlessBytes(`${CHUNKED}2\r\n{}\r\n0\r\n`, "X:\r\n"), /more than 64KiB of HTTP/],
    ["a trailer of spaces without end", endlessBytes(`${CHUNKED}2\r\n{}\r\n0\r\nX:`, " "), /more than 64KiB of HTTP/],
    ["an extension without end", endlessBytes(`${CHUNKED}2;x=`, "y"), /more than 16KiB of HTTP/],
    ["a size without end", endlessBytes(CHUNKED, "0"), /more than 64KiB of HTTP/],
    ["extensions of each chunk", endlessBytes(CHUNKED, `1;${"y".repeat(200)}\r\n[\r\n`), /more than 64KiB of HTTP/],
    ["a piece more", chunks(INFO_BUDGET.pieces + 20, 1), /at most 4096 pieces .*limits\.pieces/],
    ["pieces without end", endlessBytes(CHUNKED, "1\r\n[\r\n"), /at most 4096 pieces .*limits\.pieces/],
    [
      "a body without end",
      endlessBytes(CHUNKED, `1000\r\n${"x".repeat(4096)}\r\n`),
      /at most 256KiB \(limits\.bytes\)/,
    ],
  ])("%s is refused, and the connection closed", async (_, how, message) => {
    const server = await rawServer(typeof how === "string" ? answerBytes(how) : how);
    const { failure } = await refusal(rpcClient(server.url).request({ ...GET, budget: INFO_BUDGET }, patience()));
    expect(failure.reason).toBe("too_large");
    expect(failure.message).toMatch(message);
    await waitFor(() => server.openConnections() === 0, "the connection to be closed");
    expect(server.connections()).toBe(1);
  });

  it("is counted over TLS as well, and again for each answer of a connection", async () => {
    const { key, cert } = createSelfSignedCertificate({ commonName: "node", altNames: ["127.0.0.1"] });
    let answers = 0;
    const server = createTlsServer({ key, cert }, (socket) => {
      socket.on("error", () => {});
      socket.on("data", () => {
        answers += 1;
        if (answers <= 5) socket.write(withHeader(MAX_HEADER_BYTES));
        else flood(socket, `${CHUNKED}2;x=`, "y");
      });
    });
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    closeLater({ close: async () => void server.close() });
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const client = rpcClient(`https://127.0.0.1:${port}`, { tls: { kind: "insecure" } });
    for (let count = 0; count < 5; count += 1) expect((await client.request(GET, patience())).status).toBe(200);
    const { failure } = await refusal(client.request(GET, patience()));
    expect(failure.message).toContain(`found more than ${MAX_EXTENSION_BYTES / 1024}KiB of HTTP`);
  });

  it("does not matter to the answer after it", async () => {
    const server = await rawServer((socket, id) =>
      (id === 1 ? endlessBytes("", interim(1)) : answerBytes(END))(socket, id),
    );
    const client = rpcClient(server.url);
    await refusal(client.request(GET, patience()));
    expect((await client.request(GET, patience())).status).toBe(200);
  });
});

describe("interim responses that nobody asked for", () => {
  const CONTINUES = [
    CONTINUE,
    "HTTP/1.1 100 \r\n\r\n",
    "HTTP/1.1 100 Continue\r\nServer: x\r\nContent-Length: 0\r\n\r\n",
    `HTTP/1.1 102 Processing\r\n\r\n${CONTINUE}`,
    CONTINUE + interim(2) + CONTINUE,
  ];

  it.each(CONTINUES)("%j is read past at each request of a connection", async (before) => {
    const server = await rawServer((socket) => socket.on("data", () => socket.write(before + END)));
    const client = rpcClient(server.url);
    for (let count = 0; count < 3; count += 1) {
      const { status, body } = await client.request(GET, patience());
      expect([status, Buffer.from(body).toString()]).toEqual([200, "{}"]);
    }
    expect(server.connections()).toBe(1);
  });

  it("may arrive in pieces, cut anywhere", async () => {
    const bytes = `${CONTINUE}HTTP/1.1 100 Go on\r\nX: y\r\n\r\n${END}`;
    let count = 0;
    const server = await rawServer((socket) =>
      socket.setNoDelay(true).on("data", () => {
        const cut = count++;
        socket.write(bytes.slice(0, cut), () => setImmediate(() => socket.write(bytes.slice(cut))));
      }),
    );
    const client = rpcClient(server.url);
    while (count <= bytes.length) {
      expect((await client.request(GET, patience())).status).toBe(200);
    }
  });

  it("without a response after them are a failure", async () => {
    const server = await rawServer((socket) => socket.on("data", () => socket.end(CONTINUE)));
    const { failure } = await refusal(rpcClient(server.url).request(GET, patience()));
    expect(failure.reason).toBe("connect");
  });
});

describe("bytes that nobody asked for never become the next answer:", () => {
  const answer = (body: string) => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const EVIL = answer("evil");

  it.each<[string, (own: string) => readonly string[]]>([
    ["a second response in the same piece", (own) => [own + EVIL]],
    ["a second response in the next piece", (own) => [own, EVIL]],
    ["one that begins only", (own) => [own + EVIL.slice(0, 20)]],
    ["one that is cut", (own) => [own + EVIL.slice(0, 9), EVIL.slice(9)]],
    ["one after an interim response", (own) => [CONTINUE + own + CONTINUE + EVIL]],
    ["only an interim response, and its response later", (own) => [own + CONTINUE, EVIL]],
    ["one after a response without a body", () => [`HTTP/1.1 204 No Content\r\n\r\n${EVIL}`]],
    ["one after the chunks", () => [`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${EVIL}`]],
    ["one in an interim response with a length", (own) => [`HTTP/1.1 100 C\r\nContent-Length: 4\r\n\r\n${own}`, EVIL]],
    ["a change of the protocol", (own) => [`HTTP/1.1 101 S\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n${own}`, EVIL]],
    ["another protocol", (own) => [`${own}\0\0\0`]],
  ])("%s", async (_, pieces) => {
    let asked = 0;
    const server = await rawServer((socket) =>
      socket.setNoDelay(true).on("data", () => {
        asked += 1;
        const [first = "", ...rest] = pieces(answer(`own ${asked}`));
        socket.write(first, () => setImmediate(() => void socket.write(rest.join(""))));
      }),
    );
    const client = rpcClient(server.url);
    for (let count = 0; count < 4; count += 1) {
      const { body } = await client.request(GET, patience()).catch(() => ({ body: Buffer.alloc(0) }));
      expect(["", `own ${asked}`]).toContain(Buffer.from(body).toString());
    }
    expect(server.connections()).toBeGreaterThan(1);
  });
});
