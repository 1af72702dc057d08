import { X509Certificate } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { get } from "node:https";
import { connect as connectTcp } from "node:net";
import { join } from "node:path";
import { connect, TLSSocket } from "node:tls";
import { fileURLToPath } from "node:url";
import { hashSync } from "bcryptjs";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { ask } from "../support/ask.ts";
import { type Authority, createAuthority } from "../support/authority.ts";
import { type Exporter, logLines, PROGRAM, startExporter } from "../support/exporter.ts";
import { value } from "../support/exposition-parser.ts";
import { type Prometheus, startPrometheus } from "../support/prometheus.ts";
import { findServer, requireProgram, run, startProcess, tempFolder, waitFor } from "../support/servers.ts";

const server = findServer("prometheus", "apt-get install prometheus");
const curl = findServer("curl", "apt-get install curl");

const document = readFileSync(fileURLToPath(new URL("../../docs/security.md", import.meta.url)), "utf8");
const blocks = (language: string) =>
  [...document.matchAll(/```(\w+)\n(.*?)```/gs)].filter(([, name]) => name === language).map(([, , text = ""]) => text);

function blockWith(language: string, part: string): string {
  const found = blocks(language).find((text) => text.includes(part));
  if (found === undefined) throw new Error(`docs/security.md has no ${language} block with ${part}`);
  return found;
}

/** Writes a whole file at once, as those who renew certificates do. */
function replace(file: string, text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

/** Runs a block of the document in a folder where `peer-exporter` is a command. */
async function runBlock(folder: string, script: string) {
  const shim = `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`;
  writeFileSync(join(folder, "peer-exporter"), shim, { mode: 0o755 });
  const env = { PATH: `${folder}:${process.env.PATH}` };
  return run(requireProgram("bash"), ["-euc", script], { cwd: folder, env });
}

const scrapeConfig = z.object({
  scrape_configs: z.tuple([
    z.object({
      scheme: z.string(),
      tls_config: z.object({ ca_file: z.string() }),
      basic_auth: z.object({ username: z.string(), password_file: z.string() }),
    }),
  ]),
});

describe("the commands of docs/security.md", () => {
  const folder = tempFolder();
  let exporter: Exporter;
  let setup: Awaited<ReturnType<typeof runBlock>>;

  beforeAll(async () => {
    setup = await runBlock(folder, blockWith("sh", "openssl req"));
    exporter = await startExporter({ args: ["demo", `--web.config.file=${join(folder, "web.yaml")}`] });
  });

  afterAll(async () => {
    await exporter?.stop();
  });

  test("make a good file", () => {
    expect(setup.code).toBe(0);
    expect(setup.stdout).toBe("web.yaml: valid, TLS (client certificates: NoClientCert), 1 user\n");
  });

  test.skipIf(curl === undefined)("get the metrics, which require a password", async () => {
    const { port } = new URL(exporter.url);
    const command = blockWith("sh", "curl --cacert").replace("10900", port);
    expect((await runBlock(folder, command)).stdout).toContain("p2p_node_up{");
    const without = await runBlock(folder, command.replace(/--user "[^"]*"/, ""));
    expect(without.stdout).toMatch(/^401: /);
    const plain = await runBlock(folder, command.replace("https:", "http:"));
    expect(plain.stdout).toMatch(/^400: Client sent an HTTP request to an HTTPS server/);
  });

  test.skipIf(server === undefined)("let Prometheus scrape", async () => {
    const { scrape_configs: written } = scrapeConfig.parse(parse(blockWith("yaml", "# prometheus.yml")));
    const { scheme, tls_config: tls, basic_auth: auth } = written[0];
    const prometheus = await startPrometheus({
      targets: [`localhost:${new URL(exporter.url).port}`],
      scrapeConfig: {
        scheme,
        tls_config: { ca_file: join(folder, tls.ca_file) },
        basic_auth: { ...auth, password_file: join(folder, auth.password_file) },
      },
    });
    onTestFinished(async () => void (await prometheus.stop()));
    await waitFor(async () => (await prometheus.query("p2p_node_up == 1")).length > 3, "series", { timeoutMs: 30_000 });
  });
});

describe.skipIf(server === undefined)("a real Prometheus, through TLS and a rotation of its certificate", () => {
  const folder = tempFolder();
  const at = (name: string) => join(folder, name);
  let authorities: readonly [Authority, Authority];
  let exporter: Exporter;
  let prometheus: Prometheus;

  const issue = async (authority: Authority) => {
    const { cert, key } = await authority.issue("exporter", "IP:127.0.0.1");
    replace(at("key.pem"), key);
    replace(at("cert.pem"), cert);
  };

  /** The fingerprint of the certificate that a new connection gets. */
  const served = () =>
    new Promise<string | undefined>((resolve, reject) => {
      const socket = connect({
        port: Number(new URL(exporter.url).port),
        host: "127.0.0.1",
        rejectUnauthorized: false,
      });
      socket.once("error", reject);
      socket.once("secureConnect", () => {
        resolve(socket.getPeerX509Certificate()?.fingerprint256);
        socket.destroy();
      });
    });

  beforeAll(async () => {
    authorities = await Promise.all([createAuthority(), createAuthority()]);
    const [first, second] = authorities;
    await issue(first);
    replace(at("ca.pem"), first.ca + second.ca);
    writeFileSync(at("password"), "open sesame");
    const { stdout } = await run(process.execPath, [PROGRAM, "hash-password"], { input: "open sesame\n" });
    writeFileSync(
      at("web.yaml"),
      `tls_server_config: {cert_file: cert.pem, key_file: key.pem}\nbasic_auth_users: {prometheus: ${stdout.trim()}}\n`,
    );
    exporter = await startExporter({ args: ["demo", `--web.config.file=${at("web.yaml")}`] });
    prometheus = await startPrometheus({
      targets: [new URL(exporter.url).host],
      scrapeConfig: {
        ...{ scrape_interval: "4s", scrape_timeout: "4s" },
        scheme: "https",
        tls_config: { ca_file: at("ca.pem") },
        basic_auth: { username: "prometheus", password_file: at("password") },
      },
    });
  });

  afterAll(async () => {
    await prometheus?.stop();
    await exporter?.stop();
  });

  const scrapes = async () => (await prometheus.query("count_over_time(up[10m])"))[0]?.value ?? 0;

  test("has not one failed scrape while certificate and authority change", async () => {
    // The first one may take too long for a busy machine.
    const good = async () => (await prometheus.query("sum_over_time(up[10m])"))[0]?.value ?? 0;
    await waitFor(async () => (await good()) >= 2, "two good scrapes", { timeoutMs: 30_000 });
    const failed = async () => (await prometheus.query("count_over_time(up[10m]) - sum_over_time(up[10m])"))[0]?.value;
    const failedEarlier = await failed();
    const before = await served();
    await issue(authorities[1]);
    await waitFor(async () => (await served()) !== before, "the new certificate", { timeoutMs: 20_000 });
    // From now on Prometheus trusts the new authority alone, which makes it connect anew.
    replace(at("ca.pem"), authorities[1].ca);
    const then = await scrapes();
    const reported = new Set<string>();
    await waitFor(
      async () => {
        for (const { health, lastError } of await prometheus.targets()) reported.add(`${health} ${lastError}`);
        return (await scrapes()) >= then + 3;
      },
      "three more scrapes",
      { timeoutMs: 30_000 },
    );
    expect([...reported]).toEqual(["up "]);
    expect(await failed()).toBe(failedEarlier);
  });

  test("gets 401 with another password", async () => {
    writeFileSync(at("password"), "open barley");
    await waitFor(
      async () => (await prometheus.targets()).every(({ lastError }) => lastError.includes("401")),
      "the target to be down",
      { timeoutMs: 30_000 },
    );
    expect(exporter.program.output()).not.toMatch(/open (?:sesame|barley)/);
  });

  test("a client that begins no TLS handshake is cut off", async () => {
    const socket = connectTcp(Number(new URL(exporter.url).port), "127.0.0.1");
    socket.on("error", () => {});
    const began = performance.now();
    await new Promise((resolve) => socket.once("close", resolve).resume());
    expect(performance.now() - began).toBeLessThan(30_000);
  });
});

describe("the program", () => {
  test("refuses to start with an invalid file, and reports all problems", async () => {
    const file = join(tempFolder(), "web.yaml");
    writeFileSync(file, "basic_auth_users: {a: b}\nrate_limt: {}\n");
    for (const command of ["demo", "check"]) {
      const { code, output } = await run(process.execPath, [PROGRAM, command, `--web.config.file=${file}`]);
      expect(code).toBe(1);
      expect(output).toContain(`${file}:1:20: basic_auth_users.a: expected a bcrypt hash`);
      expect(output).toContain(`${file}:2:1: rate_limt: unknown key; did you mean "rate_limit"?`);
    }
  });

  test.skipIf(curl === undefined)("tells curl why it is refused, and the log names each kind once", async () => {
    const [folder, authority, stranger] = [tempFolder(), await createAuthority(), await createAuthority()];
    const [own, strange] = await Promise.all([
      authority.issue("exporter", "IP:127.0.0.1"),
      stranger.issue("client", "DNS:client.example.org"),
    ]);
    const files = { "web.crt": own.cert, "web.key": own.key, "strange.crt": strange.cert, "strange.key": strange.key };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const rules = `client_auth_type: RequireAndVerifyClientCert, client_ca_file: ${authority.caFile}`;
    writeFileSync(join(folder, "web.yaml"), `tls_server_config: {cert_file: web.crt, key_file: web.key, ${rules}}\n`);
    const args = ["--node=a=wire+http://127.0.0.1:1", `--web.config.file=${join(folder, "web.yaml")}`];
    const exporter = await startExporter({ args });
    onTestFinished(async () => void (await exporter.stop()));
    const ask = async (url: string, ...flags: readonly string[]) =>
      (
        await run(curl ?? "", ["--silent", "--show-error", "--cacert", authority.caFile, ...flags, url], {
          cwd: folder,
        })
      ).output;
    const presented = ["--cert", "strange.crt", "--key", "strange.key"];
    const old = ["--tls-max", "1.2"];
    expect(await ask(exporter.url)).toContain("alert certificate required");
    expect(await ask(exporter.url, ...old)).toContain("alert bad certificate");
    expect(await ask(exporter.url, ...presented)).toContain("alert unknown ca");
    expect(await ask(exporter.url, ...presented, ...old)).toContain("alert unknown ca");
    const plain = await ask(exporter.url.replace("https:", "http:"), "--include");
    expect(plain).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n.*Client sent an HTTP request to an HTTPS server\./s);
    const refused = logLines(exporter.program).filter(({ msg }) => String(msg).startsWith("refused"));
    expect(refused.map(({ reason }) => reason)).toEqual([
      "no_client_certificate",
      "client_certificate_of_unknown_authority",
      "plain_http",
    ]);
  });

  test("serves TCP and a unix socket with the same rules, and leaves no socket behind", async () => {
    const folder = tempFolder();
    const file = join(folder, "web.yaml");
    writeFileSync(file, "rate_limit: {interval: 1h, burst: 2}\n");
    const socket = join(folder, "exporter.sock");
    const program = await startProcess(process.execPath, [
      ...[PROGRAM, "demo", `--web.config.file=${file}`, "--log.format=json"],
      ...["--web.listen-address=127.0.0.1:0", `--web.listen-address=unix:${socket}`],
    ]);
    const listening = await waitFor(
      () => logLines(program).flatMap(({ listen }) => (listen === undefined ? [] : [listen]))[0],
      "it to listen",
      { timeoutMs: 20_000, program },
    );
    expect(listening).toEqual([expect.stringMatching(/^http:/), `unix:${socket}`]);
    const status = async () => (await ask("http://localhost/metrics", { socketPath: socket })).statusCode;
    expect(await status()).toBe(200);
    expect((await fetch(`${listening[0]}/metrics`)).status).toBe(200);
    expect(await status()).toBe(429);
    expect(await program.stop()).toBe(0);
    await expect(run(requireProgram("ls"), [socket])).resolves.toMatchObject({ code: 2 });
  });

  test("reads the file again on POST /-/reload, immediately, and reports what is wrong with it", async () => {
    const file = join(tempFolder(), "web.yaml");
    writeFileSync(file, "{}\n");
    const { url, stop } = await startExporter({
      config: "nodes: [{name: one, chain: wire, url: 'http://127.0.0.1:1'}]\n",
      args: [`--web.config.file=${file}`],
    });
    onTestFinished(async () => void (await stop()));
    const reload = async () => {
      const answer = await fetch(`${url}/-/reload`, { method: "POST" });
      return [answer.status, await answer.text()];
    };
    const unchanged = "nodes: 0 added, 0 changed, 0 removed, 1 unchanged";
    writeFileSync(file, "http_server_config: {headers: {X-Frame-Options: deny}}\n");
    expect(await reload()).toEqual([200, `configuration reloaded: ${unchanged}\n`]);
    expect((await fetch(`${url}/metrics`)).headers.get("x-frame-options")).toBe("deny");
    writeFileSync(file, "rate_limt: {}\n");
    expect(await reload()).toEqual([
      500,
      `500: configuration partly reloaded (${unchanged}):\n` +
        `keeping the current web configuration: ${file}:1:1: rate_limt: unknown key; did you mean "rate_limit"?\n`,
    ]);
    expect((await fetch(`${url}/metrics`)).headers.get("x-frame-options")).toBe("deny");
  });

  test("shows an invalid file in the metric of reloads until it is fixed", async () => {
    const file = join(tempFolder(), "web.yaml");
    writeFileSync(file, "{}\n");
    const exporter = await startExporter({
      config: "nodes: [{name: one, chain: wire, url: 'http://127.0.0.1:1'}]\n",
      args: [`--web.config.file=${file}`],
    });
    onTestFinished(async () => void (await exporter.stop()));
    const isGood = async () => value(await exporter.page(), "peer_exporter_config_last_reload_successful");
    expect(await isGood()).toBe(1);
    replace(file, "rate_limt: {}\n");
    await waitFor(async () => (await isGood()) === 0, "the bad file to be seen");
    expect((await fetch(`${exporter.url}/-/reload`, { method: "POST" })).status).toBe(500);
    replace(file, "{}\n");
    await waitFor(async () => (await isGood()) === 1, "the mended file to be seen");
  });

  test("reads the file, a new certificate and a new user again on SIGHUP, immediately", async () => {
    const folder = tempFolder();
    const at = (name: string) => join(folder, name);
    const authority = await createAuthority();
    const write = async (user: string) => {
      const { cert, key } = await authority.issue("exporter", "IP:127.0.0.1");
      replace(at("key.pem"), key);
      replace(at("cert.pem"), cert);
      replace(
        at("web.yaml"),
        `tls_server_config: {cert_file: cert.pem, key_file: key.pem}\nbasic_auth_users: {${user}: ${hashSync("pw", 4)}}\n`,
      );
      return new X509Certificate(cert).fingerprint256;
    };
    const first = await write("anna");
    const exporter = await startExporter({
      config: "nodes: [{name: one, chain: wire, url: 'http://127.0.0.1:1'}]\n",
      args: [`--web.config.file=${at("web.yaml")}`],
    });
    onTestFinished(async () => void (await exporter.stop()));
    const ask = (user: string) =>
      new Promise((resolve, reject) => {
        const asking = get(
          `${exporter.url}/metrics`,
          { auth: `${user}:pw`, ca: authority.ca, agent: false },
          (answer) => {
            answer.resume();
            const { socket } = answer;
            const served = socket instanceof TLSSocket ? socket.getPeerX509Certificate()?.fingerprint256 : undefined;
            resolve([answer.statusCode, served]);
          },
        );
        asking.once("error", reject);
      });
    expect(await ask("anna")).toEqual([200, first]);
    const second = await write("bert");
    process.kill(exporter.program.pid, "SIGHUP");
    await waitFor(() => exporter.program.output().includes('"cause":"SIGHUP"'), "the reload");
    expect(await ask("bert")).toEqual([200, second]);
    expect(await ask("anna")).toEqual([401, second]);
  });
});
