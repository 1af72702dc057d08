import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import type { AddressInfo, Socket } from "node:net";
import { dirname, join } from "node:path";
import { createServer, type TlsOptions } from "node:tls";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createSelfSignedCertificate } from "../../../src/demo/certificate.ts";
import { files } from "../../../src/lib/files/files.ts";
import type { FailureReason } from "../../../src/model/failure.ts";
import type { TlsVerification } from "../../../src/rpc/settings.ts";
import { json } from "../../support/fake-node.ts";
import { tempFolder, waitFor } from "../../support/servers.ts";
import { withResolvers } from "../../support/with-resolvers.ts";
import { closeLater, fakeNode, GET, patience, refusal, refusalAtDeadline, rpcClient } from "../support.ts";

const good = createSelfSignedCertificate({ commonName: "node", altNames: ["127.0.0.1", "localhost"] });
const otherName = createSelfSignedCertificate({ commonName: "node", altNames: ["node.example"] });
const expired = createSelfSignedCertificate({
  commonName: "node",
  altNames: ["127.0.0.1"],
  notBefore: new Date("2020-01-01T00:00:00Z"),
  notAfter: new Date("2021-01-01T00:00:00Z"),
});
const chainweb = createSelfSignedCertificate({ commonName: "203.0.113.7" });
const impostor = createSelfSignedCertificate({ commonName: "203.0.113.7" });

function caFile({ cert }: { readonly cert: string }): string {
  const path = join(tempFolder(), "ca.pem");
  writeFileSync(path, cert);
  return path;
}

const ca = (certificate: { readonly cert: string }, serverName?: string): TlsVerification => ({
  kind: "ca",
  caFile: caFile(certificate),
  serverName,
});
const pin = ({ peerId }: { readonly peerId: string }): TlsVerification => ({
  kind: "pin",
  sha256: Buffer.from(peerId, "base64url"),
});

/** Answers each request and counts what comes inside TLS; offers session resumption as every server does. */
async function tlsServer(options: TlsOptions & { readonly port?: number; readonly keepsAlive?: boolean }) {
  const seen = { connections: 0, handshakes: 0, resumed: 0, bytes: 0, requests: 0, serverNames: new Set<unknown>() };
  const open = new Set<Socket>();
  const server = createServer(options, (socket) => {
    seen.handshakes += 1;
    if (socket.isSessionReused()) seen.resumed += 1;
    seen.serverNames.add(Reflect.get(socket, "servername"));
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      seen.bytes += chunk.length;
      seen.requests += 1;
      const connection = options.keepsAlive === false ? "Connection: close\r\n" : "";
      socket.write(`HTTP/1.1 200 OK\r\n${connection}Content-Length: 2\r\n\r\n{}`);
      if (options.keepsAlive === false) socket.end();
    });
  });
  server.on("connection", (socket: Socket) => {
    seen.connections += 1;
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of open) socket.destroy();
    });
  return closeLater({ url: `https://127.0.0.1:${port}`, port, seen, open: () => open.size, close });
}

describe("verification by authorities", () => {
  it("passes for a certificate of the CA file with the name in the URL", async () => {
    const server = await tlsServer(good);
    const client = rpcClient(server.url, { tls: ca(good) });
    for (let n = 0; n < 3; n += 1) expect((await client.request(GET, patience())).status).toBe(200);
    expect(server.seen).toMatchObject({ connections: 1, handshakes: 1, requests: 3 });
  });

  it("passes for a host name, which the server learns", async () => {
    const server = await tlsServer(good);
    const client = rpcClient(server.url.replace("127.0.0.1", "localhost"), { tls: ca(good) });
    expect((await client.request(GET, patience())).status).toBe(200);
    expect([...server.seen.serverNames]).toEqual(["localhost"]);
  });

  it.each(["node.example", "node.example."])(
    "passes for another name with the server_name %s, which the server learns without a dot",
    async (name) => {
      const server = await tlsServer(otherName);
      const client = rpcClient(server.url, { tls: ca(otherName, name) });
      expect((await client.request(GET, patience())).status).toBe(200);
      expect([...server.seen.serverNames]).toEqual(["node.example"]);
    },
  );

  it("uses server_name where a Host header is configured too", async () => {
    const server = await tlsServer(otherName);
    const client = rpcClient(server.url, { tls: ca(otherName, "node.example"), hostHeader: "api.example:8888" });
    expect((await client.request(GET, patience())).status).toBe(200);
    expect([...server.seen.serverNames]).toEqual(["node.example"]);
  });

  it("keeps the name of the URL where only a Host header is configured", async () => {
    const server = await tlsServer(good);
    const client = rpcClient(server.url.replace("127.0.0.1", "localhost"), {
      tls: ca(good),
      hostHeader: "api.example",
    });
    expect((await client.request(GET, patience())).status).toBe(200);
    expect([...server.seen.serverNames]).toEqual(["localhost"]);
  });

  it.each<[string, TlsOptions, TlsVerification, RegExp, RegExp]>([
    ["another name", otherName, ca(otherName), /ERR_TLS_CERT_ALTNAME_INVALID/, /tls\.server_name.*tls\.pin/],
    ["a wrong server_name", good, ca(good, "node.example"), /ALTNAME_INVALID/, /tls\.server_name.*tls\.pin/],
    ["no name at all", chainweb, ca(chainweb), /ERR_TLS_CERT_ALTNAME_INVALID/, /tls\.pin/],
    ["no known authority", good, { kind: "ca" }, /DEPTH_ZERO_SELF_SIGNED_CERT/, /tls\.ca_file.*tls\.pin/],
    ["another authority", good, ca(otherName), /SELF_SIGNED|UNABLE_TO/, /tls\.ca_file.*tls\.pin/],
    ["an end in the past", expired, ca(expired), /CERT_HAS_EXPIRED/, /renew/],
  ])("refuses a certificate with %s, and sends it nothing", async (_, certificate, tls, message, advice) => {
    const server = await tlsServer(certificate);
    const { failure } = await refusal(rpcClient(server.url, { tls }).request(GET, patience()));
    expect(failure.reason).toBe("tls");
    expect(failure.message).toMatch(message);
    expect(failure.advice).toMatch(advice);
    await waitFor(() => server.open() === 0, "the connection to be closed");
    expect(server.seen).toMatchObject({ connections: 1, bytes: 0, requests: 0 });
  });

  it("refuses a certificate with another name each time immediately (the second request hung until its timeout)", async () => {
    const server = await tlsServer(otherName);
    const client = rpcClient(server.url, { tls: ca(otherName) });
    for (const attempt of [1, 2, 3]) {
      const { failure } = await refusal(client.request(GET, AbortSignal.timeout(5000)));
      expect([attempt, failure.reason]).toEqual([attempt, "tls"]);
    }
  });

  it("reads the CA file at each connection, so that a renewed one needs no restart", async () => {
    const server = await tlsServer({ ...good, keepsAlive: false });
    const path = caFile(otherName);
    const client = rpcClient(server.url, { tls: { kind: "ca", caFile: path } });
    expect((await refusal(client.request(GET, patience()))).failure.reason).toBe("tls");
    writeFileSync(path, good.cert);
    expect((await client.request(GET, patience())).status).toBe(200);
  });

  it("does not dial any more when the deadline passed while the CA file was read", async () => {
    const server = await tlsServer(good);
    const slow = withResolvers<Buffer>();
    const read = vi.spyOn(files, "read").mockReturnValueOnce(slow.promise);
    onTestFinished(() => read.mockRestore());
    const client = rpcClient(server.url, { tls: ca(good) });
    const { error } = await refusalAtDeadline(client, 50);
    expect(error.failure.reason).toBe("timeout");
    slow.resolve(Buffer.from(good.cert));
    expect((await client.request(GET, patience())).status).toBe(200);
    expect(server.seen.connections).toBe(1);
  });

  it("takes a file with several certificates", async () => {
    const server = await tlsServer(good);
    const tls = ca({ cert: `# ours\n${chainweb.cert}\n${good.cert}` });
    expect((await rpcClient(server.url, { tls }).request(GET, patience())).status).toBe(200);
  });

  it.each([
    ["is missing", undefined, "ENOENT"],
    ["is empty", "", "no PEM certificate"],
    ["holds no certificate", "not PEM", "no PEM certificate"],
    ["holds a key", good.key, "no PEM certificate"],
    ["holds a broken certificate", good.cert.replace(/\n..../, "\n????"), "no PEM certificate"],
  ])("fails where the CA file %s", async (_, content, message) => {
    const path = join(tempFolder(), "ca.pem");
    if (content !== undefined) writeFileSync(path, content);
    const server = await tlsServer(good);
    const client = rpcClient(server.url, { tls: { kind: "ca", caFile: path } });
    const { failure } = await refusal(client.request(GET, patience()));
    expect(failure).toMatchObject({ reason: "tls", advice: expect.stringContaining("tls.ca_file") });
    expect(failure.message).toContain(content === undefined ? dirname(path) : path);
    expect(failure.message).toContain(message);
    expect(server.seen.connections).toBe(0);
  });
});

describe.each(["TLSv1.2", "TLSv1.3"] as const)("a pin over %s", (version) => {
  const only = { minVersion: version, maxVersion: version };

  it("accepts the pinned certificate, whatever it contains", async () => {
    for (const certificate of [chainweb, good, expired]) {
      const server = await tlsServer({ ...certificate, ...only });
      const client = rpcClient(server.url, { tls: pin(certificate) });
      for (let n = 0; n < 3; n += 1) expect((await client.request(GET, patience())).status).toBe(200);
      expect(server.seen).toMatchObject({ connections: 1, requests: 3 });
    }
  });

  it("sends no byte to a server with another certificate", async () => {
    const server = await tlsServer({ ...impostor, ...only });
    const client = rpcClient(server.url, { tls: pin(chainweb) });
    for (let n = 1; n <= 3; n += 1) {
      const { failure } = await refusal(client.request({ ...GET, path: "/with/a/secret" }, patience()));
      expect(failure.reason).toBe("tls_pin");
      expect(failure.message).toContain(impostor.peerId);
      expect(failure.message).toContain(chainweb.peerId);
      expect(failure.advice).toContain("certificateChainFile");
      await waitFor(() => server.seen.connections === n && server.open() === 0, "the connection to be closed", {
        timeoutMs: 1000,
      });
    }
    expect(server.seen).toMatchObject({ connections: 3, bytes: 0, requests: 0 });
  });

  it("is compared at each connection: no session is resumed", async () => {
    const server = await tlsServer({ ...chainweb, ...only, keepsAlive: false });
    const client = rpcClient(server.url, { tls: pin(chainweb) });
    for (let n = 0; n < 5; n += 1) expect((await client.request(GET, patience())).status).toBe(200);
    expect(server.seen).toMatchObject({ connections: 5, handshakes: 5, requests: 5, resumed: 0 });
  });

  it("holds against an impostor at the same port who can resume sessions", async () => {
    const ticketKeys = randomBytes(48);
    const server = await tlsServer({ ...chainweb, ...only, ticketKeys });
    const client = rpcClient(server.url, { tls: pin(chainweb) });
    expect((await client.request(GET, patience())).status).toBe(200);
    await server.close();
    const taken = await tlsServer({ ...impostor, ...only, ticketKeys, port: server.port });
    for (let n = 0; n < 3; n += 1) {
      expect((await refusal(client.request(GET, patience()))).failure.reason).toBe("tls_pin");
    }
    await waitFor(() => taken.open() === 0, "the connections to be closed");
    expect(taken.seen).toMatchObject({ bytes: 0, requests: 0, resumed: 0 });
  });
});

describe("other ways", () => {
  it("a pin on an http:// URL sends nothing", async () => {
    const node = await fakeNode(() => json({}));
    const { failure } = await refusal(rpcClient(node.url, { tls: pin(chainweb) }).request(GET, patience()));
    expect(failure).toMatchObject({ reason: "tls_pin", advice: expect.stringContaining("https://") });
    expect([node.requests.length, node.bytesReceived()]).toEqual([0, 0]);
  });

  it("insecure takes any certificate", async () => {
    for (const certificate of [chainweb, otherName, expired]) {
      const server = await tlsServer(certificate);
      expect((await rpcClient(server.url, { tls: { kind: "insecure" } }).request(GET, patience())).status).toBe(200);
    }
  });

  it.each<[string, TlsVerification]>([
    ["authorities", { kind: "ca" }],
    ["a pin", pin(chainweb)],
    ["insecure", { kind: "insecure" }],
  ])("https:// to a port of plain HTTP says so, with %s", async (_, tls) => {
    const node = await fakeNode(() => json({}));
    const client = rpcClient(node.url.replace("http:", "https:"), { tls });
    const { failure } = await refusal(client.request(GET, patience()));
    expect(failure).toMatchObject({ reason: "tls", advice: expect.stringContaining("plain HTTP") });
    expect(node.requests).toHaveLength(0);
  });

  it("http:// to a port of TLS points to https://", async () => {
    const server = await tlsServer(good);
    const { failure } = await refusal(rpcClient(server.url.replace("https:", "http:")).request(GET, patience()));
    expect(["connect", "http"] satisfies FailureReason[]).toContain(failure.reason);
    expect(failure.advice).toContain("https://");
    expect(server.seen.requests).toBe(0);
  });

  it("a server that ends the handshake is a TLS failure", async () => {
    const server = await tlsServer({ ...good, minVersion: "TLSv1.3" });
    const old = await tlsServer({ ...good, maxVersion: "TLSv1.1", minVersion: "TLSv1", ciphers: "DEFAULT@SECLEVEL=0" });
    expect((await rpcClient(server.url, { tls: ca(good) }).request(GET, patience())).status).toBe(200);
    const { failure } = await refusal(rpcClient(old.url, { tls: ca(good) }).request(GET, patience()));
    expect(failure).toMatchObject({ reason: "tls", advice: expect.stringContaining("speaks TLS") });
  });
});
