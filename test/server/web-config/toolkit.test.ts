import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { readWebConfig } from "../../../src/server/web-config/load.ts";
import { selfSigned } from "../../support/certificates.ts";
import { requireProgram, run, tempFolder } from "../../support/servers.ts";
import { ACCEPTED, REFUSED } from "./toolkit-files.ts";

const folder = tempFolder();
const at = (name: string) => join(folder, "PKI", name);

async function openssl(...args: readonly string[]): Promise<string> {
  return (await run(requireProgram("openssl"), args)).stdout;
}

beforeAll(async () => {
  mkdirSync(join(folder, "PKI"));
  const put = (name: string, text: string) => writeFileSync(at(name), text);
  const [ec, rsa, ed25519, authority] = await Promise.all([
    selfSigned(),
    selfSigned({ kind: "rsa" }),
    selfSigned({ kind: "ed25519" }),
    selfSigned(),
  ]);
  for (const [name, { cert, key }] of Object.entries({ ec, rsa, ed25519, authority })) {
    put(`${name}.crt`, cert);
    put(`${name}.key`, key);
  }
  put("chain.crt", ec.cert + authority.cert);
  put("broken-chain.crt", `${ec.cert}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`);
  put("text.crt", `some words\n${ec.cert}`);
  put("both.pem", ec.cert + ec.key);
  put("crlf.crt", ec.cert.replaceAll("\n", "\r\n"));
  put("trusted.crt", ec.cert.replaceAll("CERTIFICATE", "TRUSTED CERTIFICATE"));
  const ed448 = ["req", "-x509", "-newkey", "ed448", "-nodes", "-subj", "/CN=a", "-keyout", at("ed448.key")];
  await Promise.all([
    openssl("pkey", "-in", at("ec.key"), "-aes256", "-passout", "pass:x", "-out", at("locked.key")),
    openssl("pkey", "-in", at("ec.key"), "-traditional", "-out", at("sec1.key")),
    openssl("pkey", "-in", at("rsa.key"), "-traditional", "-out", at("rsa1.key")),
    openssl(...ed448, "-out", at("ed448.crt")),
  ]);
}, 60_000);

async function read(text: string) {
  const file = join(folder, "web.yaml");
  writeFileSync(file, text);
  return readWebConfig(file);
}

async function good(text: string) {
  const found = await read(text);
  if (!found.ok) throw new Error(found.problems.join("\n"));
  return found.config;
}

describe("the toolkit accepts", () => {
  test.each([...ACCEPTED])("%s: %s", async (_, text, differs) => {
    const found = await read(text);
    expect(found.ok || found.problems).toEqual(differs === undefined || [expect.any(String)]);
  });
});

describe("the toolkit refuses", () => {
  test.each([...REFUSED])("%s: %s", async (_, text, differs) => {
    expect((await read(text)).ok).toBe(differs === "accepted here");
  });
});

describe("what is accepted and hardly meant so is a warning:", () => {
  const HASH = "mDwo.lAisC94iLAyP81MCesa29IzH37oigHC/42V2pdJlUprsJPze";
  const files = "cert_file: PKI/ec.crt, key_file: PKI/ec.key";
  test.each<[string, RegExp]>([
    [
      `tls_server_config: {${files}, cert: x}`,
      /:1:\d+: tls_server_config\.cert: has no effect together with cert_file$/,
    ],
    [`tls_server_config: {${files}, client_allowed_sans: [a]}`, /client_allowed_sans: has no effect/],
    [
      `tls_server_config: {${files}, client_allowed_sans: [a], client_auth_type: RequestClientCert}`,
      /anyone can make a certificate with such a name$/,
    ],
    [
      `tls_server_config: {${files}, client_allowed_sans: [a], client_auth_type: VerifyClientCertIfGiven, client_ca_file: PKI/ec.crt}`,
      /also refuses clients without a certificate/,
    ],
    [
      `tls_server_config: {${files}, client_auth_type: VerifyClientCertIfGiven, client_ca: junk}`,
      /client_ca: has no certificate in PEM form: every client certificate is refused$/,
    ],
    [
      `tls_server_config: {${files}, client_auth_type: VerifyClientCertIfGiven}`,
      /certificates of the system's authorities are verified$/,
    ],
    [`tls_server_config: {${files}, max_version: TLS11}`, /max_version: .* no client can connect$/],
    ["tls_server_config: {min_version: TLS13}", /tls_server_config: has no effect .* serves plain HTTP/],
    [`basic_auth_users: {"s3cret:x": $2y$10$${HASH}}`, /basic_auth_users\.…: no client can send/],
    [`basic_auth_users: {alice: $2y$17$${HASH}}`, /each check at the cost 17/],
    [`basic_auth_users: {alice: $2y$10$${HASH.slice(1)}}`, /no password can have this hash/],
    ["rate_limit: {interval: 1s}", /rate_limit: with a burst below 1 every request is refused/],
    ["rate_limit: {}\n---\nbasic_auth_users: {}\n", /:3:1: not read: only the first document/],
  ])("%s", async (text, warning) => {
    const { warnings } = await good(text);
    expect(warnings).toEqual([expect.stringMatching(warning)]);
    expect(warnings.join()).not.toContain("s3cret");
  });
});

describe("values are those of the toolkit:", () => {
  test("the file and not the content", async () => {
    const { tls } = await good("tls_server_config: {cert: x, key: y, cert_file: PKI/text.crt, key_file: PKI/ec.key}\n");
    expect(tls?.cert).toMatch(/^-----BEGIN CERTIFICATE-----/);
  });

  test.each<[string, unknown]>([
    ["{interval: 1000000000, burst: 2}", { intervalMs: 1000, burst: 2 }],
    ["{interval: 1.9, burst: 1.9}", { intervalMs: 1e-6, burst: 1 }],
    ["{interval: 500us, burst: 0x10}", { intervalMs: 0.5, burst: 16 }],
    ["{interval: -1s, burst: 1}", undefined],
    ["{interval: 0, burst: 1}", undefined],
    ["{interval: 1s, burst: -1}", { intervalMs: 1000, burst: -1 }],
    ["{interval: &i 1s, <<: {burst: 3}}", { intervalMs: 1000, burst: 3 }],
  ])("rate_limit %s", async (text, expected) => {
    expect((await good(`rate_limit: ${text}\n`)).rateLimit).toEqual(expected);
  });

  test.each<[string, string]>([
    ["$2x$10$", "$2b$10$"],
    ["$2$10$", "$2b$10$"],
    ["$2y$+5$", "$2b$05$"],
  ])("a hash %s is compared as %s", async (written, compared) => {
    // The last character of a salt has only two bits of it.
    const salt = "mDwo.lAisC94iLAyP81MC";
    const rest = "sa29IzH37oigHC/42V2pdJlUprsJPze";
    const { users } = await good(`basic_auth_users:\n  alice: |\n    ${written}${salt}f${rest}\n`);
    expect([...users]).toEqual([["alice", `${compared}${salt}e${rest}`]]);
  });
});
