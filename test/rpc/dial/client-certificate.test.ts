import { X509Certificate } from "node:crypto";
import { renameSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, type Socket } from "node:net";
import { join } from "node:path";
import { createServer, type TLSSocket, type TlsOptions } from "node:tls";
import { beforeAll, describe, expect, it } from "vitest";
import { createSelfSignedCertificate } from "../../../src/demo/certificate.ts";
import type { RpcClientOptions } from "../../../src/rpc/client.ts";
import type { ClientCertificate, ProxySettings } from "../../../src/rpc/settings.ts";
import { type Authority, createAuthority } from "../../support/authority.ts";
import { tempFolder, waitFor } from "../../support/servers.ts";
import { closeLater, GET, patience, rawServer, refusal, rpcClient } from "../support.ts";

const own = createSelfSignedCertificate({ commonName: "node", altNames: ["127.0.0.1"] });
const stranger = createSelfSignedCertificate({ commonName: "stranger", altNames: ["stranger"] });
const ended = createSelfSignedCertificate({
  commonName: "ended",
  altNames: ["ended"],
  notBefore: new Date("2020-01-01T00:00:00Z"),
  notAfter: new Date("2021-01-01T00:00:00Z"),
});
const fingerprint = ({ cert }: Pick<Pair, "cert">) => new X509Certificate(cert).fingerprint256;

type Pair = { readonly cert: string; readonly key: string };

function pairFiles({ cert, key }: Pair): ClientCertificate {
  const folder = tempFolder();
  const paths = { certFile: join(folder, "client.crt"), keyFile: join(folder, "client.key") };
  writeFileSync(paths.certFile, cert);
  writeFileSync(paths.keyFile, key);
  return paths;
}

type Seen = { connections: number; requests: number; clients: string[] };

/** @param onSecure instead of an answer to each request */
async function tlsServer(options: TlsOptions, onSecure?: (socket: TLSSocket, seen: Seen) => void) {
  const seen: Seen = { connections: 0, requests: 0, clients: [] };
  const open = new Set<Socket>();
  const server = createServer({ ...own, ...options }, (socket) => {
    socket.on("error", () => {});
    seen.clients.push(socket.getPeerX509Certificate()?.fingerprint256 ?? "none");
    if (onSecure !== undefined) return onSecure(socket, seen);
    socket.on("data", () => {
      seen.requests += 1;
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
    });
  });
  server.on("connection", (socket: Socket) => {
    seen.connections += 1;
    open.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => open.delete(socket));
  });
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of open) socket.destroy();
    });
  return closeLater({ url: `https://127.0.0.1:${port}`, seen, open: () => open.size, close });
}

/** A proxy that does nothing but CONNECT. */
async function connectProxy(): Promise<ProxySettings> {
  const server = await rawServer((socket) => {
    socket.once("data", (head) => {
      const [, port = ""] = /^CONNECT [^:]+:(\d+) /.exec(head.toString()) ?? [];
      const inner = connect(Number(port), "127.0.0.1", () => socket.write("HTTP/1.1 200 OK\r\n\r\n"));
      inner.on("error", () => socket.destroy());
      socket.on("error", () => inner.destroy());
      socket.pipe(inner).pipe(socket);
    });
  });
  const label = `http://127.0.0.1:${server.port}`;
  const proxy = { kind: "http", label, hostname: "127.0.0.1", port: server.port, login: undefined } as const;
  return { http: proxy, https: proxy, except: [], origin: "proxy_url" };
}

type Settings = Partial<Omit<RpcClientOptions, "url">>;

function clientOf(url: string, settings: Settings = {}) {
  return rpcClient(url, { tls: { kind: "insecure" }, ...settings });
}

async function failureAt(url: string, settings?: Settings) {
  return (await refusal(clientOf(url, settings).request(GET, patience()))).failure;
}

const MISSING = {
  reason: "tls",
  message: expect.stringMatching(/client certificate.*(none is configured|got none)/),
  advice: expect.stringContaining("set tls.cert_file and tls.key_file"),
};
const wrong = (pair: Pair) => ({
  reason: "tls",
  message: expect.stringMatching(/client certificate.*tls\.cert_file/),
  advice: expect.stringMatching(
    new RegExp(`SHA-256 ${fingerprint(pair)} \\(monerod: rpc-ssl-allowed-fingerprints; nginx: ssl_client_certificate`),
  ),
});

describe.each(["TLSv1.2", "TLSv1.3"] as const)("a client certificate over %s", (version) => {
  const only = { minVersion: version, maxVersion: version };
  let authority: Authority;
  let client: Pair;

  beforeAll(async () => {
    authority = await createAuthority();
    client = await authority.issue("exporter", "DNS:exporter");
  });

  const demanding = () => ({ ...only, ca: authority.ca, requestCert: true, rejectUnauthorized: true });

  it("is presented to a server that demands one", async () => {
    const server = await tlsServer(demanding());
    const { status } = await clientOf(server.url, { clientCertificate: pairFiles(client) }).request(GET, patience());
    expect(status).toBe(200);
    expect(server.seen.clients).toEqual([fingerprint(client)]);
  });

  it("is presented beside a pin and an authority", async () => {
    const server = await tlsServer(demanding());
    const clientCertificate = pairFiles(client);
    const caFile = join(tempFolder(), "ca.pem");
    writeFileSync(caFile, own.cert);
    const pin = { kind: "pin", sha256: Buffer.from(own.peerId, "base64url") } as const;
    for (const tls of [pin, { kind: "ca", caFile } as const]) {
      expect((await clientOf(server.url, { tls, clientCertificate }).request(GET, patience())).status).toBe(200);
    }
  });

  it("is missing: the failure says so, whatever the server sends", async () => {
    const server = await tlsServer(demanding());
    const failing = clientOf(server.url);
    for (let n = 0; n < 3; n += 1) {
      expect((await refusal(failing.request(GET, patience()))).failure).toMatchObject(MISSING);
    }
    expect(server.seen.requests).toBe(0);
    // One for each request, and one to learn why.
    expect(server.seen.connections).toBeLessThanOrEqual(4);
    await waitFor(() => server.open() === 0, "the connections to be closed");
  });

  it("is missing where the server closes without an alert", async () => {
    const server = await tlsServer(
      { ...only, ca: authority.ca, requestCert: true, rejectUnauthorized: false },
      (socket) => socket.destroy(),
    );
    const failure = await failureAt(server.url);
    expect(failure).toMatchObject(MISSING);
    expect(failure.advice).toContain("connection limit or restarting");
  });

  it("is presented, and missed, through a proxy too", async () => {
    const proxy = await connectProxy();
    const silent = await tlsServer(
      { ...only, ca: authority.ca, requestCert: true, rejectUnauthorized: false },
      (socket) => socket.destroy(),
    );
    for (const server of [await tlsServer(demanding()), silent]) {
      expect(await failureAt(server.url, { proxy })).toMatchObject(MISSING);
    }
    const server = await tlsServer(demanding());
    const settings = { proxy, clientCertificate: pairFiles(client) };
    expect((await clientOf(server.url, settings).request(GET, patience())).status).toBe(200);
    expect(server.seen.clients).toEqual([fingerprint(client)]);
  });

  it("is not accepted: the failure names its fingerprint", async () => {
    const server = await tlsServer(demanding());
    expect(await failureAt(server.url, { clientCertificate: pairFiles(stranger) })).toMatchObject(wrong(stranger));
    expect(server.seen.requests).toBe(0);
  });

  it("has ended: the failure says when", async () => {
    const server = await tlsServer(demanding());
    const failure = await failureAt(server.url, { clientCertificate: pairFiles(ended) });
    expect(failure).toMatchObject(wrong(ended));
    expect(failure.advice).toContain("renew it, as it ended on 2021-01-01");
  });

  it("is not blamed where the server did not ask for one", async () => {
    const server = await tlsServer(only, (socket) => socket.destroy());
    const failure = await failureAt(server.url);
    expect(failure.reason).toMatch(/^(connect|tls)$/);
    expect(`${failure.message} ${failure.advice}`).not.toContain("cert");
    expect(failure.advice).toMatch(/connection limit.* or restarting/);
  });

  it("is not blamed where the server takes clients without one, and closed the connection for another reason", async () => {
    const server = await tlsServer(
      { ...only, ca: authority.ca, requestCert: true, rejectUnauthorized: false },
      (socket) => socket.once("data", () => socket.destroy()),
    );
    const failure = await failureAt(server.url);
    expect(failure.reason).toBe("connect");
    expect(`${failure.message} ${failure.advice}`).not.toContain("cert");
  });

  it("is read anew once its files have changed, also on an open connection", async () => {
    const server = await tlsServer({ ...only, ca: [authority.ca, stranger.cert], requestCert: true });
    const files = pairFiles(client);
    const polling = clientOf(server.url, { clientCertificate: files });
    for (let n = 0; n < 2; n += 1) await polling.request(GET, patience());
    expect(server.seen.clients).toEqual([fingerprint(client)]);
    // Half of a change: the connection stays.
    replaceFile(files.certFile, stranger.cert);
    await polling.request(GET, patience());
    expect(server.seen.clients).toEqual([fingerprint(client)]);
    replaceFile(files.keyFile, stranger.key);
    // With the next request, unless the files took so long to read before that there is a pause.
    await expect
      .poll(async () => {
        await polling.request(GET, patience());
        return server.seen.clients;
      })
      .toEqual([fingerprint(client), fingerprint(stranger)]);
  });
});

function replaceFile(path: string, content: string): void {
  writeFileSync(`${path}.new`, content);
  renameSync(`${path}.new`, path);
}

describe("the files of a client certificate", () => {
  it.each<[string, Pair, RegExp]>([
    ["no certificate", { ...stranger, cert: "none" }, /expected a certificate in PEM form/],
    ["no key", { ...stranger, key: stranger.cert }, /expected a private key in PEM form/],
    [
      "the key of another certificate",
      { cert: stranger.cert, key: own.key },
      /does not belong to the first certificate/,
    ],
  ])("with %s fail before a connection is opened", async (_, pair, message) => {
    const server = await tlsServer({});
    const failure = await failureAt(server.url, { clientCertificate: pairFiles(pair) });
    expect(failure).toMatchObject({ reason: "tls", message: expect.stringMatching(message) });
    expect(failure.advice).toContain("tls.key_file");
    expect(JSON.stringify(failure)).not.toContain("PRIVATE");
    expect(server.seen.connections).toBe(0);
  });

  it("may be one file with both", async () => {
    const server = await tlsServer({ ca: stranger.cert, requestCert: true, rejectUnauthorized: true });
    const { certFile } = pairFiles({ ...stranger, cert: stranger.key + stranger.cert });
    const client = clientOf(server.url, { clientCertificate: { certFile, keyFile: certFile } });
    expect((await client.request(GET, patience())).status).toBe(200);
  });

  it("that are missing name the key of the configuration", async () => {
    const folder = tempFolder();
    const clientCertificate = { certFile: join(folder, "a"), keyFile: join(folder, "b") };
    const failure = await failureAt("https://127.0.0.1:9", { clientCertificate });
    expect(failure).toMatchObject({ reason: "tls", advice: expect.stringContaining("tls.cert_file") });
    expect(failure.message).toContain(`cannot read a certificate file in ${folder} (ENOENT: no such file)`);
  });
});
