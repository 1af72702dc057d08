import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { probe } from "../reliability/observe.ts";
import { type Exporter, logLines, PROGRAM, startExporter } from "../support/exporter.ts";
import { find, value } from "../support/exposition-parser.ts";
import { HURRY } from "../support/hurry.ts";
import { type Monerod, startMonerod } from "../support/monerod.ts";
import { runNginx } from "../support/nginx.ts";
import { findServer, freePort, run, tempFolder } from "../support/servers.ts";
import { untilReady } from "../support/waits.ts";

const monerod = findServer("monerod", "apt-get install monero");
const nginx = findServer("nginx", "apt-get install nginx");

/** The lines that docs/getting-started/monero.md has for a node behind nginx, with other ports. */
function documentedProxy(nodePort: number, port: number): string {
  const document = readFileSync(join(import.meta.dirname, "../../docs/getting-started/monero.md"), "utf8");
  const lines = /```nginx\n(.*?)```/s.exec(document)?.[1] ?? "";
  return lines.replace("127.0.0.1:18081", `127.0.0.1:${nodePort}`).replace("127.0.0.1:8081", `127.0.0.1:${port}`);
}

describe.skipIf(monerod === undefined)("a real monerod with a login and a restricted port", () => {
  const rpcLogin = { username: "monitor", password: "s3cret" };
  let node: Monerod;
  let exporter: Exporter;
  let proxy: { stop(): Promise<number> } | undefined;

  /** Nodes behind nginx: with a connection for each request, with one that stays, and one of several by name. */
  async function nodesBehindNginx(): Promise<string> {
    if (nginx === undefined) return "";
    const [bare, kept, named] = [await freePort(), await freePort(), await freePort()];
    // A pool of its own: with two of our nodes in one, a request would at times lose its login twice.
    const byName = `
      upstream by_name { server 127.0.0.1:${node.rpcPort}; keepalive 4; }
      server { listen 127.0.0.1:${named} default_server; return 421; }
      server {
        listen 127.0.0.1:${named};
        server_name node.example;
        if ($http_cf_access_client_id != "id.access") { return 401; }
        if ($http_cf_access_client_secret != "canary-header") { return 401; }
        location / { proxy_pass http://by_name; proxy_http_version 1.1; proxy_set_header Connection ""; }
      }`;
    const http = `${documentedProxy(node.rpcPort, kept)} ${byName}`;
    proxy = await runNginx(nginx, { port: bare, http, server: `location / { proxy_pass ${node.rpcUrl}; }` });
    const digest = "digest: {username: monitor, password: s3cret}";
    const headers = (id: string) =>
      `headers: [{name: CF-Access-Client-Id, value: ${id}}, {name: CF-Access-Client-Secret, value: canary-header}]`;
    const at = (port: number) => `chain: monero, url: "http://127.0.0.1:${port}"`;
    return `
  - {name: bare, ${at(bare)}, auth: {${digest}}}
  - {name: kept, ${at(kept)}, auth: {${digest}}}
  - {name: named, ${at(named)}, host_header: node.example, auth: {${digest}, ${headers("id.access")}}}
  - {name: unnamed, ${at(named)}, auth: {${digest}, ${headers("id.access")}}}
  - {name: refused, ${at(named)}, host_header: node.example, auth: {${headers("other.access")}}}
`;
  }

  beforeAll(async () => {
    node = await startMonerod({ role: "hub", rpcLogin, restrictedPort: true });
    const auth = (password: string) => `auth: {digest: {username: monitor, password: ${password}}}`;
    exporter = await startExporter({
      env: { NODE_OPTIONS: HURRY },
      config: `
global: {interval: 30s, timeout: 30s}
nodes:
  - {name: right, chain: monero, url: "${node.rpcUrl}", ${auth("s3cret")}}
  - {name: wrong, chain: monero, url: "${node.rpcUrl}", ${auth("canary-wrong")}}
  - {name: none, chain: monero, url: "${node.rpcUrl}"}
  - {name: basic, chain: monero, url: "${node.rpcUrl}", auth: {basic: {username: monitor, password: s3cret}}}
  - {name: restricted, chain: monero, url: "${node.restrictedUrl}", ${auth("s3cret")}}
${await nodesBehindNginx()}`,
    });
    await untilReady(exporter);
  });

  afterAll(async () => {
    await exporter?.stop();
    await proxy?.stop();
    await node?.stop();
  });

  test("digest login works poll after poll, and past the sixteenth request on one nonce", async () => {
    for (let poll = 0; poll < 10; poll += 1) await probe(exporter, "right");
    const polled = await exporter.page();
    expect(value(polled, "p2p_node_polls_total", { target: "right" })).toBeGreaterThan(10);
    expect(value(polled, "p2p_node_up", { target: "right" })).toBe(1);
    const failures = find(polled, "p2p_node_poll_failures_total", { target: "right" });
    expect(failures.filter((sample) => sample.value > 0)).toEqual([]);
    const apis = find(polled, "p2p_node_api_up", { target: "right" });
    expect(apis.filter((sample) => sample.value !== 1)).toEqual([]);
    expect(apis.map(({ labels }) => labels.get("api"))).toEqual(expect.arrayContaining(["totals", "bans", "limits"]));
  });

  /** What the log says of a node that is down; each cause once. */
  const saidOf = (target: string) =>
    logLines(exporter.program).flatMap((line) => (line.target === target && line.level === "warn" ? [line.msg] : []));

  test("a wrong, missing or other login is unauthorized, told apart once, and shows no secret", async () => {
    const page = await exporter.page();
    for (const target of ["wrong", "none", "basic"]) {
      expect(value(page, "p2p_node_up", { target })).toBe(0);
      expect(value(page, "p2p_node_poll_failures_total", { target, reason: "unauthorized" })).toBeGreaterThan(0);
      expect(find(page, "p2p_node_head_height", { target })).toEqual([]);
    }
    expect(saidOf("wrong")).toEqual([expect.stringMatching(/the node refused these credentials; .* of auth\.digest$/)]);
    expect(saidOf("none")).toEqual([expect.stringMatching(/the node wants a login \(digest\); set auth\.digest/)]);
    expect(saidOf("basic")).toEqual([expect.stringMatching(/set auth\.digest .*, in place of auth\.basic$/)]);
    expect(exporter.program.output()).not.toContain("canary");
  });

  test.skipIf(nginx === undefined)(
    "behind nginx that keeps its connection to the node, each poll logs in",
    async () => {
      for (const target of ["kept", "named"]) {
        await probe(exporter, target);
        await probe(exporter, target);
        const page = await exporter.page();
        expect(value(page, "p2p_node_up", { target })).toBe(1);
        const failures = find(page, "p2p_node_poll_failures_total", { target });
        expect(failures.filter((sample) => sample.value > 0)).toEqual([]);
      }
    },
  );

  test.skipIf(nginx === undefined)("behind nginx, what is missing is named", () => {
    expect(saidOf("bare")).toEqual([
      expect.stringMatching(/credentials are right, but a proxy .*keepalive.*Connection ""/),
    ]);
    expect(saidOf("unnamed")).toEqual([expect.stringMatching(/found 421; .*set host_header/)]);
    expect(saidOf("refused")).toEqual([expect.stringMatching(/refused these credentials; .*auth\.headers/)]);
  });

  test("discover logs in, and its entry works", async () => {
    const passwordFile = join(tempFolder(), "password");
    writeFileSync(passwordFile, `${rpcLogin.password}\n`);
    const login = ["--auth.digest", rpcLogin.username, "--auth.password-file", passwordFile];
    const found = await run(process.execPath, [PROGRAM, "discover", node.rpcUrl, ...login]);
    expect(found).toMatchObject({ code: 0 });
    expect(found.output).not.toContain(rpcLogin.password);
    const file = join(tempFolder(), "config.yaml");
    writeFileSync(file, found.stdout);
    const check = [PROGRAM, "check", "--connect", `--config.file=${file}`];
    expect(await run(process.execPath, check)).toMatchObject({ code: 0 });
    const without = await run(process.execPath, [PROGRAM, "discover", node.rpcUrl]);
    expect(without).toMatchObject({ code: 1, output: expect.stringContaining("Run it again with --auth.digest USER") });
  });

  test("the restricted port is explained, and none of its fake values is shown", async () => {
    // For the exporter hours have passed since its last poll, which is too old to be shown.
    await probe(exporter, "restricted");
    const page = await exporter.page();
    expect(value(page, "p2p_node_up", { target: "restricted" })).toBe(0);
    expect(
      value(page, "p2p_node_poll_failures_total", { target: "restricted", reason: "unavailable" }),
    ).toBeGreaterThan(0);
    expect(value(page, "p2p_node_api_up", { target: "restricted", api: "head" })).toBe(1);
    expect(value(page, "p2p_node_head_height", { target: "restricted" })).toBe(1);
    for (const family of ["p2p_node_peers", "p2p_node_connections", "p2p_node_syncing_peers"]) {
      expect(find(page, family, { target: "restricted" })).toEqual([]);
    }
    expect(value(page, "p2p_monero_restricted", { target: "restricted" })).toBe(1);
    const shown = page.families.flatMap(({ name }) =>
      name.startsWith("p2p_monero_") && find(page, name, { target: "restricted" }).length > 0 ? [name] : [],
    );
    expect(new Set(shown)).toEqual(new Set(["restricted", "untrusted", "offline"].map((name) => `p2p_monero_${name}`)));
    const apis = find(page, "p2p_node_api_up", { target: "restricted" }).map(({ labels }) => labels.get("api"));
    expect(new Set(apis)).toEqual(new Set(["peers", "head"]));
    expect(exporter.program.output()).toContain("restricted RPC hides the peers");
  });
});
