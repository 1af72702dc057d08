import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { probe } from "../reliability/observe.ts";
import { type Exporter, PROGRAM, startExporter } from "../support/exporter.ts";
import { find, value } from "../support/exposition-parser.ts";
import { HURRY } from "../support/hurry.ts";
import { type Monerod, startMonerod } from "../support/monerod.ts";
import { findServer, run, tempFolder } from "../support/servers.ts";
import { untilReady } from "../support/waits.ts";

const monerod = findServer("monerod", "apt-get install monero");

describe.skipIf(monerod === undefined)("a real monerod with a login and a restricted port", () => {
  const rpcLogin = { username: "monitor", password: "s3cret" };
  let node: Monerod;
  let exporter: Exporter;

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
  - {name: restricted, chain: monero, url: "${node.restrictedUrl}", ${auth("s3cret")}}
`,
    });
    await untilReady(exporter);
  });

  afterAll(async () => {
    await exporter?.stop();
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

  test("a wrong or missing password is unauthorized, says digest, and shows no secret", async () => {
    const page = await exporter.page();
    for (const target of ["wrong", "none"]) {
      expect(value(page, "p2p_node_up", { target })).toBe(0);
      expect(value(page, "p2p_node_poll_failures_total", { target, reason: "unauthorized" })).toBeGreaterThan(0);
      expect(find(page, "p2p_node_head_height", { target })).toEqual([]);
    }
    expect(exporter.program.output()).toContain("auth.digest");
    expect(exporter.program.output()).not.toContain("canary-wrong");
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
