import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { ask } from "../support/ask.ts";
import { logLines, PROGRAM, startExporter } from "../support/exporter.ts";
import { type FakeNode, type Handler, json, lonelyWire, MANY_ROWS, startFakeNode } from "../support/fake-node.ts";
import { type RunningProgram, run, startProcess, tempFolder, waitFor } from "../support/servers.ts";
import { untilReady } from "../support/waits.ts";

/** The real program as its user meets it: arguments and signals in, text and exit codes out. */

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const BAD = join(ROOT, "test/fixtures/config/bad");

function exporter(...args: readonly string[]) {
  return run(process.execPath, [PROGRAM, ...args]);
}

const open: { close(): Promise<unknown> }[] = [];
// At the very end, as some of the tests run at the same time.
afterAll(async () => {
  await Promise.all(open.map((server) => server.close()));
});

async function fakeNode(handler: Handler = lonelyWire): Promise<FakeNode> {
  const node = await startFakeNode(handler);
  open.push(node);
  return node;
}

function stopWith(program: RunningProgram, signal: NodeJS.Signals): Promise<number> {
  process.kill(program.pid, signal);
  return program.exited;
}

describe("commands that print and end", () => {
  test("--help", async () => {
    const { code, stdout, output } = await exporter("--help");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Usage: peer-exporter /);
    expect(output).toBe(stdout);
  });

  test.each(["--version", "-V"])("%s prints the version of the package, and what it was built from", async (flag) => {
    const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    const { code, stdout, output } = await exporter(flag);
    expect({ code, output }).toEqual({ code: 0, output: stdout });
    const [first, ...rest] = stdout.split("\n");
    expect(first).toMatch(/^peer-exporter, version [^ ]+ \(revision: (?:[0-9a-f]{40}(?:-modified)?|unknown)\)$/);
    expect(first).toContain(`version ${version} (`);
    expect(rest.join("\n")).toMatch(
      /^ {2}build date: {7}(?:\d{8}-\d\d:\d\d:\d\d|unknown)\n {2}nodejs version: {3}v[\d.]+\n {2}platform: {9}\w+\/\w+\n$/,
    );
  });

  test("wrong usage", async () => {
    expect(await exporter("--colour")).toEqual({
      code: 2,
      stdout: "",
      output: "error: unknown option '--colour'\n(see peer-exporter --help)\n",
    });
  });

  test.each([[], ["check"]])("no nodes: %s", async (...args) => {
    expect(await exporter(...args)).toEqual({
      code: 1,
      stdout: "",
      output:
        "no nodes: give --config.file=PATH or --node NAME=CHAIN+URL, or create peer-exporter.yaml or " +
        "/etc/peer-exporter/config.yaml; peer-exporter example-config prints a file with every setting, " +
        "peer-exporter discover ADDRESS the entry of a node\n" +
        "peer-exporter: 1 problem in the configuration\n",
    });
  });
});

describe("check", () => {
  test("a valid file", async () => {
    const { code, stdout, output } = await exporter("check", "--config.file", join(ROOT, "config.example.yaml"));
    expect({ code, output }).toEqual({ code: 0, output: stdout });
    expect(stdout).toMatch(/config\.example\.yaml: valid, 4 nodes\n$/);
  });

  test("valid flags", async () => {
    expect(await exporter("check", "--node=a=wire+http://127.0.0.1")).toMatchObject({
      code: 0,
      stdout: "flags: valid, 1 node\n",
    });
  });

  test("a bad file: every problem on standard error, and their number", async () => {
    const { code, stdout, output } = await exporter("check", `--config.file=${BAD}/many.yaml`);
    const expected = readFileSync(join(BAD, "many.txt"), "utf8");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    const shown = output.replaceAll(`${BAD}/`, "").replaceAll(BAD, "../bad");
    expect(shown).toBe(`${expected}peer-exporter: 23 problems in the configuration\n`);
  });

  test("--json: the same problems in parts, those of the web configuration first, and nothing else", async () => {
    const web = join(tempFolder(), "web.yaml");
    writeFileSync(web, "basic_auth_user: {}\n");
    const files = [`--config.file=${BAD}/many.yaml`, `--web.config.file=${web}`];
    const { code, stdout, output } = await exporter("check", "--json", ...files);
    expect({ code, output }).toEqual({ code: 1, output: stdout });
    const { problems, ...rest } = JSON.parse(stdout);
    const names = { config_file: `${BAD}/many.yaml`, web_config_file: web };
    expect(rest).toEqual({ valid: false, ...names, warnings: [] });
    const lines = problems.map(({ file, line, column, path, message }: Record<string, string | number>) =>
      [`${file}:${line}:${column}`, path, message].filter((part) => part !== undefined).join(": "),
    );
    expect(lines[0]).toContain(`${web}:1:1: basic_auth_user: unknown key`);
    const shown = lines.slice(1).map((line: string) => line.replaceAll(`${BAD}/`, "").replaceAll(BAD, "../bad"));
    expect(`${shown.join("\n")}\n`).toBe(readFileSync(join(BAD, "many.txt"), "utf8"));
  });

  test("--json of a web configuration alone has its warnings with their places", async () => {
    const web = join(tempFolder(), "web.yaml");
    writeFileSync(web, "rate_limit: {burst: 0, interval: 1s}\n");
    const { code, stdout } = await exporter("check", "--json", `--web.config.file=${web}`);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      valid: true,
      web_config_file: web,
      problems: [],
      warnings: [{ file: web, line: 1, column: 1, path: "rate_limit", message: expect.any(String) }],
    });
  });

  test("a web configuration that other exporters take is valid, with warnings", async () => {
    const web = join(tempFolder(), "web.yaml");
    writeFileSync(
      web,
      "http_server_config: {http2: yes, headers: {X-XSS-Protection: 1}}\nrate_limit: {interval: 1s}\n",
    );
    const [text, json] = await Promise.all([
      exporter("check", `--web.config.file=${web}`),
      exporter("check", "--json", `--web.config.file=${web}`),
    ]);
    const message = "with a burst below 1 every request is refused; set burst";
    expect(text.code).toBe(0);
    expect(text.stdout).toContain(`warning: ${web}:2:1: rate_limit: ${message}\n`);
    expect(JSON.parse(json.stdout)).toMatchObject({
      valid: true,
      warnings: [{ file: web, line: 2, column: 1, message }],
    });
  });

  test("an invalid file fails serve as well", async () => {
    const { code, stdout, output } = await exporter(`--config.file=${BAD}/no-nodes-key.yaml`);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(output).toBe(
      `${BAD}/no-nodes-key.yaml:1:1: nodes: missing; expected a list of nodes\npeer-exporter: 1 problem in the configuration\n`,
    );
  });

  test("takes values from the environment", async () => {
    const file = join(tempFolder(), "config.yaml");
    writeFileSync(file, `nodes: [{name: one, chain: wire, url: 'http://\${NODE_HOST}'}]\n`);
    const args = [PROGRAM, "check", "--config.file", file];
    expect((await run(process.execPath, args, { env: { NODE_HOST: "127.0.0.1" } })).code).toBe(0);
  });
});

describe("serve", () => {
  test("a node from --node: metrics within the first seconds, JSON lines as log, exit 0 on SIGTERM", async () => {
    const node = await fakeNode();
    const { url, program, page } = await startExporter({ args: ["--node", `one=wire+${node.url}`] });
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    await waitFor(() => node.requests.length >= 2, "the first poll", { timeoutMs: 10_000, program });
    await untilReady({ url, program });
    expect(await (await fetch(`${url}/metrics`)).text()).toContain('p2p_node_up{target="one",chain="wire"} 1\n');
    await page();

    expect(await stopWith(program, "SIGTERM")).toBe(0);
    expect(program.stdout()).toBe("");
    const messages = logLines(program).map(({ msg }) => msg);
    expect(program.output().trim().split("\n")).toHaveLength(messages.length);
    expect(messages[0]).toBe(`serving /metrics on ${url}`);
    expect(messages[1]).toBe(`polling ${node.url} every 15s, timeout 10s`);
    expect(messages.slice(-2)).toEqual(["stopping: requests in flight may finish", "stopped"]);
  });

  test("the token in a node's URL is sent to the node and never logged", async () => {
    const node = await fakeNode(() => json({}, 500));
    const target = node.url.replace("http://", "http://user:s3cret-1@");
    const args = [`--node=one=wire+${target}/s3cret-2?k=s3cret-3`, "--log.level=debug"];
    const { url, program } = await startExporter({ args });
    await waitFor(() => node.requests.length >= 2, "the first poll", { timeoutMs: 10_000, program });
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(node.requests[0]?.url).toBe("/s3cret-2/v1/net/connections?k=s3cret-3");
    expect(await program.stop()).toBe(0);
    expect(program.output() + metrics).not.toContain("s3cret");
    expect(program.output()).toContain("http://127.0.0.1");
  });

  test("on several addresses, one of them a socket, which is gone afterwards", async () => {
    const node = await fakeNode();
    const socketPath = join(tempFolder(), "exporter.sock");
    const program = await startProcess(process.execPath, [
      ...[PROGRAM, `--node=one=wire+${node.url}`, "--web.telemetry-path=/m"],
      ...[`--web.listen-address=unix:${socketPath}`, "--web.listen-address=127.0.0.1:0"],
    ]);
    const listen = await waitFor(() => logLines(program)[0]?.listen, "the exporter to listen", {
      timeoutMs: 10_000,
      program,
    });
    const [socket, url] = listen;
    expect(socket).toBe(`unix:${socketPath}`);
    expect(logLines(program)[0]?.msg).toBe(`serving /m on unix:${socketPath}, ${url}`);
    const answer = await ask("http://localhost/m", { socketPath });
    expect(answer.statusCode).toBe(200);
    expect(answer.text).toContain('p2p_node_up{target="one",chain="wire"}');
    expect((await fetch(`${url}/m`)).status).toBe(200);
    expect((await fetch(`${url}/metrics`)).status).toBe(404);
    expect(await program.stop()).toBe(0);
    expect(existsSync(socketPath)).toBe(false);
  });

  test("more than 20 nodes are one line of the log", async () => {
    const nodes = Array.from({ length: 21 }, (_, n) => `--node=n${n}=wire+http://127.0.0.1:1`);
    const { program } = await startExporter({ args: nodes });
    const messages = () => logLines(program).map(({ msg }) => msg);
    await waitFor(() => messages().some((msg) => msg.startsWith("down: ")), "a poll", { timeoutMs: 10_000, program });
    expect(await program.stop()).toBe(0);
    expect(messages().filter((msg) => msg.startsWith("polling "))).toEqual(["polling 21 nodes of 1 chain every 15s"]);
  });

  test("logs for people on request", async () => {
    const program = await startProcess(process.execPath, [
      ...[PROGRAM, "--node=one=wire+http://127.0.0.1:1", "--web.listen-address=127.0.0.1:0", "--log.format=pretty"],
    ]);
    await waitFor(() => /serving \/metrics on http:\/\/127\.0\.0\.1:\d+/.test(program.output()), "it", {
      timeoutMs: 10_000,
      program,
    });
    await waitFor(() => program.output().includes("WARN"), "the poll to fail", { timeoutMs: 10_000, program });
    expect(program.output()).toMatch(/INFO.*: serving/);
    expect(program.output()).toMatch(/INFO: one: polling http:\/\/127\.0\.0\.1:1 every 15s, timeout 10s\n/);
    expect(program.output()).toMatch(/WARN: one: down: .*ECONNREFUSED.* \{"reason":"connect"\}\n/);
    expect(await program.stop()).toBe(0);
  });
});

describe("an address that is not available gives one clear line and exit code 1", () => {
  const NODE = "--node=one=wire+http://127.0.0.1:1";

  async function failure(...addresses: readonly string[]) {
    const program = await startProcess(process.execPath, [
      ...[PROGRAM, NODE, ...addresses.map((address) => `--web.listen-address=${address}`)],
    ]);
    const code = await program.exited;
    return { code, stdout: program.stdout(), lines: logLines(program), output: program.output() };
  }

  test("a port in use", async () => {
    const { port } = await fakeNode();
    const { code, stdout, lines, output } = await failure(`127.0.0.1:${port}`);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(lines).toMatchObject([
      {
        level: "error",
        code: "EADDRINUSE",
        msg: `cannot listen on 127.0.0.1:${port} (EADDRINUSE): choose another --web.listen-address`,
      },
    ]);
    expect(output.trim().split("\n")).toHaveLength(1);
  });

  test("one of several", async () => {
    const { port } = await fakeNode();
    const { code, lines } = await failure("127.0.0.1:0", `127.0.0.1:${port}`);
    expect(code).toBe(1);
    expect(lines.map(({ msg }) => msg)).toEqual([
      `cannot listen on 127.0.0.1:${port} (EADDRINUSE): choose another --web.listen-address`,
    ]);
  });

  test.each([
    ["a host that does not exist", "nowhere.invalid:1", /ENOTFOUND|EAI_AGAIN/],
    ["a socket below a file", `unix:${join(ROOT, "package.json/a.sock")}`, "ENOTDIR"],
  ])("%s", async (_, address, code) => {
    const failed = await failure(address);
    expect(failed.code).toBe(1);
    expect(failed.lines).toHaveLength(1);
    expect(failed.lines[0]?.code).toMatch(code);
    expect(failed.lines[0]?.msg).toContain(`cannot listen on ${address} (`);
    expect(failed.output.trim().split("\n")).toHaveLength(1);
  });
});

describe.concurrent("a signal ends it with 0 within 5 seconds", () => {
  /** Takes connections and never says a word. */
  async function silentServer() {
    const sockets: Socket[] = [];
    const server = createServer((socket) => sockets.push(socket.on("error", () => {})));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    open.push({
      async close() {
        for (const socket of sockets) socket.destroy();
        server.close();
      },
    });
    return { url: `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`, sockets };
  }

  async function endsWithin5Seconds(program: RunningProgram, signal: NodeJS.Signals) {
    const start = performance.now();
    expect(await stopWith(program, signal)).toBe(0);
    expect(performance.now() - start).toBeLessThan(5000);
    expect(logLines(program).at(-1)).toMatchObject({ level: "info", msg: "stopped" });
  }

  test.each([
    ["SIGTERM", "a client is connected", ""],
    ["SIGINT", "a scrape is only half sent", "GET /metrics HTTP/1.1\r\nhost: a\r\n"],
  ] as const)("%s, while a poll hangs and %s", async (signal, _, sent) => {
    const node = await silentServer();
    const { url, program } = await startExporter({ args: [`--node=one=monero+${node.url}`] });
    await waitFor(() => node.sockets.length > 0, "the first poll", { timeoutMs: 10_000, program });
    const client = connect(Number(new URL(url).port), "127.0.0.1");
    client.on("error", () => {});
    await once(client, "connect");
    client.write(sent);
    // The answer came over another connection, later than those bytes.
    expect((await fetch(`${url}/metrics`)).status).toBe(200);
    await endsWithin5Seconds(program, signal);
    client.destroy();
  });

  test("SIGTERM, while the reader of a scrape stalls", async () => {
    const node = await fakeNode(({ url }) =>
      url === "/v1/net/connections"
        ? json(
            Array.from({ length: 20_000 }, (_, n) => ({
              peer: `peer-${n}.example:9876`,
              connecting: false,
              syncing: false,
            })),
          )
        : json({}),
    );
    const nodes = [{ name: "one", chain: "wire", url: node.url, limits: MANY_ROWS }];
    const config = JSON.stringify({ connections: { max_per_node: 100_000 }, nodes });
    const { url, program } = await startExporter({ config });
    await untilReady({ url, program });
    const client = connect(Number(new URL(url).port), "127.0.0.1");
    client.on("error", () => {});
    await once(client, "connect");
    client.write("GET /metrics HTTP/1.1\r\nhost: a\r\naccept-encoding: identity\r\n\r\n");
    await once(client, "readable");
    await endsWithin5Seconds(program, "SIGTERM");
    client.destroy();
  });

  test("a second signal, also another one, ends it immediately", async () => {
    const node = await fakeNode();
    const { url, program } = await startExporter({ args: [`--node=one=wire+${node.url}`] });
    const client = connect(Number(new URL(url).port), "127.0.0.1");
    client.on("error", () => {});
    await once(client, "connect");
    client.write("GET /metrics HTTP/1.1\r\nhost: a\r\n");
    await new Promise((resolve) => setTimeout(resolve, 200));
    process.kill(program.pid, "SIGTERM");
    await waitFor(() => program.output().includes("stopping"), "the first signal to arrive", {
      timeoutMs: 10_000,
      program,
    });
    expect(await stopWith(program, "SIGINT")).toBe(130);
    client.destroy();
  });
});
