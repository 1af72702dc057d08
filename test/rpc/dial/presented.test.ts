import { X509Certificate } from "node:crypto";
import { writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createServer, type TlsOptions } from "node:tls";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { createSelfSignedCertificate } from "../../../src/demo/certificate.ts";
import { isObject } from "../../../src/lib/json.ts";
import type { Failure } from "../../../src/model/failure.ts";
import { verificationError } from "../../../src/rpc/dial/presented.ts";
import { parsePin, type TlsVerification } from "../../../src/rpc/settings.ts";
import { createAuthority } from "../../support/authority.ts";
import { tempFolder, waitFor } from "../../support/servers.ts";
import { closeLater, GET, patience, refusal, rpcClient } from "../support.ts";

const DAY_MS = 86_400_000;

/** What a request says to a server with a certificate, which must not receive a byte of it. */
async function failureWith(options: TlsOptions, tls: TlsVerification = { kind: "ca" }): Promise<Failure> {
  let bytes = 0;
  let open = 0;
  const server = createServer(options, (socket) => {
    open += 1;
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      bytes += chunk.length;
    });
    socket.once("close", () => {
      open -= 1;
    });
  });
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  closeLater({ close: () => new Promise((resolve) => server.close(resolve)) });
  const client = rpcClient(`https://127.0.0.1:${port}`, { tls });
  const { failure } = await refusal(client.request(GET, patience()));
  await waitFor(() => open === 0, "the connection to be closed");
  expect(bytes).toBe(0);
  return failure;
}

/** The first value of a key in the advice, as YAML reads the line that is ready to paste. */
function pasted(advice: string, key: "pin" | "server_name"): unknown {
  const [line = ""] = advice.match(new RegExp(`tls: \\{${key}: [^}]*\\}`)) ?? [];
  const value: unknown = parse(line);
  return isObject(value) && isObject(value.tls) ? value.tls[key] : undefined;
}

function expectPin({ advice }: Failure, cert: string): void {
  const pin = pasted(advice, "pin");
  expect(parsePin(String(pin))?.toString("hex")).toBe(
    new X509Certificate(cert).fingerprint256.replaceAll(":", "").toLowerCase(),
  );
}

function caFile(content: string): TlsVerification {
  const path = join(tempFolder(), "ca.pem");
  writeFileSync(path, content);
  return { kind: "ca", caFile: path };
}

describe("a certificate that is refused", () => {
  it("has no subject, as those with names in subjectAltName alone: this was an internal error", async () => {
    const authority = await createAuthority();
    const own = await authority.issue("", "DNS:node.example");
    const failure = await failureWith(own, caFile(authority.ca));
    expect(failure.message).toMatch(/it presented a certificate without subject for node\.example, issued by "CN=CA",/);
    expect(pasted(failure.advice, "server_name")).toBe("node.example");
    expectPin(failure, own.cert);
  });

  it("is self-signed without names, as that of chainweb: the pin is ready to paste", async () => {
    const own = createSelfSignedCertificate({ commonName: "203.0.113.7" });
    const failure = await failureWith(own);
    expect(failure.message).toMatch(
      /certificate is self-signed \(DEPTH_ZERO_SELF_SIGNED_CERT\); it presented "CN=203\.0\.113\.7" without a host name, valid from \d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d$/,
    );
    expectPin(failure, own.cert);
    expect(failure.advice).not.toMatch(/ca_file|server_name|insecure/);
  });

  it("is self-signed for this name: ca_file fits too", async () => {
    const own = createSelfSignedCertificate({ commonName: "node", altNames: ["127.0.0.1"] });
    const failure = await failureWith(own);
    expect(failure.advice).toMatch(/tls\.ca_file to a copy of it.*tls\.pin/);
    expectPin(failure, own.cert);
  });

  it("is for another name: a name of it is ready to paste", async () => {
    const own = createSelfSignedCertificate({
      commonName: "node",
      altNames: ["*.example", "node.internal", "10.0.0.1"],
    });
    const failure = await failureWith(own, caFile(own.cert));
    expect(failure.message).toContain("not for 127.0.0.1 (ERR_TLS_CERT_ALTNAME_INVALID)");
    expect(failure.message).toContain("for *.example, node.internal, 10.0.0.1, valid from");
    expect(pasted(failure.advice, "server_name")).toBe("node.internal");
    expectPin(failure, own.cert);
  });

  it("is from an unknown authority: its name is told, and ca_file fits", async () => {
    const authority = await createAuthority();
    const own = await authority.issue("node", "IP:127.0.0.1");
    const failure = await failureWith(own);
    expect(failure.message).toMatch(/no known authority signed .*"CN=node" for 127\.0\.0\.1, issued by "CN=CA"/);
    expect(failure.advice).toMatch(/set tls\.ca_file to the authority's certificate; if a public one/);
    expectPin(failure, own.cert);
    const copied = createSelfSignedCertificate({ commonName: "node", altNames: ["127.0.0.1"] });
    expect((await failureWith(copied, caFile(own.cert))).advice).toMatch(/^add a copy of it to tls\.ca_file/);
    const elsewhere = await authority.issue("node", "DNS:node.internal");
    expect((await failureWith(elsewhere)).advice).toMatch(/ca_file.*server_name: "node\.internal"/);
    const other = caFile(createSelfSignedCertificate({ commonName: "x", altNames: ["x"] }).cert);
    expect((await failureWith(own, other)).advice).toContain("add the authority's certificate to tls.ca_file");
  });

  it.each([
    [-2, -1, /has expired \(CERT_HAS_EXPIRED\)/, /^renew the node's certificate.*clock.*a pin does not look at dates/],
    [1, 2, /not valid yet.*\(CERT_NOT_YET_VALID\)/, /^correct the clock.*a pin does not look at dates/],
  ])("is valid from day %d to day %d", async (from, to, message, advice) => {
    const at = (days: number) => new Date(Date.now() + days * DAY_MS);
    const own = createSelfSignedCertificate({
      commonName: "node",
      altNames: ["127.0.0.1"],
      notBefore: at(from),
      notAfter: at(to),
    });
    const failure = await failureWith(own, caFile(own.cert));
    expect(failure.message).toMatch(message);
    expect(failure.message).toContain(
      `valid from ${at(from).toISOString().slice(0, 10)} to ${at(to).toISOString().slice(0, 10)}`,
    );
    expect(failure.advice).toMatch(advice);
    expectPin(failure, own.cert);
  });

  it("is not the pinned one: both ids in one short form, the advice with the fingerprint", async () => {
    const [own, pinned] = ["own", "pinned"].map((commonName) => createSelfSignedCertificate({ commonName }));
    if (own === undefined || pinned === undefined) throw new Error("unreachable");
    const sha256 = Buffer.from(pinned.peerId, "base64url");
    const failure = await failureWith(own, { kind: "pin", sha256 });
    expect(failure.reason).toBe("tls_pin");
    expect(failure.message).toMatch(new RegExp(`the id ${own.peerId}, expected ${pinned.peerId}$`));
    expectPin(failure, own.cert);
  });

  it("has hostile texts: they are cut and harmless, and a strange name is not pasted", async () => {
    const evil = `a\u001b[2J\u202e"}\n${"x".repeat(500)}`;
    const own = createSelfSignedCertificate({
      commonName: evil,
      altNames: ['a", DNS:b', "a}b", "a b", "\u0007", ...Array.from({ length: 300 }, (_, n) => `${n}.`.repeat(40))],
    });
    for (const tls of [{ kind: "ca" } as const, caFile(own.cert)]) {
      const failure = await failureWith(own, tls);
      const text = `${failure.message}; ${failure.advice}`;
      expect(text).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      expect(text).toContain("more names");
      expect(text.length).toBeLessThan(1500);
      expect(pasted(failure.advice, "server_name")).toBeUndefined();
    }
  });

  it.each([
    ["EE_KEY_TOO_SMALL", "too weak", /EC key/],
    ["CA_MD_TOO_WEAK", "too weak", /SHA-256/],
    ["UNSPECIFIED", "is not valid (UNSPECIFIED)", /^renew.*tls\.pin/],
    ["CERT_REVOKED", "is revoked", /^renew the node's certificate$/],
    ["INVALID_PURPOSE", "is not valid (INVALID_PURPOSE)", /^renew.*tls\.pin/],
  ])("for the reason %s", (code, message, advice) => {
    const own = createSelfSignedCertificate({ commonName: "node" });
    const facts = { code, expected: "h", hasCaFile: false, now: Date.now() };
    const error = verificationError({ ...facts, certificate: new X509Certificate(own.cert) });
    expect(error.finding).toContain(message);
    expect(error.advice).toMatch(advice);
    expect(verificationError({ ...facts, certificate: undefined }).finding).toContain("no certificate");
  });
});

describe("a server that is out of date", () => {
  const own = createSelfSignedCertificate({ commonName: "node", altNames: ["127.0.0.1"] });
  const WEAK = "DEFAULT@SECLEVEL=0";

  it.each<[string, TlsOptions, RegExp, RegExp]>([
    [
      "TLS 1.0",
      { minVersion: "TLSv1", maxVersion: "TLSv1", ciphers: WEAK },
      /only TLS 1\.0 or 1\.1/,
      /update the server/,
    ],
    ["TLS 1.1", { minVersion: "TLSv1.1", maxVersion: "TLSv1.1", ciphers: WEAK }, /only TLS 1\.0 or 1\.1/, /update/],
    [
      "no cipher suite of ours",
      { maxVersion: "TLSv1.2", ciphers: "ECDHE-RSA-AES128-GCM-SHA256" },
      /no cipher suite, version or group/,
      /cipher suites/,
    ],
    ["no HTTP/1.1", { ALPNProtocols: ["h2"] }, /does not offer HTTP\/1\.1/, /http\/1\.1/],
  ])("with %s", async (_, options, message, advice) => {
    const failure = await failureWith({ ...own, ...options }, caFile(own.cert));
    expect(failure.reason).toBe("tls");
    expect(failure.message).toMatch(message);
    expect(failure.advice).toMatch(advice);
  });
});
