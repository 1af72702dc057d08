import { once } from "node:events";
import { renameSync, writeFileSync } from "node:fs";
import { Agent, type RequestOptions, request } from "node:https";
import { connect as connectTcp, createServer as createTcpServer, type Server as NetServer } from "node:net";
import { join } from "node:path";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { checkHealth } from "../../../src/cli/health.ts";
import { createSelfSignedCertificate } from "../../../src/demo/certificate.ts";
import { parseListenAddress } from "../../../src/server/listen-address.ts";
import { clientProblem } from "../../../src/server/web-config/tls.ts";
import { type Authority, createAuthority } from "../../support/authority.ts";
import type { Certificate } from "../../support/certificates.ts";
import { requireProgram, run, tempFolder, waitFor } from "../../support/servers.ts";
import { exchange } from "../support.ts";
import { basic, hashOf, startWith as start } from "./support.ts";

let authority: Authority;
let stranger: Authority;
let serverCertificate: Certificate;
let client: Certificate;
let strange: Certificate;
let expired: Certificate;

beforeAll(async () => {
  [authority, stranger] = await Promise.all([createAuthority(), createAuthority()]);
  serverCertificate = await authority.issue("server", "IP:127.0.0.1");
  client = await authority.issue(
    "client",
    "DNS:scraper.example.org,IP:192.0.2.9,IP:2001:db8::1,URI:spiffe://a/b,email:a@b.c",
  );
  strange = await stranger.issue("client", "DNS:scraper.example.org");
  expired = await authority.issue("client", "DNS:scraper.example.org", 0);
}, 60_000);

/** Replaces a file as a whole, as programs that renew certificates do. */
function replace(file: string, text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

function setUp(...rows: readonly string[]) {
  const folder = tempFolder();
  const at = (name: string) => join(folder, name);
  const put = (name: string, text: string) => replace(at(name), text);
  put("cert.pem", serverCertificate.cert);
  put("key.pem", serverCertificate.key);
  put("ca.pem", authority.ca);
  const write = (...lines: readonly string[]) =>
    put(
      "web.yaml",
      `tls_server_config:\n  cert_file: cert.pem\n  key_file: key.pem\n${lines.map((row) => `${row}\n`).join("")}`,
    );
  write(...rows);
  return { put, write, file: at("web.yaml") };
}

const startWith = (file: string) => start(file, async () => true);

/** Connections that a server still has. */
const connectionsOf = (http: NetServer) =>
  new Promise<number>((resolve, reject) =>
    http.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
  );

const ONE_SUITE = "  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384]";

const VERIFY = ["  client_auth_type: RequireAndVerifyClientCert", "  client_ca_file: ca.pem"];

/** The status of an answer, or the error of the connection. */
function get(url: string, options: RequestOptions = {}): Promise<number | string> {
  return new Promise((resolve) => {
    const sent = request(`${url}/metrics`, { ca: authority.ca, agent: false, ...options }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    sent.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    sent.end();
  });
}

function handshake(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", ca: authority.ca, ...options }, () => resolve(socket));
    socket.on("error", reject);
    onTestFinished(() => void socket.destroy());
  });
}

/** The error by which a client learns that it is refused; it may come after its part of the handshake. */
function alertTo(port: number, options: ConnectionOptions): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1", ca: authority.ca, ...options });
    socket.on("error", ({ message }) => resolve(message));
    socket.on("end", () => resolve("end without an alert"));
    socket.write("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  });
}

describe("TLS", () => {
  test("serves, says so in its URL, and not to plain HTTP", async () => {
    const { url } = await startWith(setUp().file);
    expect(url).toMatch(/^https:\/\/127\.0\.0\.1:/);
    expect(await get(url)).toBe(200);
    expect(await get(url, { ca: stranger.ca })).toBe("UNABLE_TO_VERIFY_LEAF_SIGNATURE");
  });

  test.each(["GET", "HEAD", "POST", "PUT", "OPTIONS", "DELETE", "PATCH", "CONNECT", "PRI"])(
    "answers %s of plain HTTP in plain HTTP, and logs that once",
    async (method) => {
      const { port, lines, http } = await startWith(setUp().file);
      const answers = await Promise.all([1, 2].map(() => exchange(port, `${method} / HTTP/1.1\r\nHost: a\r\n\r\n`)));
      for (const answer of answers) {
        expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
        expect(answer).toContain("connection: close\r\n");
        expect(answer).toMatch(/\r\n\r\n400: Client sent an HTTP request to an HTTPS server\. .*\n$/);
      }
      const logged = lines.filter(({ msg }) => String(msg).startsWith("refused"));
      expect(logged).toMatchObject([{ level: "warn", client: "127.0.0.1", reason: "plain_http", more: 0 }]);
      await waitFor(async () => (await connectionsOf(http)) === 0, "the end of the connections");
    },
  );

  test("ends connections of bytes that are neither TLS nor HTTP", async () => {
    const { port, http } = await startWith(setUp().file);
    for (const bytes of ["\0".repeat(100), `\x16\x03\x01\0\x05${"\xff".repeat(50)}`]) await exchange(port, bytes);
    await waitFor(async () => (await connectionsOf(http)) === 0, "the end of the connections");
  });

  test.each<[string, ConnectionOptions, readonly string[]]>([
    ["protocol_version", { maxVersion: "TLSv1.2" }, ["  min_version: TLS13"]],
    ["no_shared_cipher", { maxVersion: "TLSv1.2", ciphers: "ECDHE-ECDSA-CHACHA20-POLY1305" }, [ONE_SUITE]],
  ])("logs a client that is refused for %s once", async (reason, options, rows) => {
    const { port, lines } = await startWith(setUp(...rows).file);
    for (let times = 0; times < 3; times += 1) await handshake(port, options).catch(() => {});
    const logged = () => lines.filter(({ msg }) => String(msg).startsWith("refused"));
    await waitFor(async () => logged().length > 0, "the line");
    expect(logged()).toMatchObject([{ client: "127.0.0.1", reason }]);
  });

  test("logs a client that does not trust the certificate", async () => {
    const { port, lines } = await startWith(setUp().file);
    await run(requireProgram("openssl"), ["s_client", "-verify_return_error", "-connect", `127.0.0.1:${port}`]);
    const logged = () => lines.filter(({ msg }) => String(msg).startsWith("refused"));
    await waitFor(async () => logged().length > 0, "the line");
    expect(logged()).toMatchObject([{ client: "127.0.0.1", reason: "distrusted" }]);
  });

  test("says what is wrong with a request", async () => {
    const { port } = await startWith(setUp().file);
    const socket = await handshake(port);
    socket.write("hello\r\n\r\n");
    const [chunk]: unknown[] = await once(socket, "data");
    expect(String(chunk)).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n[\s\S]*expected an HTTP\/1\.1 request\n$/);
  });

  test("works together with users and headers", async () => {
    const { file } = setUp(
      "basic_auth_users:",
      `  alice: ${hashOf("x")}`,
      "http_server_config:",
      "  headers: {Strict-Transport-Security: max-age=300}",
    );
    const { url } = await startWith(file);
    expect(await get(url)).toBe(401);
    expect(await get(url, { headers: basic("alice", "x") })).toBe(200);
  });

  test.each<[readonly string[], ConnectionOptions, string]>([
    [[], { maxVersion: "TLSv1.2" }, "TLSv1.2"],
    [[], {}, "TLSv1.3"],
    [[], { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT:@SECLEVEL=0" }, "refused"],
    [["  min_version: TLS13"], { maxVersion: "TLSv1.2" }, "refused"],
    [["  min_version: TLS13"], {}, "TLSv1.3"],
    [["  max_version: TLS12"], {}, "TLSv1.2"],
    [["  min_version: TLS10"], { minVersion: "TLSv1", maxVersion: "TLSv1", ciphers: "DEFAULT:@SECLEVEL=0" }, "TLSv1"],
    [["  min_version: TLS11", "  max_version: TLS12"], { minVersion: "TLSv1.2" }, "TLSv1.2"],
  ])("with %j, a client of %j gets %s", async (rows, options, expected) => {
    const { port } = await startWith(setUp(...rows).file);
    const got = await handshake(port, options).then(
      (socket) => socket.getProtocol(),
      () => "refused",
    );
    expect(got).toBe(expected);
  });

  test("cipher_suites are the only ones of TLS 1.2, in the server's order, and TLS 1.3 stays", async () => {
    const suites = ["TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"];
    const { port } = await startWith(setUp(`  cipher_suites: [${suites.join(", ")}]`).file);
    const old: ConnectionOptions = { maxVersion: "TLSv1.2" };
    const both = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384";
    expect((await handshake(port, { ...old, ciphers: both })).getCipher().name).toBe("ECDHE-ECDSA-AES256-GCM-SHA384");
    await expect(handshake(port, { ...old, ciphers: "ECDHE-ECDSA-CHACHA20-POLY1305" })).rejects.toThrow();
    expect((await handshake(port)).getProtocol()).toBe("TLSv1.3");
  });

  test("prefer_server_cipher_suites: false leaves the order to the client", async () => {
    const suites = ["TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"];
    const rows = [`  cipher_suites: [${suites.join(", ")}]`, "  prefer_server_cipher_suites: false"];
    const { port } = await startWith(setUp(...rows).file);
    const ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384";
    const socket = await handshake(port, { maxVersion: "TLSv1.2", ciphers });
    expect(socket.getCipher().name).toBe("ECDHE-ECDSA-AES128-GCM-SHA256");
  });

  test("curve_preferences are the only curves", async () => {
    const { port } = await startWith(setUp("  curve_preferences: [CurveP384]").file);
    const socket = await handshake(port, { ecdhCurve: "X25519:P-384" });
    expect(socket.getEphemeralKeyInfo()).toMatchObject({ name: "secp384r1" });
    await expect(handshake(port, { ecdhCurve: "X25519" })).rejects.toThrow();
  });

  test("every suite and curve that the format knows is taken", async () => {
    const { CIPHERS, CURVES } = await import("../../../src/server/web-config/schema.ts");
    const rows = [
      `  cipher_suites: [${Object.keys(CIPHERS).join(", ")}]`,
      `  curve_preferences: [${Object.keys(CURVES).join(", ")}]`,
    ];
    const { port } = await startWith(setUp(...rows).file);
    for (const curve of Object.values(CURVES)) await handshake(port, { ecdhCurve: curve });
    for (const cipher of Object.values(CIPHERS).filter((name) => name.startsWith("ECDHE-ECDSA"))) {
      expect((await handshake(port, { maxVersion: "TLSv1.2", ciphers: cipher })).getCipher().name).toBe(cipher);
    }
  });
});

describe("client certificates", () => {
  const CA = "  client_ca_file: ca.pem";
  const type = (name: string) => `  client_auth_type: ${name}`;

  test.each<[readonly string[], Readonly<Record<"none" | "ours" | "strange", boolean>>]>([
    [[], { none: true, ours: true, strange: true }],
    [[type("NoClientCert")], { none: true, ours: true, strange: true }],
    [[type("RequestClientCert")], { none: true, ours: true, strange: true }],
    [[type("RequireAnyClientCert")], { none: false, ours: true, strange: true }],
    [[type("VerifyClientCertIfGiven"), CA], { none: true, ours: true, strange: false }],
    [[type("RequireAndVerifyClientCert"), CA], { none: false, ours: true, strange: false }],
    [
      [type("RequireAndVerifyClientCert"), CA, "  client_allowed_sans: [other, scraper.example.org]"],
      { none: false, ours: true, strange: false },
    ],
    [
      [type("RequireAndVerifyClientCert"), CA, "  client_allowed_sans: ['2001:0DB8:0::1']"],
      { none: false, ours: true, strange: false },
    ],
    [
      [type("RequireAndVerifyClientCert"), CA, "  client_allowed_sans: [example.org, client]"],
      { none: false, ours: false, strange: false },
    ],
    [[type("RequireAnyClientCert"), "  client_allowed_sans: [192.0.2.9]"], { none: false, ours: true, strange: false }],
    [
      [type("RequireAndVerifyClientCert"), CA, "  client_allowed_sans: []"],
      { none: false, ours: false, strange: false },
    ],
    // As the real toolkit: the names turn an optional certificate into a required one.
    [[type("NoClientCert"), "  client_allowed_sans: [other]"], { none: true, ours: true, strange: true }],
    [[type("RequestClientCert"), "  client_allowed_sans: [192.0.2.9]"], { none: false, ours: true, strange: false }],
    [
      [type("VerifyClientCertIfGiven"), CA, "  client_allowed_sans: [scraper.example.org]"],
      { none: false, ours: true, strange: false },
    ],
    [[type("VerifyClientCertIfGiven"), "  client_ca: junk"], { none: true, ours: false, strange: false }],
    [[type("VerifyClientCertIfGiven")], { none: true, ours: false, strange: false }],
    [["  min_version: TLS13", "  max_version: TLS12"], { none: false, ours: false, strange: false }],
  ])("%j lets in %j", async (rows, expected) => {
    const { url } = await startWith(setUp(...rows).file);
    for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
      const only = { minVersion: version, maxVersion: version };
      const isIn = async (options: RequestOptions) => (await get(url, { ...only, ...options })) === 200;
      expect({
        none: await isIn({}),
        ours: await isIn({ cert: client.cert, key: client.key }),
        strange: await isIn({ cert: strange.cert, key: strange.key }),
      }).toEqual(expected);
    }
  });

  test.each(["TLS12", "TLS13"])(
    "the health check does not take an exporter that refuses its connection for unhealthy, %s",
    async (version) => {
      for (const rows of [[type("RequireAnyClientCert")], VERIFY]) {
        const { url, lines } = await startWith(setUp(...rows, `  max_version: ${version}`).file);
        const address = url.slice("https://".length);
        const found = "asks for a certificate";
        expect(await checkHealth([parseListenAddress(address)])).toEqual({
          healthy: true,
          message: `healthy: /-/healthy of ${address} ${found}\n`,
        });
        // A container is asked every few seconds: a line for each minute would hide the clients that matter.
        expect(lines.filter(({ reason }) => reason !== undefined)).toEqual([]);
      }
    },
  );

  test("a client's certificate whose list of names is malformed does not end the program", async () => {
    const { cert, key } = createSelfSignedCertificate({ commonName: "client", altNames: [] });
    const any = await startWith(setUp(type("RequireAnyClientCert")).file);
    expect(await get(any.url, { cert, key })).toBe(200);
    const named = await startWith(setUp(type("RequireAnyClientCert"), "  client_allowed_sans: [client]").file);
    expect(await get(named.url, { cert, key })).not.toBe(200);
  });

  test("a refused client does not reach a page, though it pipelines its request", async () => {
    const { port, lines } = await startWith(setUp(...VERIFY).file);
    const answer = await new Promise<string>((resolve) => {
      let got = "";
      const socket = connect({ port, host: "127.0.0.1", ca: authority.ca });
      socket.on("data", (chunk: Buffer) => {
        got += chunk.toString();
      });
      socket.on("error", () => {});
      socket.on("close", () => resolve(got));
      socket.write("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    });
    expect(answer).toBe("");
    expect(lines.filter(({ msg }) => msg === "answered")).toEqual([]);
    expect(lines.map(({ reason }) => reason)).toContain("no_client_certificate");
  });

  const CASES: Readonly<Record<string, () => ConnectionOptions>> = {
    none: () => ({}),
    strange: () => ({ cert: strange.cert, key: strange.key }),
    expired: () => ({ cert: expired.cert, key: expired.key }),
    ours: () => ({ cert: client.cert, key: client.key }),
  };

  test.each<[string, readonly [alert12: string, alert13: string, reason: string]]>([
    ["none", ["bad certificate", "certificate required", "no_client_certificate"]],
    ["strange", ["unknown ca", "unknown ca", "client_certificate_of_unknown_authority"]],
    ["expired", ["certificate expired", "certificate expired", "client_certificate_expired"]],
    ["ours", ["access denied", "access denied", "client_name_not_allowed"]],
  ])("a client with the certificate %j learns by an alert why it is refused", async (kind, expected) => {
    const [alert12, alert13, reason] = expected;
    const { port, lines, http } = await startWith(setUp(...VERIFY, "  client_allowed_sans: [other]").file);
    const options = CASES[kind]?.() ?? {};
    expect(await alertTo(port, { ...options, maxVersion: "TLSv1.2" })).toContain(`alert ${alert12}`);
    for (const ciphers of ["TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256"]) {
      expect(await alertTo(port, { ...options, minVersion: "TLSv1.3", ciphers })).toContain(`alert ${alert13}`);
    }
    const logged = lines.filter(({ msg }) => String(msg).startsWith("refused"));
    expect(logged).toMatchObject([{ level: "warn", client: "127.0.0.1", reason }]);
    await waitFor(async () => (await connectionsOf(http)) === 0, "the end of the connections");
  });

  test.each(["TLSv1", "TLSv1.1"] as const)("the alert is a record of %s, too", async (version) => {
    const { port } = await startWith(setUp(...VERIFY, "  min_version: TLS10").file);
    const old = { minVersion: version, maxVersion: version, ciphers: "DEFAULT:@SECLEVEL=0" };
    expect(await alertTo(port, old)).toContain("alert bad certificate");
  });

  test("a client without a certificate learns that, where only a list of names requires one", async () => {
    const web = setUp(
      "  client_auth_type: VerifyClientCertIfGiven",
      "  client_ca_file: ca.pem",
      "  client_allowed_sans: [a]",
    );
    const { port, lines } = await startWith(web.file);
    expect(await alertTo(port, { minVersion: "TLSv1.3" })).toContain("alert certificate required");
    expect(lines.map(({ reason }) => reason)).toContain("no_client_certificate");
  });

  test("a refused client that stays is disconnected", async () => {
    const { port } = await startWith(setUp(...VERIFY).file);
    const upstream = connectTcp({ port, host: "127.0.0.1" });
    // Between both: it passes on what the client says, and of the server only the handshake, so the client sees no alert.
    const between = createTcpServer((downstream) => {
      downstream.on("data", (chunk) => upstream.write(chunk)).on("error", () => {});
      upstream.on("data", (chunk) => (isShaken ? undefined : downstream.write(chunk)));
    });
    onTestFinished(() => void between.close());
    let isShaken = false;
    await once(between.listen(0, "127.0.0.1"), "listening");
    const ended = once(upstream, "close");
    const socket = await handshake(Number(Object(between.address()).port));
    isShaken = true;
    await ended;
    socket.destroy();
  });

  test("a session is not resumed, as it would bring back what was verified earlier", async () => {
    const { port } = await startWith(setUp(...VERIFY).file);
    const options: ConnectionOptions = { cert: client.cert, key: client.key, maxVersion: "TLSv1.2" };
    const first = await handshake(port, options);
    const session = first.getSession();
    const second = await handshake(port, session === undefined ? options : { ...options, session });
    expect(second.isSessionReused()).toBe(false);
  });
});

describe("alternative names", () => {
  test("none is no allowed one", () => {
    const auth = { type: "RequireAndVerifyClientCert", allowedSans: ["a"] } as const;
    const seen = { hasCertificate: true, verifyError: undefined };
    expect(clientProblem(auth, { ...seen, altNames: undefined })?.message).toMatch(/client_allowed_sans/);
    expect(clientProblem(auth, { ...seen, altNames: "DNS:a" })).toBeUndefined();
  });
});

describe("a change of the files", () => {
  const names = (lines: readonly { msg?: unknown }[]) => lines.map(({ msg }) => String(msg));
  const subject = async (port: number) => (await handshake(port)).getPeerX509Certificate()?.fingerprint256;

  test("brings a new certificate to new connections, and old ones go on", async () => {
    const { file, put } = setUp();
    const { port, url } = await startWith(file);
    const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: authority.ca });
    onTestFinished(() => agent.destroy());
    expect(await get(url, { agent })).toBe(200);
    const before = await subject(port);
    const next = await authority.issue("renewed", "IP:127.0.0.1");
    put("key.pem", next.key);
    put("cert.pem", next.cert);
    await waitFor(async () => (await subject(port)) !== before, "the renewed certificate");
    expect(await get(url, { agent })).toBe(200);
    expect(await get(url)).toBe(200);
  });

  test("is seen when it comes while the exporter starts", async () => {
    const { file, write } = setUp();
    const { url } = await startWith(file);
    write("basic_auth_users:", `  alice: ${hashOf("x")}`);
    await waitFor(async () => (await get(url)) === 401, "the users");
  });

  test("to an invalid file changes nothing and is logged; the fixed file is applied", async () => {
    const { file, put, write } = setUp("basic_auth_users:", `  alice: ${hashOf("x")}`);
    const { url, lines } = await startWith(file);
    const before = serverCertificate.cert;
    put("cert.pem", "rubbish\n");
    await waitFor(() => names(lines).some((line) => line.includes("expected a certificate in PEM form")), "the error");
    expect(await get(url)).toBe(401);
    write("basic_auth_user: {}");
    await waitFor(() => names(lines).some((line) => line.includes("basic_auth_users")), "the second error");
    expect(await get(url)).toBe(401);
    expect(
      names(lines)
        .filter((line) => !line.startsWith("web configuration: "))
        .join(),
    ).toMatch(/^keeping the current web configuration: .*web\.yaml:2:3/);
    put("cert.pem", before);
    write();
    await waitFor(async () => (await get(url)) === 200, "the fixed file");
  });

  test("a file that was missing is found when it comes", async () => {
    const { file, put, write } = setUp();
    const { url, lines } = await startWith(file);
    const add = ["basic_auth_users:", `  alice: ${hashOf("x")}`];
    put("web.yaml", `tls_server_config:\n  cert_file: later.pem\n  key_file: key.pem\n${add.join("\n")}\n`);
    await waitFor(
      () => names(lines).some((line) => /cannot read a file in .* \(ENOENT: no such file\)/.test(line)),
      "the error",
    );
    expect(await get(url)).toBe(200);
    put("later.pem", serverCertificate.cert);
    await waitFor(async () => (await get(url)) === 401, "the file that came");
    write();
    await waitFor(async () => (await get(url)) === 200, "the first file");
  });

  test("of the users counts for the next request, also of a connection that is open", async () => {
    const users = (name: string) => ["basic_auth_users:", `  ${name}: ${hashOf("x")}`];
    const { file, write } = setUp(...users("alice"));
    const { url } = await startWith(file);
    const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: authority.ca });
    onTestFinished(() => agent.destroy());
    const ask = (name: string) => get(url, { agent, headers: basic(name, "x") });
    expect([await ask("alice"), await ask("bob")]).toEqual([200, 401]);
    write(...users("bob"));
    await waitFor(async () => (await ask("bob")) === 200, "the new user");
    expect(await ask("alice")).toBe(401);
  });

  test("of the authority refuses clients of the old one, also on open connections", async () => {
    const { file, put } = setUp(...VERIFY);
    const { url } = await startWith(file);
    const own = { cert: client.cert, key: client.key };
    const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: authority.ca, ...own });
    onTestFinished(() => agent.destroy());
    expect(await get(url, { agent, ...own })).toBe(200);
    put("ca.pem", stranger.ca);
    await waitFor(async () => (await get(url, { cert: strange.cert, key: strange.key })) === 200, "the new authority");
    expect(await get(url, own)).not.toBe(200);
    expect(await get(url, { agent, ...own })).not.toBe(200);
  });

  test.each<[string, readonly string[], string]>([
    ["no TLS", [], "restart the exporter to turn TLS off"],
    ["client certificates", VERIFY, "restart the exporter to start requesting client certificates"],
  ])("to %s needs a restart, and nothing else of the file counts before", async (_, rows, expected) => {
    const { file, put, write } = setUp("basic_auth_users:", `  alice: ${hashOf("x")}`);
    const { url, lines } = await startWith(file);
    if (rows.length === 0) put("web.yaml", "{}\n");
    else write(...rows);
    await waitFor(() => names(lines).some((line) => line.includes(expected)), "the error");
    expect(await get(url)).toBe(401);
  });
});
