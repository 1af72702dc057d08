import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:https";
import { type ConnectionOptions, connect } from "node:tls";
import { describe, expect, test } from "vitest";
import { createSelfSignedCertificate } from "../../src/demo/certificate.ts";

/** Connects to a server that has this certificate. Rejects if the client refuses it. */
async function handshake(certificate: { key: string; cert: string }, options: ConnectionOptions) {
  const server = createServer(certificate, (_request, response) => response.end("hello"));
  server.on("tlsClientError", () => {});
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  try {
    const socket = connect({ host: "127.0.0.1", port, ...options });
    await once(socket, "secureConnect");
    const result = { authorized: socket.authorized, peer: socket.getPeerX509Certificate() };
    socket.destroy();
    return result;
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

describe("a certificate like that of a chainweb node", () => {
  const made = createSelfSignedCertificate({ commonName: "203.0.113.7" });
  const parsed = new X509Certificate(made.cert);

  test("has a common name, 365 days and nothing else", () => {
    expect(parsed.subject).toBe("CN=203.0.113.7");
    expect(parsed.issuer).toBe("CN=203.0.113.7");
    expect(parsed.subjectAltName).toBeUndefined();
    expect(parsed.ca).toBe(false);
    expect(parsed.verify(parsed.publicKey)).toBe(true);
    expect((Date.parse(parsed.validTo) - Date.parse(parsed.validFrom)) / 86_400_000).toBe(365);
  });

  test("its peer id is the fingerprint in base64url", () => {
    expect(made.peerId).toMatch(/^[\w-]{43}$/);
    expect(Buffer.from(made.peerId, "base64url").toString("hex")).toBe(
      parsed.fingerprint256.replaceAll(":", "").toLowerCase(),
    );
  });

  test.each(["TLSv1.2", "TLSv1.3"] as const)("serves %s", async (version) => {
    const options = { rejectUnauthorized: false, minVersion: version, maxVersion: version } as const;
    const { authorized, peer } = await handshake(made, options);
    expect(authorized).toBe(false);
    expect(peer?.fingerprint256).toBe(parsed.fingerprint256);
  });

  test("does not pass verification", async () => {
    await expect(handshake(made, {})).rejects.toMatchObject({ code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
    await expect(handshake(made, { ca: made.cert })).rejects.toMatchObject({ code: "ERR_TLS_CERT_ALTNAME_INVALID" });
  });

  test("two certificates differ in key and id", () => {
    expect(createSelfSignedCertificate({ commonName: "203.0.113.7" }).peerId).not.toBe(made.peerId);
  });
});

describe("a certificate with names", () => {
  const made = createSelfSignedCertificate({
    commonName: "demo",
    altNames: ["localhost", "127.0.0.1", "2001:db8::7", "::1"],
  });
  const parsed = new X509Certificate(made.cert);

  test("lists them and is its own CA", () => {
    expect(parsed.subjectAltName).toBe(
      "DNS:localhost, IP Address:127.0.0.1, IP Address:2001:DB8:0:0:0:0:0:7, IP Address:0:0:0:0:0:0:0:1",
    );
    expect(parsed.ca).toBe(true);
    expect(parsed.checkIP("2001:db8::7")).toBe("2001:db8::7");
    expect(parsed.checkHost("localhost")).toBe("localhost");
  });

  test("passes verification by address and by name", async () => {
    expect((await handshake(made, { ca: made.cert })).authorized).toBe(true);
    expect((await handshake(made, { ca: made.cert, servername: "localhost" })).authorized).toBe(true);
    await expect(handshake(made, { ca: made.cert, servername: "other.example" })).rejects.toMatchObject({
      code: "ERR_TLS_CERT_ALTNAME_INVALID",
    });
  });
});

describe("dates", () => {
  const expired = createSelfSignedCertificate({
    commonName: "old",
    notBefore: new Date("2020-01-01T00:00:00Z"),
    notAfter: new Date("2020-02-03T04:05:06Z"),
    altNames: ["127.0.0.1"],
  });

  test("are those of the options, also after 2049", () => {
    expect(Date.parse(new X509Certificate(expired.cert).validTo)).toBe(Date.UTC(2020, 1, 3, 4, 5, 6));
    const late = createSelfSignedCertificate({ commonName: "late", notAfter: new Date("2077-01-02T03:04:05Z") });
    expect(Date.parse(new X509Certificate(late.cert).validTo)).toBe(Date.UTC(2077, 0, 2, 3, 4, 5));
  });

  test("an expired certificate is refused", async () => {
    await expect(handshake(expired, { ca: expired.cert })).rejects.toMatchObject({ code: "CERT_HAS_EXPIRED" });
  });
});
