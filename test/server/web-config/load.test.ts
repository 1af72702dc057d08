import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { describeWebConfig, readWebConfig } from "../../../src/server/web-config/load.ts";
import { selfSigned } from "../../support/certificates.ts";
import { requireProgram, run, tempFolder } from "../../support/servers.ts";

const folder = tempFolder();
const HASH = "$2y$10$mDwo.lAisC94iLAyP81MCesa29IzH37oigHC/42V2pdJlUprsJPze";

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

beforeAll(async () => {
  const [one, other] = await Promise.all([selfSigned(), selfSigned()]);
  write("cert.pem", one.cert);
  write("key.pem", one.key);
  write("other-key.pem", other.key);
  write("empty.pem", "");
  const encrypt = ["pkey", "-in", join(folder, "key.pem"), "-aes256", "-passout", "pass:x"];
  write("locked.pem", (await run(requireProgram("openssl"), encrypt)).stdout);
});

async function problemsIn(text: string): Promise<readonly string[]> {
  const file = write("web.yaml", text);
  const read = await readWebConfig(file);
  const problems = read.ok ? [] : read.problems;
  return problems.map((line) => line.replaceAll(`${file}:`, "").replaceAll(folder, "DIR"));
}

async function good(text: string) {
  const read = await readWebConfig(write("web.yaml", text));
  if (!read.ok) throw new Error(read.problems.join("\n"));
  return read.config;
}

const tls = (...rows: readonly string[]) =>
  `tls_server_config:\n  cert_file: cert.pem\n  key_file: key.pem\n${rows.map((row) => `  ${row}\n`).join("")}`;

describe("an invalid file", () => {
  test.each<[string, readonly string[]]>([
    ["rate_limt: {}\n", ['1:1: rate_limt: unknown key; did you mean "rate_limit"?']],
    ["- a\n", ["1:1: expected a mapping, found a list"]],
    ["tls_server_config: on\n", ["1:1: tls_server_config: expected a mapping, found true or false"]],
    ["a: [\n", expect.arrayContaining([expect.stringMatching(/^\d:\d: /)])],

    // TLS
    [
      tls("client_ca_fil: ca.pem"),
      ['4:3: tls_server_config.client_ca_fil: unknown key; did you mean "client_ca_file"?'],
    ],
    [
      tls("client_auth_type: RequireAndVerifyClientCerts"),
      [
        "4:3: tls_server_config.client_auth_type: expected one of NoClientCert, RequestClientCert, " +
          "RequireAnyClientCert, VerifyClientCertIfGiven, RequireAndVerifyClientCert, RequireClientCert, found " +
          '"RequireAndVerifyClientCerts"; did you mean "RequireAndVerifyClientCert"?',
      ],
    ],
    ["tls_server_config:\n  cert_file: cert.pem\n", ["1:1: tls_server_config: missing one of key_file and key"]],
    [
      "tls_server_config: {client_auth_type: NoClientCert}\n",
      [
        "1:1: tls_server_config: missing one of cert_file and cert",
        "1:1: tls_server_config: missing one of key_file and key",
      ],
    ],
    [
      "tls_server_config:\n  cert_file: none.pem\n  key_file: none/key.pem\n",
      [
        "2:3: tls_server_config.cert_file: cannot read a file in DIR (ENOENT: no such file)",
        "3:3: tls_server_config.key_file: cannot read a file below DIR (ENOENT: no such file)",
      ],
    ],
    [
      "tls_server_config: {cert_file: empty.pem, key_file: key.pem}\n",
      ["1:21: tls_server_config.cert_file: expected a certificate in PEM form"],
    ],
    [
      "tls_server_config: {cert_file: cert.pem, key_file: cert.pem}\n",
      ["1:42: tls_server_config.key_file: expected a private key in PEM form"],
    ],
    [
      "tls_server_config: {cert_file: cert.pem, key_file: other-key.pem}\n",
      ["1:42: tls_server_config.key_file: the key does not belong to the certificate"],
    ],
    [
      "tls_server_config: {cert_file: cert.pem, key_file: locked.pem}\n",
      ["1:42: tls_server_config.key_file: expected a private key without passphrase"],
    ],
    [
      "tls_server_config: {cert: abc, key: s3cret}\n",
      [
        "1:21: tls_server_config.cert: expected a certificate in PEM form",
        "1:32: tls_server_config.key: expected a private key in PEM form",
      ],
    ],
    [
      tls("client_ca_file: cert.pem"),
      [
        "4:3: tls_server_config.client_ca_file: has no effect without client_auth_type; set it to " +
          "RequireAndVerifyClientCert",
      ],
    ],
    [
      tls("client_auth_type: RequireAndVerifyClientCert"),
      [
        "4:3: tls_server_config.client_auth_type: RequireAndVerifyClientCert needs client_ca_file or client_ca, the " +
          "authority of the client certificates, or client_allowed_sans: the authorities of the system issue " +
          "certificates to everyone",
      ],
    ],
    [
      tls("min_version: 1.2"),
      ['4:3: tls_server_config.min_version: expected one of TLS10, TLS11, TLS12, TLS13, found "1.2"'],
    ],
    [
      tls("cipher_suites:", "- TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA265"),
      [
        "5:5: tls_server_config.cipher_suites[0]: expected a cipher suite by its Go name, found " +
          '"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA265"; did you mean "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"?',
      ],
    ],
    [
      tls("curve_preferences: [P-256]"),
      [
        '4:23: tls_server_config.curve_preferences[0]: expected a curve by its Go name, found "P-256"; known: ' +
          "CurveP256, CurveP384, CurveP521, X25519",
      ],
    ],
    [
      tls("prefer_server_cipher_suites: 'yes'"),
      ["4:3: tls_server_config.prefer_server_cipher_suites: expected true or false, found a string"],
    ],

    // HTTP
    ["http_server_config: {http2: 2}\n", ["1:22: http_server_config.http2: expected true or false, found a number"]],
    [
      "http_server_config:\n  headers:\n    X-Frame-Option: deny\n",
      ['3:5: http_server_config.headers.X-Frame-Option: unknown key; did you mean "X-Frame-Options"?'],
    ],
    [
      "http_server_config:\n  headers:\n    Server: mine\n",
      [
        "3:5: http_server_config.headers.Server: unknown key; valid here: Content-Security-Policy, X-Frame-Options, " +
          "X-Content-Type-Options, X-XSS-Protection, Strict-Transport-Security",
      ],
    ],
    [
      "http_server_config: {headers: {X-Frame-Options: ALLOWALL}}\n",
      ["1:32: http_server_config.headers.X-Frame-Options: expected deny or sameorigin"],
    ],
    [
      'http_server_config: {headers: {X-XSS-Protection: "1\\0"}}\n',
      ["1:32: http_server_config.headers.X-XSS-Protection: expected no control characters"],
    ],

    // Users
    ["basic_auth_users: [alice]\n", ["1:1: basic_auth_users: expected a mapping, found a list"]],
    [
      "basic_auth_users:\n  alice: s3cret\n",
      ["2:3: basic_auth_users.alice: expected a bcrypt hash like $2y$10$…, as printed by peer-exporter hash-password"],
    ],
    ["basic_auth_users: {alice: [1]}\n", ["1:20: basic_auth_users.alice: expected a bcrypt hash, found a list"]],
    [
      `basic_auth_users: {alice: "${HASH.replace("10", "31")}"}\n`,
      [
        "1:20: basic_auth_users.alice: expected a bcrypt hash with a cost of at most 17, found 31: each check would take " +
          "longer than a scrape waits",
      ],
    ],
    [
      "basic_auth_users: {alice:s3cret}\n",
      ["1:20: basic_auth_users.…: expected a bcrypt hash like $2y$10$…, as printed by peer-exporter hash-password"],
    ],

    // Rate limit
    [
      "rate_limit: {interval: 1x, burst: 1}\n",
      ['1:14: rate_limit.interval: expected a duration like 1s or 100ms, found "1x"'],
    ],
    [
      "rate_limit: {interval: yes, burst: 1}\n",
      ["1:14: rate_limit.interval: expected a duration like 1s, found true or false"],
    ],
    ["rate_limit: {interval: 1s, burst: '1'}\n", ["1:28: rate_limit.burst: expected a whole number, found a string"]],
    ["rate_limit: {interval: 1s, burst: .nan}\n", ["1:28: rate_limit.burst: expected a whole number of 64 bits"]],
  ])("%s", async (text, expected) => {
    const problems = await problemsIn(text);
    expect(problems).toEqual(expected);
    expect(problems.join()).not.toContain("s3cret");
  });

  test("that is not there", async () => {
    const read = await readWebConfig(join(folder, "nowhere.yaml"));
    expect(read).toMatchObject({ ok: false, problems: [expect.stringContaining("cannot read")] });
  });
});

describe("a valid file", () => {
  test.each(["", "# nothing\n", "{}\n", "basic_auth_users:\ntls_server_config:\nhttp_server_config:\nrate_limit:\n"])(
    "%j asks for nothing",
    async (text) => {
      expect(describeWebConfig(await good(text))).toBe("no TLS, no users: access without a password");
    },
  );

  test("with every key is what the format's defaults and names mean", async () => {
    const config = await good(`
tls_server_config:
  cert_file: cert.pem
  key_file: ${folder}/key.pem
  client_auth_type: RequireClientCert
  client_ca_file: cert.pem
  client_allowed_sans: [scraper.example.org, 192.0.2.1]
  min_version: TLS11
  max_version: TLS12
  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS_AES_128_GCM_SHA256]
  curve_preferences: [X25519, CurveP256]
  prefer_server_cipher_suites: false
http_server_config:
  http2: false
  headers: {Strict-Transport-Security: max-age=300, X-Frame-Options: sameorigin, X-XSS-Protection: ""}
basic_auth_users: {alice: ${HASH}, "bob smith": ${HASH}}
rate_limit: {interval: 1s, burst: 20}
`);
    expect(config).toMatchObject({
      tls: {
        clientAuth: { type: "RequireAnyClientCert", allowedSans: ["scraper.example.org", "192.0.2.1"] },
        minVersion: "TLS11",
        maxVersion: "TLS12",
        ciphers: ["ECDHE-ECDSA-AES128-GCM-SHA256", "TLS_AES_128_GCM_SHA256"],
        curves: ["X25519", "prime256v1"],
        preferServerCiphers: false,
      },
      headers: { "strict-transport-security": "max-age=300", "x-frame-options": "sameorigin", "x-xss-protection": "" },
      rateLimit: { intervalMs: 1000, burst: 20 },
    });
    expect([...config.users.keys()]).toEqual(["alice", "bob smith"]);
    expect(describeWebConfig(config)).not.toContain("alice");
  });

  test("has TLS 1.2 and 1.3, the server's preference and no client certificates by default", async () => {
    expect((await good(tls())).tls).toMatchObject({
      clientAuth: { type: "NoClientCert", allowedSans: undefined },
      minVersion: "TLS12",
      maxVersion: "TLS13",
      ciphers: undefined,
      curves: undefined,
      preferServerCiphers: true,
    });
  });

  test("may hold certificate and key itself; an empty text is the same as none", async () => {
    const { cert, key } = await selfSigned();
    const inline = (text: string) => JSON.stringify(text);
    const config = await good(
      `tls_server_config: {cert: ${inline(cert)}, key: ${inline(key)}, cert_file: "", client_ca: "", client_auth_type: ""}\n`,
    );
    expect(config.tls).toMatchObject({
      cert: cert.trim(),
      key,
      clientCa: undefined,
      clientAuth: { type: "NoClientCert" },
    });
  });

  test("knows no variables: nothing of the format is replaced", async () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it looks like one
    const policy = "default-src ${HOME}";
    const { headers } = await good(`http_server_config: {headers: {Content-Security-Policy: "${policy}"}}\n`);
    expect(headers).toEqual({ "content-security-policy": policy });
  });

  test("the rate limit is off with an interval of 0, and names the files to watch", async () => {
    for (const interval of ["0", "0s", '"0"', "-1s"]) {
      expect((await good(`rate_limit: {interval: ${interval}, burst: 5}\n`)).rateLimit).toBeUndefined();
    }
    const { files } = await readWebConfig(write("web.yaml", tls()));
    expect(files).toEqual(["web.yaml", "cert.pem", "key.pem"].map((name) => join(folder, name)));
  });
});
