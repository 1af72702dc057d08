import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { type DemoNetwork, startDemoNetwork } from "../../src/demo/demo.ts";
import { PROGRAM } from "../support/exporter.ts";
import { parseText, value } from "../support/exposition-parser.ts";
import { type FakeNode, json, lonelyWire, startFakeNode } from "../support/fake-node.ts";
import { findServer, freePort, run, startProcess, tempFolder, waitFor } from "../support/servers.ts";

/** The commands that poll nodes, as the real program, on simulated nodes of every chain. */

const folder = tempFolder();
const CONFIG = join(folder, "config.yaml");
let network: DemoNetwork;

function exporter(...args: readonly string[]) {
  return run(process.execPath, [PROGRAM, ...args], { env: PLAIN });
}

/** Colours are for terminals, whatever the machine of the test says. */
const PLAIN = { NO_COLOR: undefined, FORCE_COLOR: undefined };

beforeAll(async () => {
  network = await startDemoNetwork();
  const nodes = network.nodes.map(({ name, chain, url, pin, options }) => ({
    ...{ name, chain, url },
    ...(options === undefined ? {} : { [chain]: options }),
    ...(pin === undefined ? {} : { tls: { pin } }),
  }));
  writeFileSync(CONFIG, JSON.stringify({ global: { timeout: "5s" }, nodes }));
});
afterAll(() => network.close());

const urlOf = (name: string) => network.nodes.find((node) => node.name === name)?.url ?? "";

/** A file with one fake Wire node. */
async function fakeConfig(node: FakeNode): Promise<string> {
  const file = join(tempFolder(), "config.yaml");
  writeFileSync(file, `nodes: [{name: one, chain: wire, url: "${node.url}"}]\n`);
  return file;
}

describe("check --connect", () => {
  test("reports the result of each node, and the advice for the restricted one", async () => {
    const { code, stdout, output } = await exporter("check", "--connect", `--config.file=${CONFIG}`);
    expect(output).toBe(stdout);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^.*: valid, 12 nodes\n/);
    expect(stdout).toMatch(
      /^OK {6}wire-1 +wire +v1\.2\.2, chain [0-9a-f]{8}…, head \d+ \(.*\), final \d+, lag \d+, \d+ peers: \d+ in, \d+ out/m,
    );
    expect(stdout).toMatch(/^OK {6}kadena-1 +chainweb +3\.2, mainnet01, head \d+.*, \d+ known peers$/m);
    expect(stdout).toMatch(/^DOWN {4}monero-3-restricted +monero +mainnet, head \d+/m);
    expect(stdout).toMatch(/^ {8}peers unavailable: get_connections at .*\n {14}→ restricted RPC hides the peers/m);
    expect(stdout).toMatch(/\n\d+ of 12 nodes up(, .*)?, \d down\n$/);
  });

  test("of a healthy node ends with 0; a failing API is reported", async () => {
    const node = await startFakeNode(({ url, ...rest }) =>
      url === "/v1/net/connections" ? lonelyWire({ url, ...rest }) : json({ code: 404, error: {} }, 404),
    );
    const { code, stdout } = await exporter("check", "--connect", `--node=one=wire+${node.url}`);
    await node.close();
    expect(code).toBe(0);
    expect(stdout).toContain("PART    one   wire   head not known, 0 peers\n");
    expect(stdout).toContain("→ load chain_api_plugin, or set wire.chain_url");
    expect(stdout).toMatch(/\nthe node is up, with a failing API\n$/);
  });

  test("--json: one document with each node, its failures and their advice", async () => {
    const { code, stdout, output } = await exporter("check", "--connect", "--json", `--config.file=${CONFIG}`);
    expect({ code, output }).toEqual({ code: 1, output: stdout });
    const { nodes, ...rest } = JSON.parse(stdout);
    expect(rest).toEqual({ valid: true, config_file: CONFIG, problems: [], warnings: [] });
    const byName = new Map(nodes.map((node: { readonly name: string }) => [node.name, node]));
    expect([...byName.keys()]).toEqual(network.nodes.map(({ name }) => name));
    expect(byName.get("wire-1")).toMatchObject({ role: "node", chain: "wire", url: urlOf("wire-1"), up: true });
    const advice = expect.stringContaining("restricted RPC hides the peers");
    expect(byName.get("monero-3-restricted")).toMatchObject({
      up: false,
      head: { height: expect.any(Number) },
      failures: expect.arrayContaining([expect.objectContaining({ api: "peers", reason: "unavailable", advice })]),
    });
  });

  test("names neither path nor password of a URL", async () => {
    const url = `http://user:s3cret-1@127.0.0.1:${await freePort()}/s3cret-2?k=s3cret-3`;
    for (const command of [
      ["check", "--connect"],
      ["check", "--connect", "--json"],
      ["nodes", "-o", "wide"],
      ["nodes", "--json"],
      ["peers"],
      ["peers", "--json"],
      ["probe", "--debug"],
    ]) {
      const { code, output } = await exporter(...command, `--node=one=wire+${url}`);
      expect(code).toBe(1);
      expect(output).toContain("ECONNREFUSED");
      expect(output).not.toContain("s3cret");
    }
  });

  test("Ctrl-C ends it while a node hangs, with 130", async () => {
    const node = await startFakeNode(() => new Promise(() => {}));
    const program = await startProcess(process.execPath, [PROGRAM, "check", "--connect", `--node=a=wire+${node.url}`]);
    await waitFor(() => node.requests.length > 0, "the poll", { timeoutMs: 10_000, program });
    process.kill(program.pid, "SIGINT");
    expect(await program.exited).toBe(130);
    await node.close();
  });
});

describe("nodes", () => {
  test("one line for each node, the same columns on every pipe", async () => {
    const { code, stdout, output } = await exporter("nodes", `--config.file=${CONFIG}`);
    expect({ code, output }).toEqual({ code: 1, output: stdout });
    const lines = stdout.trimEnd().split("\n");
    const cells = lines.map((line) => line.split(/ +/));
    expect(cells[0]?.join(" ")).toBe("NAME STATE ROLE CHAIN PEERS HEAD LAG AGE VERSION CAUSE");
    expect(cells.slice(1).map(([name]) => name)).toEqual(network.nodes.map(({ name }) => name));
    expect(lines.find((line) => line.startsWith("monero-3-restricted"))).toMatch(
      / down +node +monero +- +\d+ .* unavailable: expected the unrestricted RPC, /,
    );
  });
});

describe("peers", () => {
  test("a table for each node, without colours on a pipe", async () => {
    const { code, stdout } = await exporter("peers", `--config.file=${CONFIG}`);
    expect(code).toBe(1);
    for (const { name } of network.nodes) expect(stdout).toMatch(new RegExp(`^${name}( DOWN)? {2}`, "m"));
    expect(stdout).toMatch(/^ {2}PEER +DIR +STATE +AGENT +HEAD +DIFF +IN +OUT +SINCE/m);
    expect(stdout).not.toContain("\u001b");
  });

  test("one node, as JSON, sorted", async () => {
    const { code, stdout } = await exporter("peers", "monero-1", "--json", "--sort=in", `--config.file=${CONFIG}`);
    expect(code).toBe(0);
    const { nodes } = JSON.parse(stdout);
    expect(nodes.map(({ name, up }: { name: string; up: boolean }) => [name, up])).toEqual([["monero-1", true]]);
    const received: number[] = nodes[0].peers.map((peer: { receive_bytes: number }) => peer.receive_bytes);
    expect(received.length).toBeGreaterThan(5);
    expect(received).toEqual([...received].sort((a, b) => b - a));
  });

  test("a name that does not exist fails", async () => {
    expect(await exporter("peers", "wire-11", `--config.file=${CONFIG}`)).toMatchObject({
      code: 2,
      output: 'error: the configuration has no node named wire-11; did you mean "wire-1"?\n',
    });
  });

  test("a watch on a pipe appends, one JSON document on each line, and Ctrl-C ends it with 0", async () => {
    const node = await startFakeNode(lonelyWire);
    const args = ["peers", "--watch=1s", "--json", "--config.file", await fakeConfig(node)];
    const program = await startProcess(process.execPath, [PROGRAM, ...args]);
    await waitFor(() => program.stdout().split("\n").length > 2, "two rounds", { timeoutMs: 20_000, program });
    process.kill(program.pid, "SIGINT");
    expect(await program.exited).toBe(0);
    await node.close();
    for (const line of program.stdout().trim().split("\n")) expect(JSON.parse(line).nodes[0].name).toBe("one");
  });

  test("a watch ends when its output is no longer read", async () => {
    const node = await startFakeNode(lonelyWire);
    const command = `"$0" "$1" peers --watch=1s --config.file "$2" | head -n 1`;
    const { code, stdout } = await run("bash", [
      "-o",
      "pipefail",
      "-c",
      command,
      process.execPath,
      PROGRAM,
      await fakeConfig(node),
    ]);
    await node.close();
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\n$/);
  });
});

const script = findServer("script", "apt-get install bsdutils");

describe.skipIf(script === undefined)("on a terminal", () => {
  /** What somebody at a terminal of 70 columns and 12 rows sees. */
  async function terminal(args: readonly string[], env: Readonly<Record<string, string | undefined>> = {}) {
    const command = [process.execPath, PROGRAM, ...args].map((word) => `'${word}'`).join(" ");
    return startProcess(script ?? "", ["-qec", `stty cols 70 rows 12; exec ${command}`, "/dev/null"], {
      env: { ...PLAIN, TERM: "xterm", ...env },
    });
  }

  test("causes are wrapped at words", async () => {
    const program = await terminal(["check", "--connect", `--config.file=${CONFIG}`]);
    expect(await program.exited).toBe(1);
    const lines = program
      .stdout()
      .replaceAll(/\u001b\[[0-9;]*[mKJH]/g, "")
      .split(/\r?\n/);
    expect(lines.filter((line) => line.length > 70 && !line.includes("polled"))).toEqual([]);
    expect(lines).toContain("              → restricted RPC hides the peers: set the URL of the");
  });

  test("tables have colours and fit, and progress is shown", async () => {
    const program = await terminal(["peers", "wire-1", `--config.file=${CONFIG}`]);
    expect(await program.exited).toBe(0);
    const output = program.stdout();
    expect(output).toContain("polled 0 of 1 node …");
    expect(output).toContain("\u001b[1mwire-1\u001b[22m");
    expect(output).toContain("\u001b[32mconnected\u001b[39m");
    const rows = output.replaceAll(/\u001b\[[0-9;]*[mKJH]/g, "").split(/\r?\n/);
    expect(rows.filter((line) => line.startsWith("  ") && line.length > 70)).toEqual([]);
    expect(output).toContain("no room for ");
  });

  test("NO_COLOR takes the colours away", async () => {
    const program = await terminal(["peers", "wire-1", `--config.file=${CONFIG}`], { NO_COLOR: "1" });
    expect(await program.exited).toBe(0);
    expect(program.stdout()).not.toMatch(/\u001b\[[0-9;]*m/);
  });
});

describe("probe", () => {
  test("prints the metrics of one poll, as a valid page", async () => {
    const { code, stdout } = await exporter("probe", "monero-1", `--config.file=${CONFIG}`);
    expect(code).toBe(0);
    expect(value(parseText(stdout), "p2p_node_head_height", { target: "monero-1" })).toBeGreaterThan(0);
    expect(stdout).toContain('p2p_node_up{target="monero-1",chain="monero"} 1\n');
  });

  test("has the addresses of peers as the node's own connections say; the command peers has them whole", async () => {
    const file = join(tempFolder(), "config.yaml");
    const node = { name: "one", chain: "monero", url: urlOf("monero-1"), connections: { address: "none" } };
    writeFileSync(file, JSON.stringify({ connections: { address: "full" }, nodes: [node] }));
    const probed = await exporter("probe", `--config.file=${file}`);
    expect(probed.stdout).toContain("p2p_connection_info{");
    expect(probed.stdout).not.toContain('peer="');
    const listed = await exporter("peers", "--json", `--config.file=${file}`);
    expect(JSON.parse(listed.stdout).nodes[0].peers[0].peer).toMatch(/:\d+$/);
  });

  test("of a node that is down ends with 1, and says why on standard error", async () => {
    const { code, stdout, output } = await exporter(
      "probe",
      "--debug",
      `--node=one=wire+http://127.0.0.1:${await freePort()}`,
    );
    expect(code).toBe(1);
    expect(stdout).toContain('p2p_node_up{target="one",chain="wire"} 0\n');
    const reported = output.replace(stdout, "");
    expect(reported).toContain("one is down:\npeers, head: connect: calls at http://127.0.0.1:");
    // Once, and not again in the words of a poll without --debug.
    expect(reported.match(/check that the node runs/g)).toHaveLength(1);
    expect(reported).not.toContain("→");
    expect(reported).toMatch(/^sent +took +result +size +request$/m);
  });

  test("requires a name where there are several nodes", async () => {
    const { code, output } = await exporter("probe", `--config.file=${CONFIG}`);
    expect(code).toBe(2);
    expect(output).toMatch(/^error: no node given; the configuration has wire-1, /);
  });
});

describe("discover", () => {
  /** What is printed loads, and the node that it names is up. */
  async function entryFor(address: string, env: Readonly<Record<string, string>> = {}) {
    const found = await exporter("discover", address);
    expect(found.code).toBe(0);
    expect(found.output).toBe(found.stdout);
    const file = join(tempFolder(), "config.yaml");
    writeFileSync(file, found.stdout);
    const args = [PROGRAM, "check", "--connect", `--config.file=${file}`];
    return { ...found, check: await run(process.execPath, args, { env: { ...PLAIN, ...env } }) };
  }

  const hostAndPort = (name: string) => new URL(urlOf(name)).host;

  test.each([
    ["wire-1", "wire"],
    ["monero-1", "monero"],
    ["kadena-2-trailing", "chainweb"],
    ["bitcoin-1", "bitcoin"],
    ["litecoin-1", "litecoin"],
  ])("host:port of %s: a ready entry", async (name, chain) => {
    const { stdout, check } = await entryFor(hostAndPort(name));
    expect(stdout).toContain(`\n  - name: ${chain}-1\n    chain: ${chain}\n    url: ${urlOf(name)}\n`);
    expect(check).toMatchObject({ code: 0 });
  });

  test("a self-signed certificate is pinned, with a warning", async () => {
    const { stdout, check } = await entryFor(hostAndPort("kadena-1"));
    const { pin } = network.nodes.find(({ name }) => name === "kadena-1") ?? {};
    expect(parse(stdout)).toEqual({
      nodes: [
        {
          ...{ name: "chainweb-1", chain: "chainweb", url: urlOf("kadena-1") },
          ...{ tls: { pin }, chainweb: { network: "mainnet01" } },
        },
      ],
    });
    expect(stdout).toContain("VERIFY the pin");
    expect(check).toMatchObject({ code: 0 });
  });

  test("restricted RPC is noted", async () => {
    const { stdout, check } = await entryFor(urlOf("monero-3-restricted"));
    expect(stdout).toMatch(/# The peers API fails: get_connections at .*:\n {2}# restricted RPC hides the peers/);
    expect(check).toMatchObject({ code: 1 });
  });

  test("a URL that may hold a token is not repeated", async () => {
    const url = urlOf("monero-1").replace("http://", "http://user:s3cret@");
    const { stdout, check } = await entryFor(url, { NODE_URL: url });
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the configuration
    expect(stdout).toContain('url: "${NODE_URL}"');
    expect(stdout + check.output).not.toContain("s3cret");
    expect(check).toMatchObject({ code: 0 });
  });

  test("without a server it prints what was tried and exits with 1", async () => {
    const port = await freePort();
    const { code, stdout, output } = await exporter("discover", `127.0.0.1:${port}`);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(output).toBe(
      "found no supported node at this address. Tried:\n" +
        `  http://127.0.0.1:${port}: the connection was refused (ECONNREFUSED)\n` +
        `  https://127.0.0.1:${port}: the connection was refused (ECONNREFUSED)\n`,
    );
  });

  test("for another server it prints the failures, follows no redirect and makes only reading calls", async () => {
    const elsewhere = await startFakeNode(lonelyWire);
    const node = await startFakeNode(() => ({ status: 302, headers: { location: elsewhere.url } }));
    const { code, output } = await exporter("discover", node.url);
    await Promise.all([node.close(), elsewhere.close()]);
    expect(code).toBe(1);
    // One cause for all of them.
    expect(output).toContain(`${node.url} as wire, monero, chainweb, bitcoin: calls at ${node.url}: `);
    expect(output.match(/redirects are not followed/g)).toHaveLength(1);
    expect(elsewhere.requests).toEqual([]);
    for (const { body } of node.requests.filter(({ url }) => url === "/")) expect(body).toMatch(/"method":"get/);
    const asked = new Set(node.requests.map(({ method, url }) => `${method} ${url}`));
    for (const call of asked) expect(call).toMatch(/^(POST \/($|v1|json_rpc|get_|[a-z_]+$)|GET \/chainweb\/)/);
    expect(node.requests.filter(({ headers }) => headers.authorization !== undefined)).toEqual([]);
  });

  test("an invalid address is wrong usage, and is not repeated", async () => {
    expect(await exporter("discover", "s3cret s3cret")).toMatchObject({
      code: 2,
      output: "error: expected a URL without spaces\n",
    });
    expect(await exporter("discover", "s3cret/s3cret")).toMatchObject({
      code: 2,
      output: "error: expected a host, host:port or a URL, for example 192.0.2.7 or http://192.0.2.7:8888\n",
    });
  });
});
