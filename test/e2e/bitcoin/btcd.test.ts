import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { probe } from "../../reliability/observe.ts";
import { ADMIN, type Btcd, findBtcd, LIMITED, startBtcd } from "../../support/btcd.ts";
import { type Exporter, logLines, startExporter } from "../../support/exporter.ts";
import { find, type Page, value } from "../../support/exposition-parser.ts";
import { HURRY } from "../../support/hurry.ts";
import { waitFor } from "../../support/servers.ts";
import { untilReady } from "../../support/waits.ts";

/** btcd: TLS with a certificate of its own, fewer calls, errors with HTTP 200, times in microseconds. */

const btcd = findBtcd() ?? "";

const rows = z.array(z.object({ pingtime: z.number(), currentheight: z.number().optional() }));

describe.skipIf(btcd === "")("two real btcds", () => {
  let hub: Btcd;
  let leaf: Btcd;
  let exporter: Exporter;
  let page: Page;

  async function pollBoth(): Promise<Page> {
    for (const name of ["hub", "leaf"]) await probe(exporter, name);
    return exporter.page();
  }

  /** Waits until the only peer of a node has announced this height, and answered a ping. */
  async function untilPeerAt(node: Btcd, height: number): Promise<void> {
    await waitFor(
      async () => {
        await node.rpc("ping");
        const [peer] = rows.parse(await node.rpc("getpeerinfo"));
        return peer?.currentheight === height && peer.pingtime > 0;
      },
      "the height and a pong of the peer",
      { timeoutMs: 60_000 },
    );
  }

  beforeAll(async () => {
    [hub, leaf] = await Promise.all([startBtcd(btcd, "hub"), startBtcd(btcd, "leaf")]);
    await leaf.rpc("addnode", hub.address, "add");
    await waitFor(async () => rows.parse(await hub.rpc("getpeerinfo")).length === 1, "the peer", { timeoutMs: 60_000 });
    await hub.rpc("generate", 5);
    await Promise.all([untilPeerAt(hub, 5), untilPeerAt(leaf, 5)]);
    const pin = new X509Certificate(readFileSync(leaf.certFile)).fingerprint256;
    const auth = ({ username, password }: typeof ADMIN) =>
      `auth: {basic: {username: ${username}, password: ${password}}}`;
    const node = (name: string, { rpcUrl }: Btcd, keys: string) =>
      `  - {name: ${name}, chain: bitcoin, url: "${rpcUrl}", ${keys}}`;
    exporter = await startExporter({
      env: { NODE_OPTIONS: HURRY },
      config: [
        "global: {interval: 30s, timeout: 30s}",
        "connections: {address: full}",
        "nodes:",
        node("hub", hub, `${auth(ADMIN)}, tls: {ca_file: ${hub.certFile}}`),
        node("leaf", leaf, `${auth(ADMIN)}, tls: {pin: "${pin}"}`),
        node("limited", hub, `${auth(LIMITED)}, tls: {ca_file: ${hub.certFile}}`),
        "",
      ].join("\n"),
    });
    await untilReady(exporter);
    page = await pollBoth();
  });

  afterAll(async () => {
    await Promise.all([exporter?.stop(), leaf?.stop(), hub?.stop()]);
  });

  test.each([
    ["hub", "inbound"],
    ["leaf", "outbound"],
  ])("%s: its peer, with the height that it keeps up to date, and microseconds as seconds", (target, direction) => {
    expect(value(page, "p2p_node_up", { target })).toBe(1);
    expect(value(page, "p2p_node_peers", { target, direction })).toBe(1);
    expect(value(page, "p2p_node_head_height", { target })).toBe(5);
    const connections = find(page, "p2p_connection_head_height", { target });
    expect(connections.map(({ value: height }) => height)).toEqual([5]);
    const [latency] = find(page, "p2p_connection_latency_seconds", { target });
    expect(latency?.value).toBeGreaterThan(0);
    expect(latency?.value).toBeLessThan(30);
  });

  test("the calls that btcd does not offer are absent, and none fails", () => {
    const apis = find(page, "p2p_node_api_up", { target: "hub" });
    expect(apis.filter((api) => api.value !== 1)).toEqual([]);
    const names = new Set(apis.map(({ labels }) => labels.get("api")));
    expect(names).toEqual(new Set(["peers", "head", "last_block", "totals", "uptime", "chain_tips"]));
  });

  test("rpclimituser may not ask for peers: the log says what to change, and no secret", () => {
    expect(value(page, "p2p_node_up", { target: "limited" })).toBe(0);
    const said = logLines(exporter.program).filter(({ target, level }) => target === "limited" && level === "warn");
    expect(said.map(({ msg }) => msg)).toEqual([expect.stringMatching(/^down: .* set auth\.basic to its rpcuser$/)]);
    expect(exporter.program.output()).not.toContain("s3cret");
  });

  test("apart, on branches of 3 blocks each, both are forked", async () => {
    await leaf.rpc("addnode", hub.address, "remove");
    await waitFor(async () => rows.parse(await hub.rpc("getpeerinfo")).length === 0, "no peer", { timeoutMs: 60_000 });
    // With as much work, each stays on its own, also when they meet again.
    await Promise.all([hub.rpc("generate", 3), leaf.rpc("generate", 3)]);
    const apart = await waitFor(
      async () => {
        const polled = await pollBoth();
        const forked = find(polled, "p2p_node_forked", { reference: "fleet" });
        return forked.length === 2 && forked.every((one) => one.value === 1) && polled;
      },
      "both to be forked",
      { timeoutMs: 60_000, program: exporter.program },
    );
    expect(["hub", "leaf"].map((target) => value(apart, "p2p_node_head_height", { target }))).toEqual([8, 8]);
  });
});
