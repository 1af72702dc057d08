import { connect, type Socket } from "node:net";
import { describe, expect, it, vi } from "vitest";
import { createSelfSignedCertificate } from "../../../src/demo/certificate.ts";
import { inlineSecret } from "../../../src/lib/secret.ts";
import type { FailureReason } from "../../../src/model/failure.ts";
import type { RpcClientOptions } from "../../../src/rpc/client.ts";
import { network } from "../../../src/rpc/dial/socket.ts";
import type { ProxyServer, ProxySettings } from "../../../src/rpc/settings.ts";
import { type Handler, json, type OnSocket } from "../../support/fake-node.ts";
import { answerBytes, closeWithoutAByte, hang } from "../../support/faults.ts";
import { freePort } from "../../support/servers.ts";
import {
  fakeNode,
  GET,
  POST,
  patience,
  printed,
  rawServer,
  refusal,
  refusalAtDeadline,
  rpcClient,
} from "../support.ts";

const LOGIN = { username: "c4nary-user", password: inlineSecret("c4nary-secret") };
const BASIC = `Basic ${Buffer.from("c4nary-user:c4nary-secret").toString("base64")}`;

type Kind = ProxyServer["kind"];

function settings(kind: Kind, port: number, more: Partial<ProxyServer> = {}): ProxySettings {
  const label = `${kind}://127.0.0.1:${port}`;
  const proxy: ProxyServer = { kind, label, hostname: "127.0.0.1", port, login: undefined, ...more };
  return { http: proxy, https: proxy, except: [], origin: "proxy_url" };
}

async function proxied(kind: Kind, onSocket: OnSocket, more: Partial<ProxyServer> = {}) {
  const server = await rawServer(onSocket);
  return { server, proxy: settings(kind, server.port, more) };
}

/** A client that needs a tunnel. */
const TUNNEL = { hostHeader: "api.example" } as const;

async function failure(
  proxy: ProxySettings,
  options: Partial<RpcClientOptions> = TUNNEL,
  url = "http://node.example:18081",
) {
  const error = await refusal(rpcClient(url, { ...options, proxy }).request(GET, patience()));
  expect(printed(error)).not.toMatch(/c4nary|YzRuYXJ5/);
  return error.failure;
}

/** A tunnel to the server of this port, wherever the client wants to go, after its first message was answered. */
function passTo(port: number, socket: Socket): void {
  const inner = connect(port, "127.0.0.1");
  inner.on("error", () => socket.destroy());
  socket.pipe(inner).pipe(socket);
}

describe("an HTTP proxy", () => {
  const ok: Handler = () => json({ well: true });

  it("gets whole requests for plain http, with its login, and the name unresolved", async () => {
    const lookup = vi.spyOn(network, "lookup");
    const node = await fakeNode(ok);
    const client = rpcClient("http://node.example:18081/base", {
      proxy: settings("http", node.port, { login: LOGIN }),
    });
    expect((await client.request(POST, patience())).status).toBe(200);
    expect(node.requests[0]).toMatchObject({ url: "http://node.example:18081/json_rpc" });
    expect(node.requests[0]?.headers).toMatchObject({ host: "node.example:18081", "proxy-authorization": BASIC });
    expect(lookup).not.toHaveBeenCalled();
    lookup.mockRestore();
  });

  it.each<[string, Partial<RpcClientOptions>]>([
    ["digest", { auth: { kind: "digest", username: "u", password: inlineSecret("a secret") } }],
    ["another Host header", TUNNEL],
  ])("gets CONNECT where there is %s", async (_, options) => {
    const node = await fakeNode(ok);
    const asked: string[] = [];
    const { proxy } = await proxied(
      "http",
      (socket) => {
        socket.once("data", (bytes) => {
          asked.push(bytes.toString());
          socket.write("HTTP/1.1 200 Connection established\r\nVia: 1.1 fake\r\n\r\n");
          passTo(node.port, socket);
        });
      },
      { login: LOGIN },
    );
    const client = rpcClient("http://node.example", { ...options, proxy });
    for (let n = 0; n < 3; n += 1) expect((await client.request(GET, patience())).status).toBe(200);
    expect(asked).toEqual([
      `CONNECT node.example:80 HTTP/1.1\r\nHost: node.example:80\r\nProxy-Authorization: ${BASIC}\r\n\r\n`,
    ]);
    expect(node.requests[0]?.headers).not.toHaveProperty("proxy-authorization");
  });

  it("gets CONNECT for https, in whose tunnel TLS verifies the node", async () => {
    const certificate = createSelfSignedCertificate({ commonName: "node" });
    const node = await fakeNode(ok, { tls: certificate });
    const { proxy } = await proxied("http", (socket) => {
      socket.once("data", () => {
        // In two pieces.
        socket.write("HTTP/1.1 200 OK\r\n", () => socket.write("\r\n"));
        passTo(node.port, socket);
      });
    });
    const pin = (sha256: Buffer) => ({ kind: "pin", sha256 }) as const;
    const right = rpcClient("https://node.example", { proxy, tls: pin(Buffer.from(certificate.peerId, "base64url")) });
    expect((await right.request(GET, patience())).status).toBe(200);
    expect(right.presented().currentExpirySeconds).toBeGreaterThan(0);
    const { reason } = await failure(proxy, { tls: pin(Buffer.alloc(32)) }, "https://node.example");
    expect(reason).toBe("tls_pin");
  });

  it.each<[string, FailureReason, RegExp]>([
    ["403 Filtered", "http", /allow CONNECT.*SSL_ports.*ConnectPort/],
    ["404 Not Found", "http", /a proxy that allows CONNECT/],
    ["405 Not Allowed", "http", /allow CONNECT/],
    [
      "407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=x",
      "unauthorized",
      /wants a login: set proxy_url/,
    ],
    ["407 No\r\nProxy-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM", "unauthorized", /Negotiate or NTLM/],
    ["500 Unable to connect", "connect", /proxy cannot reach the node/],
    ["501 Unsupported method ('CONNECT')", "http", /a proxy that allows CONNECT/],
    ["502 Bad Gateway", "connect", /proxy cannot reach the node/],
    ["503 Service Unavailable", "connect", /proxy cannot reach the node/],
    ["504 Gateway Timeout", "timeout", /proxy cannot reach the node/],
    ["418 Teapot", "http", /proxy's own log/],
  ])("refuses a tunnel with %j", async (status, reason, advice) => {
    const { proxy } = await proxied(
      "http",
      answerBytes(`HTTP/1.1 ${status}\r\nContent-Length: 900\r\n\r\n<html>c4nary`),
    );
    expect(await failure(proxy)).toMatchObject({
      reason,
      message: `the proxy ${proxy.http?.label} refused CONNECT node.example:18081 with ${status.slice(0, 3)}`,
      advice: expect.stringMatching(advice),
    });
  });

  it.each(["HTTP/1.1 407 No", "HTTP/1.0 401 Unauthorized\r\nServer: tinyproxy/1.11.1"])(
    "refuses a login with %j",
    async (head) => {
      const { proxy } = await proxied("http", answerBytes(`${head}\r\n\r\n`), { login: LOGIN });
      for (const options of [TUNNEL, {}]) {
        expect(await failure(proxy, options)).toMatchObject({
          reason: "unauthorized",
          advice: expect.stringContaining("refused this login"),
        });
      }
    },
  );

  it("may send 100 Continue before its answer to CONNECT", async () => {
    const node = await fakeNode(ok);
    const { proxy } = await proxied("http", (socket) => {
      socket.once("data", () => {
        socket.write("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Con", () => {
          socket.write("tinue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n");
          passTo(node.port, socket);
        });
      });
    });
    const client = rpcClient("http://node.example", { ...TUNNEL, proxy });
    expect((await client.request(GET, patience())).status).toBe(200);
  });

  it.each<[string, OnSocket, RegExp]>([
    ["hangs up", closeWithoutAByte, /closed the connection$/],
    ["hangs up in its headers", answerBytes("HTTP/1.1 200 OK\r\nX: "), /sent half an answer$/],
    ["is another server", answerBytes("SSH-2.0-OpenSSH_9.6\r\n"), /sent something else than HTTP$/],
    [
      "sends endless headers",
      answerBytes(`HTTP/1.1 200 OK\r\nX: ${"x".repeat(40_000)}`),
      /sent more than 16384 bytes$/,
    ],
    ["speaks first", answerBytes("HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"), /sent more than its answer$/],
  ])("that %s is told", async (_, onSocket, message) => {
    const { proxy, server } = await proxied("http", onSocket);
    expect(await failure(proxy)).toMatchObject({ reason: "connect", message: expect.stringMatching(message) });
    await expect.poll(server.openConnections).toBe(0);
  });

  it.each<[number, Record<string, string>, FailureReason, RegExp]>([
    [
      407,
      { "proxy-authenticate": "Basic" },
      "unauthorized",
      /refused a request to http:\/\/node\.example:18081 with 407$/,
    ],
    [502, {}, "http", /answered 502 for http:\/\/node\.example:18081$/],
    [504, {}, "http", /answered 504/],
    [503, { "x-squid-error": "ERR_CONNECT_FAIL 111" }, "http", /answered 503/],
    [500, { server: "tinyproxy/1.11.1" }, "http", /answered 500/],
    [403, { "proxy-status": "p; error=http_request_denied" }, "http", /refused a request .* with 403$/],
  ])("answers a whole request with its own %d", async (status, headers, reason, message) => {
    const node = await fakeNode(() => ({ status, headers, body: "c4nary" }));
    const found = await failure(settings("http", node.port), {});
    expect(found).toMatchObject({ reason, message: expect.stringMatching(message) });
    expect(found.message).toContain(`the proxy http://127.0.0.1:${node.port}`);
  });

  it.each<[string, OnSocket, FailureReason]>([
    ["closes the connection", closeWithoutAByte, "connect"],
    ["is another server", answerBytes("SSH-2.0-OpenSSH_9.6\r\n"), "http"],
  ])("that %s in place of a whole request's answer is told as the proxy's", async (_, onSocket, reason) => {
    const { proxy } = await proxied("http", onSocket);
    expect(await failure(proxy, {})).toMatchObject({
      reason,
      advice: "check the scheme and the port in proxy_url, and the proxy's own log",
    });
  });

  it("passes the node's own errors on", async () => {
    const node = await fakeNode(() => ({ status: 500, headers: { server: "nodeos" }, body: "{}" }));
    const client = rpcClient("http://node.example", { proxy: settings("http", node.port) });
    expect((await client.request(GET, patience())).status).toBe(500);
    expect(client.through).toBe(` through the proxy http://127.0.0.1:${node.port}`);
  });

  it("that nobody runs is told", async () => {
    const port = await freePort();
    expect(await failure(settings("http", port))).toMatchObject({
      reason: "connect",
      message: `the proxy http://127.0.0.1:${port}: the connection was refused (ECONNREFUSED)`,
      advice: expect.stringContaining("proxy_url"),
    });
  });

  it("whose name does not resolve is told", async () => {
    const found = await failure(
      settings("http", 1, { hostname: "no-proxy.invalid", label: "http://no-proxy.invalid:1" }),
    );
    expect(found).toMatchObject({
      reason: "dns",
      message: expect.stringContaining("the proxy http://no-proxy.invalid:1:"),
    });
  });

  it("that does not answer ends with the signal, which names it", async () => {
    const { proxy, server } = await proxied("http", hang);
    const client = rpcClient("http://node.example:18081", { ...TUNNEL, proxy });
    const { error } = await refusalAtDeadline(client, () => server.bytesReceived() > 0);
    expect(error.failure).toMatchObject({
      reason: "timeout",
      message: `info at http://node.example:18081 through the proxy ${proxy.http?.label}: no connection in time (the proxy ${proxy.http?.label} has not answered CONNECT node.example:18081 yet)`,
    });
    await expect.poll(server.openConnections).toBe(0);
    const whole = await refusalAtDeadline(rpcClient("http://node.example:18081", { proxy }), 100);
    expect(whole.error.failure.advice).toMatch(/^check that the proxy works, the scheme and the port in proxy_url/);
  });

  it("over https must have the certificate of an authority", async () => {
    const server = await fakeNode(ok, {
      tls: createSelfSignedCertificate({ commonName: "p", altNames: ["127.0.0.1"] }),
    });
    expect(await failure(settings("https", server.port))).toMatchObject({
      reason: "tls",
      message: expect.stringMatching(/^the proxy https:\/\/127\.0\.0\.1:\d+: .*SELF_SIGNED/),
      advice: expect.stringContaining("NODE_EXTRA_CA_CERTS"),
    });
  });
});

describe("a SOCKS proxy", () => {
  /** Answers each message of the client with the next of these, in hex, and remembers what came. */
  function script(answers: readonly string[], asked: string[] = [], port?: number): OnSocket {
    return (socket) => {
      const left = [...answers];
      const step = (bytes: Buffer) => {
        asked.push(bytes.toString("hex"));
        socket.write(Buffer.from(left.shift() ?? "", "hex"));
        if (left.length > 0) return;
        socket.off("data", step);
        if (port !== undefined) passTo(port, socket);
      };
      socket.on("data", step);
    };
  }
  const CONNECTED = "05000001000000000000";
  const hex = (text: string) => Buffer.from(text).toString("hex");

  it.each([
    ["http://node.example:18081", `050100030c${hex("node.example")}46a1`],
    ["http://192.0.2.1:18081", "05010001c000020146a1"],
    ["http://[2001:db8::1]", "0501000420010db80000000000000000000000010050"],
  ])("connects to %s", async (url, request) => {
    const node = await fakeNode(() => json({}));
    const asked: string[] = [];
    const { proxy } = await proxied("socks5h", script(["0500", CONNECTED], asked, node.port));
    const client = rpcClient(url, { proxy });
    for (let n = 0; n < 2; n += 1) expect((await client.request(GET, patience())).status).toBe(200);
    expect(asked).toEqual(["050100", request]);
    expect(node.requests[0]?.url).toBe("/info");
  });

  it("gets the login it asks for, and answers with a name as address", async () => {
    const node = await fakeNode(() => json({}));
    const asked: string[] = [];
    const answer = `05000003${"02"}${hex("me")}0000`;
    const { proxy } = await proxied("socks5h", script(["0502", "0100", answer], asked, node.port), { login: LOGIN });
    expect((await rpcClient("http://n", { proxy }).request(GET, patience())).status).toBe(200);
    expect(asked).toEqual([
      "05020002",
      `010b${hex("c4nary-user")}0d${hex("c4nary-secret")}`,
      `0501000301${hex("n")}0050`,
    ]);
  });

  it.each<[string, readonly string[], FailureReason, RegExp]>([
    ["wants a login", ["05ff"], "unauthorized", /accepts none of the offered SOCKS logins/],
    ["a rule", ["0500", "0502"], "connect", /rules do not allow it/],
    ["no network", ["0500", "05030001000000000000"], "connect", /network unreachable/],
    ["no host", ["0500", "05040001000000000000"], "connect", /host unreachable/],
    ["a closed port", ["0500", "05050001000000000000"], "connect", /connection refused/],
    ["time", ["0500", "05060001000000000000"], "timeout", /TTL expired/],
    ["an unknown code", ["0500", "05990001000000000000"], "connect", /error 153/],
    ["an unknown onion", ["0500", "05f00001000000000000"], "dns", /descriptor not found/],
    ["a private onion", ["0500", "05f40001000000000000"], "unauthorized", /client authorization/],
    ["a wrong onion", ["0500", "05f60001000000000000"], "dns", /not a valid onion address/],
    ["HTTP", [hex("HTTP/1.1 400 Bad Request\r\n\r\n")], "connect", /does not speak SOCKS 5/],
    ["SOCKS 4", ["045b"], "connect", /does not speak SOCKS 5/],
    ["another login", ["0501"], "connect", /not offered/],
    ["too much", ["0500", `${CONNECTED}00`], "connect", /sent more than its answer/],
  ])("fails with %s in words", async (_, answers, reason, message) => {
    const { proxy, server } = await proxied("socks5h", script(answers));
    const found = await failure(proxy, {});
    expect(found).toMatchObject({ reason, message: expect.stringMatching(message) });
    expect(found.message).toContain(`the proxy ${proxy.http?.label}`);
    await expect.poll(server.openConnections).toBe(0);
  });

  it("refuses a login", async () => {
    const { proxy } = await proxied("socks5h", script(["0502", "0101"]), { login: LOGIN });
    expect(await failure(proxy, {})).toMatchObject({
      reason: "unauthorized",
      advice: expect.stringContaining("proxy_url"),
    });
  });

  it("that hangs up is told", async () => {
    const { proxy } = await proxied("socks5h", closeWithoutAByte);
    expect(await failure(proxy, {})).toMatchObject({
      reason: "connect",
      message: expect.stringMatching(/closed the connection$/),
    });
  });

  it("that does not connect ends with the signal", async () => {
    const asked: string[] = [];
    const { proxy } = await proxied("socks5h", script(["0500", ""], asked));
    const client = rpcClient("http://node.example:18081", { proxy });
    const { error } = await refusalAtDeadline(client, () => asked.length === 2);
    expect(error.failure.message).toMatch(/has no connection to node\.example:18081 yet/);
  });

  it("gets names of Tor, which are never looked up", async () => {
    const lookup = vi.spyOn(network, "lookup");
    const node = await fakeNode(() => json({}));
    const { proxy } = await proxied("socks5h", script(["0500", CONNECTED], [], node.port));
    expect((await rpcClient("http://abcdef.onion:18081", { proxy }).request(GET, patience())).status).toBe(200);
    const without = await refusal(rpcClient("http://abcdef.onion:18081").request(GET, patience()));
    expect(without.failure).toMatchObject({ reason: "dns", advice: "set proxy_url: socks5h://127.0.0.1:9050 (Tor)" });
    expect(lookup).not.toHaveBeenCalled();
    lookup.mockRestore();
  });
});

describe("a host of no_proxy", () => {
  it("is asked directly", async () => {
    const node = await fakeNode(() => json({}));
    const proxy = { ...settings("http", await freePort()), except: [{ label: "x", matches: () => true }] };
    expect((await rpcClient(node.url, { proxy }).request(GET, patience())).status).toBe(200);
  });
});
