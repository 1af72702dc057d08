import { X509Certificate } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nginxConfiguration } from "../../bench/support/nginx-config.mjs";
import { failuresOf, isUp, probe } from "../reliability/observe.ts";
import { type Certificate, selfSigned } from "../support/certificates.ts";
import { type Exporter, logLines, startExporter } from "../support/exporter.ts";
import { type Page, value } from "../support/exposition-parser.ts";
import { HURRY } from "../support/hurry.ts";
import { findServer, freePort, type RunningProgram, startProcess, tempFolder, waitFor } from "../support/servers.ts";
import { untilReady } from "../support/waits.ts";

const monerod = findServer("monerod", "apt-get install monero");
const nginx = findServer("nginx", "apt-get install nginx");
const openssl = findServer("openssl", "apt-get install openssl");

const KINDS = ["none", "stranger", "own", "rotated"] as const;
type Kind = (typeof KINDS)[number];

/** Polls one server in four ways: without a certificate, with a wrong one, with the right one, and with one that is replaced. */
function contract(startServer: (folder: string, port: number) => Promise<RunningProgram>, answersRpc: boolean) {
  const folder = tempFolder();
  let server: RunningProgram;
  let exporter: Exporter;
  let stranger: Certificate;
  let own: Certificate;

  beforeAll(async () => {
    const node = await selfSigned({ commonName: "node" });
    [own, stranger] = [
      await selfSigned({ commonName: "own", kind: "rsa" }),
      await selfSigned({ commonName: "stranger" }),
    ];
    write("node", node);
    write("own", own);
    write("stranger", stranger);
    write("rotated", stranger);
    const port = await freePort();
    server = await startServer(folder, port);
    await waitFor(() => canConnect(port), "the server to listen", { timeoutMs: 60_000, program: server });
    exporter = await startExporter({
      env: { NODE_OPTIONS: HURRY },
      configFile: join(folder, "config.yaml"),
      config: `global: {interval: 30s, timeout: 30s}\nnodes:\n${KINDS.map((kind) => nodeEntry(kind, port)).join("")}`,
    });
    await untilReady(exporter);
  });

  afterAll(async () => {
    await exporter?.stop();
    await server?.stop();
  });

  /** As tools that renew certificates do: no reader sees half of a file. */
  function write(name: string, { cert, key }: Certificate): void {
    for (const [suffix, content] of [
      ["crt", cert],
      ["key", key],
    ] as const) {
      const path = join(folder, `${name}.${suffix}`);
      writeFileSync(`${path}.new`, content);
      renameSync(`${path}.new`, path);
    }
  }

  const lineOf = (target: Kind) =>
    logLines(exporter.program).find((line) => line.target === target && line.reason === "tls");

  test("without a certificate and with a wrong one the reason is tls, with the advice", async () => {
    const page = await exporter.page();
    for (const target of ["none", "stranger"] as const) {
      expect(isUp(page, target)).toBe(false);
      expect(value(page, "p2p_node_poll_failures_total", { target, reason: "tls" })).toBeGreaterThan(0);
    }
    expect(lineOf("none")?.msg).toMatch(/client certificate.*set tls\.cert_file and tls\.key_file/);
    expect(lineOf("stranger")?.msg).toContain("refuses the client certificate of tls.cert_file");
    if (answersRpc) expect(lineOf("stranger")?.msg).toContain(new X509Certificate(stranger.cert).fingerprint256);
    expect(exporter.program.output()).not.toContain("PRIVATE KEY");
  });

  test("with the right certificate the server answers, also after its files have changed", async () => {
    write("rotated", own);
    const isServed = (page: Page, target: Kind) =>
      answersRpc ? isUp(page, target) : (failuresOf(page, target).bad_shape ?? 0) > 0;
    await probe(exporter, "rotated");
    const page = await exporter.page();
    expect({ rotated: isServed(page, "rotated"), own: isServed(page, "own") }).toEqual({ rotated: true, own: true });
    expect(failuresOf(page, "own")).not.toHaveProperty("tls");
  });
}

function nodeEntry(kind: Kind, port: number): string {
  const files = kind === "none" ? "" : `, cert_file: ${kind}.crt, key_file: ${kind}.key`;
  return `  - {name: ${kind}, chain: monero, url: "https://127.0.0.1:${port}", tls: {insecure: true${files}}}\n`;
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

describe.skipIf(monerod === undefined || openssl === undefined)("monerod with rpc-ssl-allowed-fingerprints", () => {
  contract(async (folder, port) => {
    const { fingerprint256 } = new X509Certificate(readFileSync(join(folder, "own.crt")));
    const data = join(folder, "monero");
    return startProcess(monerod ?? "", [
      ...["--regtest", "--offline", "--fixed-difficulty", "1", "--non-interactive", "--log-level", "0"],
      ...["--no-zmq", "--no-igd", "--check-updates", "disabled", "--data-dir", data],
      ...["--p2p-bind-ip", "127.0.0.1", "--p2p-bind-port", String(await freePort())],
      ...["--rpc-bind-ip", "127.0.0.1", "--rpc-bind-port", String(port), "--rpc-ssl", "enabled"],
      ...["--rpc-ssl-private-key", join(folder, "node.key"), "--rpc-ssl-certificate", join(folder, "node.crt")],
      ...["--rpc-ssl-allowed-fingerprints", fingerprint256],
    ]);
  }, true);
});

describe.skipIf(nginx === undefined || openssl === undefined)("nginx with ssl_verify_client", () => {
  contract(async (folder, port) => {
    const file = join(folder, "nginx.conf");
    const server = [
      ...[`ssl_certificate ${folder}/node.crt;`, `ssl_certificate_key ${folder}/node.key;`],
      ...[`ssl_client_certificate ${folder}/own.crt;`, "ssl_verify_client on;", 'location / { return 200 "{}"; }'],
    ].join("\n    ");
    const main = "master_process off;\nerror_log stderr warn;\nevents { worker_connections 256; }";
    const text = nginxConfiguration({ folder, port, main, http: "", server });
    writeFileSync(file, text.replace(`listen 127.0.0.1:${port};`, `listen 127.0.0.1:${port} ssl;`));
    return startProcess(nginx ?? "", ["-e", "stderr", "-p", folder, "-c", file]);
  }, false);
});
