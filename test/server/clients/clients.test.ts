import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { ClientLimits } from "../../../src/server/clients/clients.ts";
import { drain, listen } from "../../../src/server/listen.ts";
import { errorResponse, type HttpResponse, type Request, text, wholeBody } from "../../../src/server/respond.ts";
import { createServer } from "../../../src/server/server.ts";
import type { AccessControl } from "../../../src/server/web-config/access-control.ts";
import { logSink } from "../../poll/support.ts";
import { type Certificate, selfSigned } from "../../support/certificates.ts";
import { tempFolder, waitFor } from "../../support/servers.ts";

const LIMITS = {
  connections: 8,
  perAddress: 4,
  workingPerConnection: 2,
  waitingPerConnection: { known: 5, unknown: 3 },
  waiting: 8,
};
const ask = (path: string, user = "") => `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: ${user}\r\n\r\n`;

let certificate: Certificate;

beforeAll(async () => {
  certificate = await selfSigned();
});

type Settings = { limits?: Partial<ClientLimits>; isTls?: boolean; hasUsers?: boolean; path?: string };

/** A server with a quick page, one that never responds, and a large one that differs each time. */
async function start({ limits, isTls = false, hasUsers = false, path }: Settings = {}) {
  const { log, lines } = logSink();
  const reasons: string[] = [];
  const gone: string[] = [];
  const asked: string[] = [];
  const slow = (request: Request) => {
    asked.push(request.query);
    request.onGone(() => gone.push(request.query));
    return new Promise<HttpResponse>((resolve) => request.onGone(() => resolve(text(200, "gone\n"))));
  };
  const control: AccessControl = {
    authorize: (handler, { headers }) =>
      hasUsers && !handler.startsWith("/-/") && headers.authorization !== "friend"
        ? errorResponse(401, "no")
        : undefined,
    identifies: (handler) => hasUsers && !handler.startsWith("/-/"),
    addHeaders: (headers) => headers,
  };
  const server = createServer({
    routes: [
      { path: "/metrics", handle: () => text(200, "here\n") },
      { path: "/-/healthy", handle: () => text(200, "healthy\n") },
      { path: "/slow", handle: slow },
      { path: "/large", handle: () => ({ status: 200, headers: {}, body: wholeBody([Buffer.alloc(4_000_000)]) }) },
    ],
    log,
    observeRequest: () => {},
    observeClosed: (reason) => reasons.push(reason),
    access: { control, tls: isTls ? certificate : undefined, update: () => {} },
    limits: { ...LIMITS, ...limits },
  });
  onTestFinished(() => drain(server));
  const url = await listen(
    server.http,
    path === undefined ? { kind: "tcp", host: "127.0.0.1", port: 0 } : { kind: "unix", path },
  );
  const port = path === undefined ? Number(new URL(url).port) : 0;

  /** `raw`: not even a handshake. */
  async function client(from: string, bytes = "", { raw = false } = {}): Promise<Socket & { got(): string }> {
    const target = path === undefined ? { port, host: "127.0.0.1", localAddress: from } : { path };
    const isSecure = isTls && !raw;
    const socket = isSecure ? connectTls({ ...target, rejectUnauthorized: false }) : connect(target);
    let received = "";
    socket.on("data", (chunk: Buffer) => {
      received += chunk.toString("latin1");
    });
    socket.on("error", () => {});
    onTestFinished(() => void socket.destroy());
    await once(socket, isSecure ? "secureConnect" : "connect");
    if (bytes !== "") socket.write(bytes);
    return Object.assign(socket, { got: () => received });
  }

  return { server, client, reasons, gone, asked, lines };
}

const answered = (socket: { got(): string }, word: string) =>
  waitFor(() => socket.got().includes(word), `an answer with ${word}`);
const closed = (socket: Socket) => waitFor(() => socket.closed, "the connection to be closed");
const [A, H] = ["127.0.0.2", "127.0.0.3"];

describe.each([false, true])("with TLS %s", (isTls) => {
  test("incomplete requests of one address replace each other; other addresses and known clients stay", async () => {
    const { client, reasons, lines } = await start({ isTls, hasUsers: true });
    const own = await client(H, ask("/metrics", "friend"));
    await answered(own, "here");
    const other = await client(A, "GET /metr");
    const half: Socket[] = [];
    for (let index = 0; index < 9; index += 1) {
      half.push(index % 2 === 0 ? await client(H, "", { raw: true }) : await client(H, "GET /metr"));
    }
    await waitFor(() => reasons.length === 5, "five to be closed");
    await Promise.all(half.slice(0, 5).map(closed));
    other.write("ics HTTP/1.1\r\nHost: x\r\nAuthorization: friend\r\n\r\n");
    own.write(ask("/metrics", "friend"));
    await answered(other, "here");
    await waitFor(() => own.got().split("here").length === 3, "the second answer");
    expect(new Set(reasons)).toEqual(new Set(["address_share"]));
    const reported = lines.filter(({ msg }) => String(msg).startsWith("closed connections of clients"));
    expect(reported).toMatchObject([{ client: H, reason: "address_share" }]);
    expect(reported[0]?.msg).toContain(`${H} has 4 connections of unidentified clients, its share is 4 of 8`);
  });

  test("a wrong password proves nothing, nor does a health page", async () => {
    const { client, reasons } = await start({ isTls, hasUsers: true, limits: { perAddress: 2 } });
    const friend = await client(H, ask("/metrics", "friend"));
    await answered(friend, "here");
    const [health, wrong] = [await client(H, ask("/-/healthy")), await client(H, ask("/metrics"))];
    await answered(health, "healthy");
    await answered(wrong, "401");
    const silent = await client(H);
    await closed(wrong);
    await client(H);
    await closed(silent);
    expect([reasons.length, health.closed, friend.closed]).toEqual([2, false, false]);
    // What was proven is taken back by a wrong password.
    friend.write(ask("/metrics"));
    await answered(friend, "401");
    await client(H);
    await closed(friend);
  });

  test("few requests wait on one connection, and later ones are not parsed", async () => {
    const { client, reasons, asked, gone } = await start({ isTls });
    const patient = await client(A, ask("/slow?patient").repeat(2));
    const hostile = await client(H, ask("/slow?hostile").repeat(1500));
    await closed(hostile);
    expect(asked.filter((query) => query === "hostile")).toHaveLength(2);
    await waitFor(() => gone.length === 2, "both to learn that their clients are gone");
    expect(gone).toEqual(["hostile", "hostile"]);
    const quick = await client(H, ask("/-/healthy").repeat(1500));
    await closed(quick);
    expect(reasons).toEqual(["requests_waiting", "requests_waiting"]);
    expect(patient.closed).toBe(false);
  });

  test("when too many requests wait, the address with the most loses a connection", async () => {
    const { client, reasons, asked } = await start({ isTls, limits: { waiting: 4 } });
    const first = await client(A, ask("/slow?a"));
    const hostile = [await client(H, ask("/slow?h").repeat(2)), await client(H, ask("/slow?h"))];
    await waitFor(() => asked.length === 4, "four to wait");
    const next = await client(A, ask("/slow?a"));
    await closed(hostile[0] ?? next);
    expect([first, next, hostile[1]].map((socket) => socket?.closed)).toEqual([false, false, false]);
    expect(reasons).toEqual(["requests_waiting"]);
  });

  test("when all places are taken, the address with the most makes room, and identified clients last", async () => {
    const { client, reasons } = await start({ isTls, hasUsers: true, limits: { connections: 4, perAddress: 4 } });
    const friends = [await client(H, ask("/metrics", "friend")), await client(H, ask("/metrics", "friend"))];
    for (const friend of friends) await answered(friend, "here");
    const silent = await client(H);
    const lone = await client(A);
    const second = await client(A);
    await closed(lone);
    const third = await client(H, ask("/metrics", "friend"));
    await answered(third, "here");
    expect([...friends, silent, second].filter((socket) => socket.closed)).toHaveLength(1);
    expect(friends.map((socket) => socket.closed)).toEqual([false, false]);
    expect(reasons).toEqual(["all_in_use", "all_in_use"]);
  });

  test("unread pages are held up to a bound; the slowest reader is cut off", async () => {
    const { client, reasons } = await start({ isTls, limits: { unreadBytes: 1000, connections: 20, perAddress: 20 } });
    const readers: Socket[] = [];
    for (let index = 0; index < 6; index += 1) {
      const reader = await client(H);
      reader.pause();
      reader.write(ask("/large"));
      readers.push(reader);
    }
    await waitFor(() => reasons.length >= 2, "two to be cut off");
    for (const reader of readers) reader.resume();
    await Promise.all(readers.slice(0, 2).map(closed));
    expect(new Set(reasons)).toEqual(new Set(["answers_unread"]));
    const last = await client(A, ask("/metrics"));
    await answered(last, "here");
  });

  test("the close waits neither for clients that are gone nor for silent ones", async () => {
    const { server, client, asked } = await start({ isTls });
    const leaving = await client(A, ask("/slow").repeat(2));
    await waitFor(() => asked.length === 2, "both requests");
    leaving.destroy();
    await client(H, "", { raw: true });
    await client(H, "GET /metr");
    await drain(server);
    expect(server.http.listening).toBe(false);
  });
});

test("clients of a unix socket have no address and count together", async () => {
  const path = join(tempFolder(), "socket");
  const { client, reasons } = await start({ path, limits: { perAddress: 2 } });
  const first = await client("");
  await client("");
  const third = await client("");
  await closed(first);
  third.write(ask("/metrics"));
  await answered(third, "here");
  expect(reasons).toEqual(["address_share"]);
});

test.each([false, true])(
  "what follows in the same read is not parsed once a connection is closed (TLS %s)",
  async (isTls) => {
    const { server, client, reasons } = await start({ isTls });
    let requests = 0;
    server.http.on("request", () => {
      requests += 1;
    });
    const hostile = await client(H, ask("/-/healthy").repeat(1500));
    await closed(hostile);
    expect(reasons).toEqual(["requests_waiting"]);
    expect(requests).toBe(4);
  },
);

test.each([false, true])("a body of a refused request is not read (TLS %s)", async (isTls) => {
  const { client } = await start({ isTls, hasUsers: true });
  const hostile = await client(H, "POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n");
  let sent = 0;
  // An error ends it: Node 24 would tell one after the other, and nothing else would have its turn.
  const more = (error?: Error | null) => {
    sent += 1;
    if (!error && !hostile.destroyed) hostile.write(Buffer.alloc(65_536), more);
  };
  more();
  await closed(hostile);
  expect(hostile.got()).toMatch(/^HTTP\/1\.1 401 [\s\S]*connection: close\r\n/i);
  expect(sent).toBeLessThan(1000);
});
