import { linkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createSelfSignedCertificate } from "../../src/demo/certificate.ts";
import { fileSecret, inlineSecret } from "../../src/lib/secret.ts";
import type { FailureReason, NodeError } from "../../src/model/failure.ts";
import { callJson } from "../../src/rpc/call.ts";
import type { RpcClient, RpcClientOptions } from "../../src/rpc/client.ts";
import { DialError } from "../../src/rpc/dial/happy-eyeballs.ts";
import type { RpcRequest } from "../../src/rpc/message.ts";
import { apiPath, parseNodeUrl } from "../../src/rpc/node-url.ts";
import { CutOffError, isClosedSocket, requestFailure } from "../../src/rpc/request-failure.ts";
import type { Auth } from "../../src/rpc/settings.ts";
import type { Answer, OnSocket, ReceivedRequest } from "../support/fake-node.ts";
import { answerBytes, closeWithoutAByte, endlessBody, hang, resetAtOnce, truncatedBody } from "../support/faults.ts";
import { freePort, tempFolder } from "../support/servers.ts";
import { fakeNode, patience, printed, rawServer, refusal, rpcClient } from "./support.ts";

/** In every credential, and in the user, path and query of every URL; never to be seen in an error. */
const CANARY = "c4nary";
const IN_BASE64 = Buffer.from(`${CANARY}-user:${CANARY}-secret`).toString("base64");

const secret = inlineSecret(`${CANARY}-secret`);
const bearer: Auth = { kind: "bearer", token: secret };
const digest: Auth = { kind: "digest", username: `${CANARY}-user`, password: secret };

/** The URL as an operator of a gateway would write it: tokens wherever one can stand. */
function withTokens(url: string): string {
  if (url.startsWith("unix:")) return url;
  const { protocol, host } = new URL(url);
  return `${protocol}//${CANARY}-user:${CANARY}-pass@${host}/${CANARY}-path/?${CANARY}=query`;
}

function post(client: RpcClient): RpcRequest {
  return { name: "get_info", method: "POST", path: apiPath(client.url, "/json_rpc"), body: "{}" };
}

type Options = Partial<Omit<RpcClientOptions, "url">>;

async function failureAt(url: string, options: Options = {}, signal = patience()): Promise<NodeError> {
  const client = rpcClient(withTokens(url), { auth: bearer, ...options });
  return refusal(callJson(client, post(client), signal));
}

function expectNoSecret(error: NodeError): void {
  const text = printed(error);
  expect(text).not.toContain(CANARY);
  expect(text).not.toContain(IN_BASE64);
  // As inspect prints bytes.
  expect(text).not.toContain(
    Buffer.from(CANARY)
      .toString("hex")
      .replace(/..(?=.)/g, "$& "),
  );
}

/** Answers with what it was sent, after some bytes of its own. */
function echo(before: string, after = ""): OnSocket {
  return (socket) => {
    socket.once("data", (chunk) => socket.end(Buffer.concat([Buffer.from(before), chunk, Buffer.from(after)])));
  };
}

const selfSigned = createSelfSignedCertificate({ commonName: "node", altNames: ["127.0.0.1"] });
const otherName = createSelfSignedCertificate({ commonName: "node", altNames: ["node.example"] });

function file(content: string): string {
  const path = join(tempFolder(), "file");
  writeFileSync(path, content);
  return path;
}

async function plain(onSocket: OnSocket, options?: Options): Promise<NodeError> {
  return failureAt((await rawServer(onSocket)).url, options);
}

async function https(onSocket: OnSocket, options?: Options): Promise<NodeError> {
  return failureAt((await rawServer(onSocket)).url.replace("http:", "https:"), options);
}

async function tls(certificate: { key: string; cert: string }, options?: Options): Promise<NodeError> {
  return failureAt((await fakeNode(() => ({}), { tls: certificate })).url, options);
}

async function answered(answer: (request: ReceivedRequest) => Answer, options?: Options): Promise<NodeError> {
  return failureAt((await fakeNode(answer)).url, options);
}

/** All that the server was told, as headers of its answer and in its body. */
function echoed(status: number, headers: Record<string, string> = {}): (request: ReceivedRequest) => Answer {
  return ({ url, headers: received }) => {
    const all = `${url} ${JSON.stringify(received)}`;
    const challenge = `Digest realm="${CANARY}", nonce="${CANARY}", qop="auth"`;
    return {
      status,
      headers: { location: url, "retry-after": all, "x-echo": all, "www-authenticate": challenge, ...headers },
      body: all,
    };
  };
}

const FAILURES: readonly (readonly [string, () => Promise<NodeError>, FailureReason, RegExp, RegExp])[] = [
  // Before a connection stands
  [
    "a name that does not exist",
    () => failureAt("http://no-such-node.invalid:8888"),
    "dns",
    /does not resolve \((ENOTFOUND|EAI_AGAIN|EAI_FAIL)\)/,
    /host name/,
  ],
  [
    "a port that nobody listens on",
    async () => failureAt(`http://127.0.0.1:${await freePort()}`),
    "connect",
    /refused \(ECONNREFUSED\)/,
    /node runs/,
  ],
  [
    "a unix socket that does not exist",
    () => failureAt(`unix:${join(tempFolder(), "node.sock")}`),
    "connect",
    /no connection \(ENOENT\)/,
    /socket's path/,
  ],
  [
    "a unix socket that is a file",
    () => failureAt(`unix:${file("")}`),
    "connect",
    /ECONNREFUSED|ENOTSOCK/,
    /socket's path/,
  ],
  [
    "a unix socket that is left over",
    () => leftOverSocket().then((path) => failureAt(`unix:${path}`)),
    "connect",
    /ECONNREFUSED/,
    /socket's path/,
  ],
  ["a client that is closed", () => closedClient(), "connect", /no connection/, /./],
  // TLS
  ["a certificate of nobody", () => tls(selfSigned), "tls", /DEPTH_ZERO_SELF_SIGNED_CERT/, /tls\.ca_file/],
  [
    "a certificate for another name",
    () => tls(otherName, { tls: { kind: "ca", caFile: file(otherName.cert) } }),
    "tls",
    /ALTNAME_INVALID/,
    /tls\.server_name.*tls\.pin/,
  ],
  [
    "a certificate with another id",
    () => tls(selfSigned, { tls: { kind: "pin", sha256: Buffer.alloc(32) } }),
    "tls_pin",
    /presented a certificate with the id/,
    /tls\.pin/,
  ],
  [
    "a pin without TLS",
    () => plain(hang, { tls: { kind: "pin", sha256: Buffer.alloc(32) } }),
    "tls_pin",
    /presented no certificate/,
    /https:/,
  ],
  [
    "a CA file that is missing",
    () => https(hang, { tls: { kind: "ca", caFile: "/nowhere/ca.pem" } }),
    "tls",
    /cannot read a CA file below \/ \(ENOENT: no such file\)/,
    /tls\.ca_file/,
  ],
  ["a hang-up in the TLS handshake", () => https(closeWithoutAByte), "tls", /ECONNRESET/, /speaks TLS/],
  [
    "a reset in the TLS handshake",
    () => https((socket) => void socket.once("data", () => socket.resetAndDestroy())),
    "connect",
    /closed early \(ECONNRESET\)/,
    /restarting/,
  ],
  ["garbage in the TLS handshake", () => https(echo("hello ")), "tls", /ERR_SSL|EPROTO/, /plain HTTP/],
  // No whole answer
  [
    "a reset at once",
    () => plain(resetAtOnce),
    "connect",
    /closed early \((ECONNRESET|EPIPE)\)/,
    /https:.*rpc-max-connections/,
  ],
  ["a hang-up without a byte", () => plain(closeWithoutAByte), "connect", /closed early \(ECONNRESET\)/, /https:/],
  ["a hang-up in the status line", () => plain(answerBytes("HTTP/1.1 2")), "connect", /closed early/, /./],
  ["a body that is cut off", () => plain(truncatedBody("{")), "http", /was cut off/, /proxy/],
  ["a body that is reset", () => plain(resetInBody), "http", /was cut off/, /proxy/],
  [
    "a last body that is cut off",
    () => plain(answerBytes("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 9\r\n\r\n{")),
    "http",
    /was cut off/,
    /proxy/,
  ],
  [
    "a chunked body that is cut off",
    () => plain(answerBytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{")),
    "http",
    /was cut off/,
    /proxy/,
  ],
  ["silence", () => patienceOf(100), "timeout", /no complete response in time/, /raise timeout/],
  // Not HTTP
  [
    "another protocol",
    () => plain(answerBytes("SSH-2.0-OpenSSH_9.6\r\n")),
    "http",
    /not valid HTTP/,
    /speaks HTTP.*https:/,
  ],
  ["the request itself", () => plain(echo("")), "http", /not valid HTTP/, /speaks HTTP/],
  [
    "the request as a header",
    () => plain(echo("HTTP/1.1 200 OK\r\nContent-Length: 9\r\nX-Echo: ")),
    "http",
    /not valid HTTP/,
    /./,
  ],
  [
    "the request as a chunk",
    () => plain(echo("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")),
    "http",
    /not valid HTTP/,
    /speaks HTTP/,
  ],
  [
    "TLS where plain HTTP was asked for",
    () => plain(answerBytes(Buffer.from("15030300020228", "hex"))),
    "http",
    /not valid HTTP/,
    /https:/,
  ],
  [
    "two lengths",
    () => plain(answerBytes("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}")),
    "http",
    /not valid HTTP/,
    /./,
  ],
  // Too much
  [
    "a body without end",
    () => plain(endlessBody(CANARY)),
    "too_large",
    /at most 3MiB \(limits\.bytes\), found more/,
    /URL/,
  ],
  [
    "a head that is too long",
    () => plain(echo(`HTTP/1.1 200 OK\r\nX-Echo: ${"x".repeat(20_000)}`)),
    "too_large",
    /expected headers of at most 16KiB, found more/,
    /URL/,
  ],
  // Answers that say no
  ["a redirect", () => answered(echoed(302)), "http", /found 302/, /not followed/],
  ["a bad request", () => answered(echoed(400)), "http", /found 400/, /log/],
  ["no right to be here", () => answered(echoed(401)), "unauthorized", /found 401/, /auth\.digest/],
  [
    "a login that is refused",
    () => answered(echoed(401), { auth: digest }),
    "unauthorized",
    /found 401/,
    /auth\.digest/,
  ],
  ["no right to do this", () => answered(echoed(403)), "unauthorized", /found 403/, /access list/],
  ["an unknown path", () => answered(echoed(404)), "not_found", /found 404/, /path.*token/],
  ["too many requests", () => answered(echoed(429)), "rate_limited", /found 429/, /interval/],
  ["an error of the server", () => answered(echoed(500)), "http", /found 500/, /log/],
  ["an error of a proxy", () => answered(echoed(502)), "http", /found 502/, /proxy/],
  [
    "the request where JSON was expected",
    () => answered(echoed(200)),
    "bad_json",
    /expected JSON, found \d+ characters of other text/,
    /proxy or login page/,
  ],
  // Our side
  [
    "a secret that cannot be read",
    () => plain(hang, { auth: { kind: "bearer", token: fileSecret("/nowhere/token") } }),
    "unauthorized",
    /cannot read a secret file below \/ \(ENOENT: no such file\)/,
    /auth block/,
  ],
  [
    "a secret with a line break",
    () => plain(hang, { auth: { kind: "header", name: "X-Key", value: inlineSecret(`${CANARY}\n${CANARY}`) } }),
    "unauthorized",
    /line break/,
    /auth block/,
  ],
  [
    "a header that HTTP clients set themselves",
    () => plain(hang, { auth: { kind: "header", name: "Transfer-Encoding", value: secret } }),
    "internal",
    /unexpected error in the HTTP client/,
    /bug/,
  ],
  [
    "a header that the HTTP client does not do",
    () => plain(hang, { auth: { kind: "header", name: "Expect", value: secret } }),
    "internal",
    /unexpected error in the HTTP client/,
    /bug/,
  ],
];

const resetInBody: OnSocket = (socket) => {
  socket.once("data", () => {
    socket.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", () => socket.resetAndDestroy());
  });
};

async function patienceOf(milliseconds: number): Promise<NodeError> {
  const server = await rawServer(hang);
  return failureAt(server.url, {}, AbortSignal.timeout(milliseconds));
}

async function closedClient(): Promise<NodeError> {
  const client = rpcClient(withTokens("http://127.0.0.1:1"), { auth: bearer });
  await client.close();
  return refusal(client.request(post(client), patience()));
}

/** A socket whose server was killed: the file stays. */
async function leftOverSocket(): Promise<string> {
  const path = join(tempFolder(), "node.sock");
  const kept = join(tempFolder(), "kept.sock");
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  linkSync(path, kept);
  await new Promise((resolve) => server.close(resolve));
  return kept;
}

describe("a request that meets", () => {
  it.each(FAILURES)("%s fails for one reason and shows no secret", async (_, provoke, reason, message, advice) => {
    const error = await provoke();
    expect(error.failure.reason).toBe(reason);
    expect(error.failure.message).toMatch(message);
    expect(error.failure.advice).toMatch(advice);
    expectNoSecret(error);
  });

  it.each<[string, Auth]>([
    ["basic", { kind: "basic", username: `${CANARY}-user`, password: secret }],
    ["bearer", bearer],
    ["header", { kind: "header", name: "X-Key", value: secret }],
  ])("a server that sends everything back shows no secret with %s", async (_, auth) => {
    for (const before of ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"]) {
      expectNoSecret(await plain(echo(before), { auth }));
    }
    for (const status of [200, 401, 429, 503]) expectNoSecret(await answered(echoed(status), { auth }));
  });

  it("a bug of the exporter keeps its cause for the log; nothing else has one, as it may quote the server", async () => {
    const internal = await plain(hang, { auth: { kind: "header", name: "Expect", value: secret } });
    expect(internal.cause).toBeInstanceOf(Error);
    expect((await plain(echo(""))).cause).toBeUndefined();
  });
});

describe("requestFailure", () => {
  const request = { url: parseNodeUrl("http://127.0.0.1:8888"), call: "/v1/chain/get_info", signal: patience() };
  const coded = (code: string, text = CANARY) => Object.assign(new Error(text), { code });
  const dialError = (...codes: readonly string[]) =>
    new DialError(codes.map((code, index) => ({ label: `192.0.2.${index}:1`, code })));

  it.each<[FailureReason, readonly string[]]>([
    ["dns", ["ENOTFOUND", "EAI_AGAIN", "EAI_FAIL", "EAI_NODATA", "EAI_NONAME"]],
    ["connect", ["ECONNREFUSED", "ECONNRESET", "EPIPE", "EHOSTUNREACH", "ENETUNREACH", "ENOENT", "EACCES", "EMFILE"]],
    ["connect", ["CLIENT_CLOSED", "ENOBUFS", "EAFNOSUPPORT"]],
    ["timeout", ["ETIMEDOUT", "DIAL_TIMEOUT"]],
    ["tls", ["EPROTO", "DEPTH_ZERO_SELF_SIGNED_CERT", "SELF_SIGNED_CERT_IN_CHAIN", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"]],
    ["tls", ["CERT_HAS_EXPIRED", "CERT_NOT_YET_VALID", "CERT_REVOKED", "HOSTNAME_MISMATCH", "CRL_HAS_EXPIRED"]],
    ["tls", ["ERR_SSL_WRONG_VERSION_NUMBER", "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION", "ERR_TLS_CERT_ALTNAME_INVALID"]],
    ["http", ["HPE_INVALID_CONSTANT", "HPE_INVALID_CHUNK_SIZE", "UNASKED_UPGRADE"]],
    ["internal", ["INVALID_REQUEST", "ERR_INVALID_CHAR", "ERR_UNESCAPED_CHARACTERS", "ERR_ASSERTION"]],
  ])("%s: %j", (reason, codes) => {
    for (const code of codes) {
      const failure = requestFailure(coded(code), request);
      expect(failure.reason, code).toBe(reason);
      expect(failure.message).toMatch(/^\/v1\/chain\/get_info at http:\/\/127\.0\.0\.1:8888: /);
      expect(JSON.stringify(failure)).not.toContain(CANARY);
    }
  });

  it.each<[string, unknown, FailureReason]>([
    ["an answer that was cut off", new CutOffError(), "http"],
    ["all addresses of a name", dialError("ENETUNREACH", "ECONNREFUSED"), "connect"],
    ["addresses that time out", dialError("ENETUNREACH", "ETIMEDOUT"), "timeout"],
    ["a TimeoutError", new DOMException("", "TimeoutError"), "timeout"],
    ["a bug", new TypeError(CANARY), "internal"],
    ["something thrown that is no error", CANARY, "internal"],
  ])("%s", (_, error, reason) => {
    const failure = requestFailure(error, request);
    expect(failure.reason).toBe(reason);
    expect(JSON.stringify(failure)).not.toContain(CANARY);
  });

  it("names the addresses that were tried, each with what it said", () => {
    expect(requestFailure(dialError("ENETUNREACH", "ECONNREFUSED"), request).message).toMatch(
      /: no connection to any address \(192\.0\.2\.0:1: no route \(ENETUNREACH\), 192\.0\.2\.1:1: refused \(ECONNREFUSED\)\)$/,
    );
    expect(requestFailure(dialError("ECONNREFUSED"), request).message).toMatch(
      /: the connection was refused \(ECONNREFUSED\): 192\.0\.2\.0:1$/,
    );
  });

  it("names what the dial waited for when time is over", () => {
    const waitedFor = "192.0.2.0:1: no answer yet";
    for (const error of [new DOMException("", "TimeoutError"), coded("DIAL_TIMEOUT")]) {
      const failure = requestFailure(error, { ...request, waitedFor });
      expect(failure).toMatchObject({ reason: "timeout" });
      expect(failure.message).toMatch(/: no connection in time \(192\.0\.2\.0:1: no answer yet\)$/);
    }
  });

  it("is a timeout whenever the signal has ended", () => {
    const signal = AbortSignal.abort(new Error(CANARY));
    const failure = requestFailure(coded("ECONNREFUSED"), { ...request, signal });
    expect(failure.reason).toBe("timeout");
    expect(JSON.stringify(failure)).not.toContain(CANARY);
  });
});

describe("isClosedSocket", () => {
  it.each([
    ["ECONNRESET", true],
    ["EPIPE", true],
    ["ECONNREFUSED", false],
  ])("%s: %j", (code, expected) => {
    expect(isClosedSocket(Object.assign(new Error(), { code }))).toBe(expected);
  });
});
