import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nginxConfiguration } from "../../bench/support/nginx-config.mjs";
import { probe } from "../reliability/observe.ts";
import { createAuthority } from "../support/authority.ts";
import { peerId, selfSigned } from "../support/certificates.ts";
import { type Exporter, startExporter } from "../support/exporter.ts";
import { find, value } from "../support/exposition-parser.ts";
import { type FakeNode, startFakeNode } from "../support/fake-node.ts";
import { HURRY } from "../support/hurry.ts";
import { startMonerod } from "../support/monerod.ts";
import { type RunningProxy, startHttpsProxy, startMicrosocks, startTinyproxy } from "../support/proxies.ts";
import { findServer, freePort, startProcess, tempFolder, waitFor } from "../support/servers.ts";
import { untilReady } from "../support/waits.ts";
import { wellMonerod } from "../support/well-monerod.ts";

const monerod = findServer("monerod", "apt-get install monero");
const microsocks = findServer("microsocks", "apt-get install microsocks");
const tinyproxy = findServer("tinyproxy", "apt-get install tinyproxy-bin");
const nginx = findServer("nginx", "apt-get install nginx");

const LOGIN = { username: "monitor", password: "canary-proxy" };
const USER = `${LOGIN.username}:${LOGIN.password}@`;

/** Sends whole requests on. */
async function startForwarder(path: string): Promise<RunningProxy> {
  const [folder, port] = [tempFolder(), await freePort()];
  const file = join(folder, "nginx.conf");
  const parts = {
    main: "master_process off;\nerror_log stderr warn;\nevents { worker_connections 64; }",
    http: "",
    server: "location / { proxy_pass http://$http_host$request_uri; }\nlocation = /-/up { return 204; }",
  };
  writeFileSync(file, nginxConfiguration({ folder, port, ...parts }));
  const program = await startProcess(path, ["-e", "stderr", "-p", folder, "-c", file]);
  await waitFor(async () => (await fetch(`http://127.0.0.1:${port}/-/up`)).ok, "nginx to answer", { program });
  return { port, stop: () => program.stop() };
}

const isWhole = ![monerod, microsocks, tinyproxy, nginx].includes(undefined);

describe.skipIf(!isWhole)("nodes behind real proxies", () => {
  let exporter: Exporter;
  const running: { stop(): Promise<unknown> }[] = [];
  const nodes: FakeNode[] = [];

  beforeAll(async () => {
    const authority = await createAuthority();
    const certificate = await selfSigned();
    const well = wellMonerod(
      () => [],
      () => Math.floor(Date.now() / 1000),
    );
    const [daemon, socks, openSocks, http, strict, forwarder, https, plain, secure] = await Promise.all([
      startMonerod({ role: "hub", rpcLogin: { username: "rpc", password: "canary-node" } }),
      startMicrosocks(microsocks ?? "", LOGIN),
      startMicrosocks(microsocks ?? ""),
      startTinyproxy(tinyproxy ?? "", undefined, LOGIN),
      startTinyproxy(tinyproxy ?? "", 443),
      startForwarder(nginx ?? ""),
      startHttpsProxy(await authority.issue("proxy", "DNS:localhost,IP:127.0.0.1")),
      startFakeNode(well),
      startFakeNode(well, { tls: certificate }),
    ]);
    running.push(daemon, socks, openSocks, http, strict, forwarder, https);
    nodes.push(plain, secure);
    const closed = await freePort();
    const digest = { digest: { username: "rpc", password: "canary-node" } };
    const pinned = { url: secure.url, tls: { pin: peerId(certificate) } };
    const entries = {
      "digest-socks": { url: daemon.rpcUrl, auth: digest, proxy_url: `socks5h://${USER}127.0.0.1:${socks.port}` },
      "digest-connect": { url: daemon.rpcUrl, auth: digest, proxy_url: `http://${USER}127.0.0.1:${http.port}` },
      "plain-tinyproxy": { url: plain.url, proxy_url: `http://${USER}127.0.0.1:${http.port}` },
      "plain-nginx": { url: plain.url, proxy_url: `http://127.0.0.1:${forwarder.port}` },
      // The proxy resolves the name.
      "name-socks": { url: `http://localhost:${plain.port}`, proxy_url: `socks5h://127.0.0.1:${openSocks.port}` },
      "pin-socks": { ...pinned, proxy_url: `socks5h://127.0.0.1:${openSocks.port}` },
      "pin-connect": { ...pinned, proxy_url: `http://${USER}127.0.0.1:${http.port}` },
      "pin-https": { ...pinned, proxy_url: `https://localhost:${https.port}` },
      // Loopback needs no proxy of the environment.
      direct: { url: plain.url, proxy_from_environment: true },
      "no-login": { url: plain.url, proxy_url: `http://127.0.0.1:${http.port}` },
      "wrong-login": { url: plain.url, proxy_url: `socks5h://u:canary-wrong@127.0.0.1:${socks.port}` },
      "no-connect": { ...pinned, proxy_url: `http://127.0.0.1:${strict.port}` },
      "closed-socks": { url: `http://127.0.0.1:${closed}`, proxy_url: `socks5h://127.0.0.1:${openSocks.port}` },
      "closed-connect": { url: `https://127.0.0.1:${closed}`, proxy_url: `http://${USER}127.0.0.1:${http.port}` },
      "closed-forward": { url: `http://127.0.0.1:${closed}`, proxy_url: `http://127.0.0.1:${forwarder.port}` },
    };
    const config = {
      global: { interval: "30s", timeout: "20s" },
      nodes: Object.entries(entries).map(([name, entry]) => ({ name, chain: "monero", ...entry })),
    };
    exporter = await startExporter({
      config: JSON.stringify(config),
      env: {
        NODE_OPTIONS: HURRY,
        NODE_EXTRA_CA_CERTS: authority.caFile,
        HTTP_PROXY: `http://${USER}127.0.0.1:${closed}`,
      },
    });
    await untilReady(exporter);
  }, 120_000);

  afterAll(async () => {
    await exporter?.stop();
    await Promise.all([...running.map(({ stop }) => stop()), ...nodes.map((node) => node.close())]);
  });

  test.each([
    ...["digest-socks", "digest-connect", "plain-tinyproxy", "plain-nginx", "name-socks"],
    ...["pin-socks", "pin-connect", "pin-https", "direct"],
  ])("%s is up, poll after poll", async (target) => {
    await probe(exporter, target);
    const page = await exporter.page();
    expect(value(page, "p2p_node_polls_total", { target })).toBeGreaterThan(1);
    expect(value(page, "p2p_node_up", { target })).toBe(1);
    const failures = find(page, "p2p_node_poll_failures_total", { target });
    expect(failures.filter((sample) => sample.value > 0)).toEqual([]);
  });

  test.each([
    ["no-login", "unauthorized", /http:\/\/127\.0\.0\.1:\d+ refused a request to http:\S+ with 407; .*set proxy_url/],
    ["wrong-login", "unauthorized", /the proxy socks5h:\S+ refused this login/],
    ["no-connect", "http", /refused CONNECT 127\.0\.0\.1:\d+ with 403; .*ConnectPort/],
    ["closed-socks", "connect", /the proxy socks5h:\S+ cannot connect to 127\.0\.0\.1:\d+: connection refused/],
    ["closed-connect", "connect", /refused CONNECT 127\.0\.0\.1:\d+ with 50\d; the proxy cannot reach the node/],
    ["closed-forward", "http", /the proxy http:\S+ answered 502 for http:/],
  ])("%s fails for the reason %s, which names the proxy", async (target, reason, text) => {
    const page = await exporter.page();
    expect(value(page, "p2p_node_up", { target })).toBe(0);
    expect(value(page, "p2p_node_poll_failures_total", { target, reason })).toBeGreaterThan(0);
    const line = exporter.program
      .output()
      .split("\n")
      .find((each) => each.includes(`"target":"${target}"`) && each.includes("down: "));
    expect(line).toMatch(text);
  });

  test("no login is shown anywhere, and /config shows the proxies without theirs", async () => {
    const pages = await Promise.all(
      ["/config", "/", "/metrics", "/nodes/digest-connect"].map(async (path) =>
        (await fetch(exporter.url + path)).text(),
      ),
    );
    expect(pages.join("") + exporter.program.output()).not.toMatch(/canary/);
    expect(pages[0]).toMatch(/proxy_url: socks5h:\/\/127\.0\.0\.1:\d+\n/);
    expect(pages[0]).toContain("proxy_from_environment: true\n");
  });
});
