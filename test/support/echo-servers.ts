import { createSelfSignedCertificate } from "../../src/demo/certificate.ts";
import { cutBody } from "../chains/chainweb/support.ts";
import { daemon } from "../chains/monero/daemon.ts";
import {
  type Answer,
  type FakeNode,
  type Handler,
  json,
  type ReceivedRequest,
  startFakeNode,
  startRawServer,
} from "./fake-node.ts";
import { hang, resetAtOnce } from "./faults.ts";

/** Nodes that are well or fail in every manner, and that repeat all they were told wherever an answer has room for it. */

/** The request with its credentials in clear. */
function echoOf({ method, url, headers, body }: Pick<ReceivedRequest, "method" | "url" | "headers" | "body">): string {
  const logins = [headers.authorization, headers["proxy-authorization"]].map((value = "") => {
    const [, basic = ""] = /^Basic (.+)$/.exec(value) ?? [];
    return Buffer.from(basic, "base64").toString();
  });
  return [method, url, decodeURIComponent(url), JSON.stringify(headers), ...logins, body].join(" ");
}

/** What fits where a name is expected: the shortest texts that hold the secrets. */
function shortEchoOf({ url, headers }: ReceivedRequest): string {
  const [, basic] = /^Basic (.+)$/.exec(headers.authorization ?? "") ?? [];
  const login = basic && Buffer.from(basic, "base64").toString().split(":")[1];
  return login ?? headers.authorization?.replace(/^Bearer /, "") ?? String(headers["x-api-key"] ?? url);
}

const inHeader = (text: string) => text.replace(/[^\x20-\x7e]/g, " ").slice(0, 6000);

const html = (text: string) => `<!doctype html><title>Error</title><h1>Bad request</h1><pre>${text}</pre>`;

const WIRE_INFO = {
  server_version_string: "v1",
  chain_id: "a".repeat(64),
  head_block_num: 5,
  head_block_time: "2026-01-01T00:00:00.000",
};

const wellMonero = daemon();

/** Answers of every chain, below any path. */
const well: Handler = (request) => {
  const path = request.url.split("?")[0] ?? "";
  if (path.endsWith("/v1/net/connections")) return json([]);
  if (path.endsWith("/v1/chain/get_info")) return json(WIRE_INFO);
  if (path.endsWith("/cut/peer")) return json({ limit: 0, items: [], next: null });
  if (path.endsWith("/cut")) return json(cutBody([7, 8, 7]));
  if (request.body.includes("jsonrpc")) return wellMonero(request);
  return { status: 404 };
};

/** Says its secrets where it says what it is, and where its chain has an error text. */
const wellButTalkative: Handler = (request) => {
  const path = request.url.split("?")[0] ?? "";
  const echo = shortEchoOf(request);
  if (path.endsWith("/v1/chain/get_info")) return json({ ...WIRE_INFO, server_version_string: echo });
  if (path.endsWith("/cut")) return json({ ...cutBody([7, 8, 7]), instance: echo });
  if (request.body.includes("jsonrpc")) return json({ id: "0", jsonrpc: "2.0", result: { status: echo } });
  return well(request);
};

type Reply = (request: ReceivedRequest) => Answer;

const HANDLERS: Readonly<Record<string, Reply | Handler>> = {
  well,
  wellButTalkative,
  unauthorized: (request) => ({
    status: 401,
    headers: { "www-authenticate": `Basic realm="${inHeader(echoOf(request)).replaceAll('"', "")}"` },
    body: echoOf(request),
  }),
  digest: (request) => ({
    status: 401,
    headers: {
      "www-authenticate": `Digest realm="${request.url}", nonce="n", qop="auth", algorithm=MD5, opaque="o"`,
      "x-echo": inHeader(echoOf(request)),
    },
    body: echoOf(request),
  }),
  forbidden: (request) => ({ status: 403, body: html(echoOf(request)) }),
  redirect: (request) => ({
    status: 302,
    headers: { location: `https://u:${encodeURIComponent(shortEchoOf(request))}@example.com${request.url}` },
    body: html(echoOf(request)),
  }),
  notFound: (request) => ({ status: 404, headers: { server: inHeader(echoOf(request)) }, body: html(echoOf(request)) }),
  limited: (request) => ({ status: 429, headers: { "retry-after": inHeader(echoOf(request)) }, body: echoOf(request) }),
  htmlError: (request) => ({ status: 500, body: html(echoOf(request)) }),
  jsonError: (request) => {
    const echo = echoOf(request);
    return json(
      { code: 500, message: echo, error: { code: 1, name: echo, what: echo, details: [{ message: echo }] } },
      500,
    );
  },
  hostError: (request) =>
    json({ code: 400, message: `invalid HOST header ${echoOf(request)}`, error: { code: 1 } }, 400),
  rpcError: (request) => json({ jsonrpc: "2.0", id: "0", error: { code: -1, message: echoOf(request) } }),
  text: (request) => ({ body: echoOf(request) }),
  htmlPage: (request) => ({ body: html(echoOf(request)) }),
  brokenJson: (request) => ({ body: JSON.stringify({ error: echoOf(request) }).slice(0, -2) }),
  otherShape: (request) => json({ [echoOf(request)]: echoOf(request) }),
  rows: (request) => json([{ [echoOf(request)]: 1 }, echoOf(request)]),
};

/** Below HTTP; each repeats what it was sent as it came. */
const RAW: Readonly<Record<string, (sent: string) => string>> = {
  noHttp: (sent) => `SORRY ${sent}`,
  oddStatus: (sent) => `HTTP/1.1 599 ${sent.replaceAll("\r\n", " ")}\r\nContent-Length: 0\r\n\r\n`,
  badHeader: (sent) => `HTTP/1.1 200 OK\r\n${sent.replaceAll("\r\n", " ")}: x\r\nBad\x01: ${sent}\r\n\r\n`,
  largeHeader: (sent) => `HTTP/1.1 200 OK\r\nX-Echo: ${sent.replaceAll("\r\n", " ").repeat(100)}\r\n\r\n`,
  cutOff: (sent) => `HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n${sent}`,
  wrongLength: (sent) => `HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n${sent}`,
};

export type EchoServer = {
  readonly name: string;
  /** `http://127.0.0.1:PORT`, without path. */
  readonly url: string;
  /** The `tls` block of a node there. */
  readonly tls?: object;
  /** All that clients sent so far; undefined where nothing of a request can arrive. */
  readonly received?: () => string;
};

export async function startEchoServers(): Promise<{ servers: readonly EchoServer[]; close(): Promise<void> }> {
  const certificate = createSelfSignedCertificate({ commonName: "node" });
  const open: { close(): Promise<void> }[] = [];
  const kept = <T extends { close(): Promise<void> }>(server: T): T => {
    open.push(server);
    return server;
  };
  const receivedBy =
    ({ requests }: FakeNode) =>
    () =>
      requests.map(echoOf).join("\n");

  const servers: EchoServer[] = [];
  for (const [name, handler] of Object.entries(HANDLERS)) {
    const node = kept(await startFakeNode(handler));
    servers.push({ name, url: node.url, received: receivedBy(node) });
  }
  for (const [name, reply] of Object.entries(RAW)) {
    let received = "";
    const server = await startRawServer((socket) => {
      socket.once("data", (bytes) => {
        received += bytes.toString("latin1");
        socket.end(reply(bytes.toString("latin1")));
      });
    });
    kept(server);
    servers.push({ name, url: server.url, received: () => received });
  }
  const pinned = kept(await startFakeNode(HANDLERS.htmlError ?? well, { tls: certificate }));
  const plain = kept(await startFakeNode(well));
  return {
    servers: [
      ...servers,
      { name: "hang", url: kept(await startRawServer(hang)).url },
      { name: "reset", url: kept(await startRawServer(resetAtOnce)).url },
      { name: "tlsTrusted", url: pinned.url, tls: { insecure: true }, received: receivedBy(pinned) },
      { name: "tlsUntrusted", url: pinned.url },
      { name: "tlsOtherPin", url: pinned.url, tls: { pin: "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU" } },
      { name: "tlsToPlainPort", url: plain.url.replace("http:", "https:") },
      { name: "nowhere", url: "http://127.0.0.1:1" },
      { name: "noSuchName", url: "http://node.invalid:8888" },
    ],
    async close() {
      await Promise.all(open.map((server) => server.close()));
    },
  };
}
