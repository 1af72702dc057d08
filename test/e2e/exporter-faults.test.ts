import { once } from "node:events";
import { closeSync, constants, openSync, readSync, writeFileSync } from "node:fs";
import { get, type IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Agent, request } from "undici";
import { afterEach, describe, expect, test } from "vitest";
import { faultOf, logPattern } from "../reliability/exporter-catalogue.ts";
import { logLines, PROGRAM } from "../support/exporter.ts";
import { find, type Page, parseText, value } from "../support/exposition-parser.ts";
import { type FakeNode, type Handler, startFakeNode } from "../support/fake-node.ts";
import {
  type FaultyExporter,
  type FaultyOptions,
  ROOT,
  startFaultyExporter,
  wellMonerod,
  wireWith,
} from "../support/faulty-exporter.ts";
import { type RunningProgram, run, startProcess, tempFolder, waitFor } from "../support/servers.ts";

/** Faults of the exporter's own world, injected into the real program; test/reliability has their catalogue. */

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function fakeNode(handler: Handler): Promise<FakeNode> {
  const node = await startFakeNode(handler);
  cleanUps.push(node.close);
  return node;
}

async function start(options: FaultyOptions): Promise<FaultyExporter> {
  const exporter = await startFaultyExporter(options);
  cleanUps.push(() => exporter.program.stop());
  return exporter;
}

/** Often, and with time enough for a busy machine. */
const OFTEN = { global: { interval: "3s", timeout: "3s" } };

const polls = (page: Page, target: string) => value(page, "p2p_node_polls_total", { target });
const up = (page: Page, target: string) => value(page, "p2p_node_up", { target });
const failures = (page: Page, target: string, reason: string) =>
  value(page, "p2p_node_poll_failures_total", { target, reason });

/** Waits until the page is so. */
function pageWhere({ page, program }: FaultyExporter, isSo: (page: Page) => boolean, what: string): Promise<Page> {
  return waitFor(
    async () => {
      const found = await page();
      return isSo(found) && found;
    },
    what,
    { program },
  );
}

async function exitsWith(program: RunningProgram, code: number, milliseconds: number): Promise<void> {
  const began = performance.now();
  expect(await program.exited).toBe(code);
  expect(performance.now() - began).toBeLessThan(milliseconds);
}

/** A connection that says what it is told to, and nothing else. */
async function idleClient(port: number, sent = ""): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  cleanUps.push(() => socket.destroy());
  await once(socket, "connect");
  if (sent !== "") socket.write(sent);
  return socket;
}

describe("the clock is set", () => {
  const HOUR = 3_600_000;

  /** Counters by series, to see that none falls. */
  const counters = ({ families }: Page) =>
    new Map(
      families
        .filter(({ type, name }) => type === "counter" && name.startsWith("p2p_"))
        .flatMap(({ samples }) => samples)
        .map(({ name, labels, value: count }) => [`${name} ${JSON.stringify([...labels])}`, count] as const),
    );

  test.each([
    [faultOf("clockForward").fault, HOUR],
    [faultOf("clockBack").fault, -HOUR],
  ])("%s", async (_, shift) => {
    const clockFile = join(tempFolder(), "clock");
    const nodes = [
      { name: "m1", chain: "monero", url: (await fakeNode(wellMonerod())).url },
      { name: "m2", chain: "monero", url: (await fakeNode(wellMonerod())).url },
      { name: "w", chain: "wire", url: (await fakeNode(wireWith(3))).url, schedule: "*/3 * * * * *" },
    ];
    const exporter = await start({
      nodes,
      config: OFTEN,
      preload: "clock.mjs",
      env: { CLOCK_FILE: clockFile },
    });
    const names = nodes.map(({ name }) => name);
    let page = await pageWhere(exporter, (now) => names.every((name) => polls(now, name) >= 3), "some polls");
    const started = value(page, "p2p_connection_start_timestamp_seconds", { target: "m1" });
    const first = new Map(names.map((name) => [name, polls(page, name)]));

    writeFileSync(clockFile, String(shift));
    exporter.signal("SIGUSR2");
    const deadline = performance.now() + 60_000;
    while (names.some((name) => polls(page, name) < (first.get(name) ?? 0) + 4)) {
      expect(performance.now()).toBeLessThan(deadline);
      await sleep(200);
      const before = counters(page);
      page = await exporter.page();
      const now = counters(page);
      expect([...before].filter(([series, count]) => !((now.get(series) ?? -1) >= count))).toEqual([]);
      for (const name of names) {
        expect([name, up(page, name)]).toEqual([name, 1]);
        expect(find(page, "p2p_node_head_lag_blocks", { target: name }).filter(({ value: lag }) => lag !== 0)).toEqual(
          [],
        );
        expect(find(page, "p2p_node_syncing", { target: name }).filter(({ value: syncing }) => syncing !== 0)).toEqual(
          [],
        );
        expect(value(page, "p2p_node_poll_duration_seconds", { target: name })).toBeGreaterThanOrEqual(0);
        expect(value(page, "p2p_node_poll_duration_seconds", { target: name })).toBeLessThan(10);
      }
      const opened = value(page, "p2p_connection_start_timestamp_seconds", { target: "m1" });
      const moved = Math.min(...[0, shift / 1000].map((each) => Math.abs(opened - started - each)));
      expect(moved).toBeLessThanOrEqual(2);
      // All or nothing of the hour, also of a poll that was under way: half of it would be wrong with either clock.
      const skew = value(page, "p2p_node_clock_skew_seconds", { target: "m1" });
      expect(Math.min(...[0, -shift / 1000].map((each) => Math.abs(skew - each)))).toBeLessThanOrEqual(5);
    }
    const lastSuccess = value(page, "p2p_node_last_success_timestamp_seconds", { target: "m1" });
    expect(Math.abs(lastSuccess * 1000 - (Date.now() + shift))).toBeLessThan(10_000);
    exporter.signal("SIGTERM");
    await exitsWith(exporter.program, 0, 5000);
  });
});

test(faultOf("descriptors").fault, async () => {
  const [keeping, closing] = [await fakeNode(wireWith(1)), await fakeNode(wireWith(1, { connection: "close" }))];
  const exporter = await start({
    nodes: [
      { name: "keeping", chain: "wire", url: keeping.url },
      { name: "closing", chain: "wire", url: closing.url },
    ],
    config: OFTEN,
    descriptors: 64,
  });
  const agent = new Agent({ connections: 1, keepAliveTimeout: 60_000 });
  cleanUps.push(() => agent.destroy());
  const page = async () => {
    const { statusCode, body } = await request(`${exporter.url}/metrics`, { dispatcher: agent });
    expect(statusCode).toBe(200);
    return parseText(await body.text());
  };
  const held = { ...exporter, page };
  await pageWhere(held, (now) => up(now, "keeping") === 1 && up(now, "closing") === 1, "both nodes to be up");

  const sockets = await Promise.all(Array.from({ length: 100 }, () => idleClient(exporter.port)));
  const full = await pageWhere(held, (now) => up(now, "closing") === 0, "the descriptors to be used up");
  expect(up(full, "keeping")).toBe(1);
  expect(failures(full, "closing", "connect")).toBeGreaterThan(0);
  expect(faultOf("descriptors").reason).toBe("connect");
  expect(
    exporter
      .lines()
      .map(({ msg }) => msg)
      .filter((msg) => logPattern("descriptors").test(msg)),
  ).toHaveLength(1);

  for (const socket of sockets) socket.destroy();
  // Over new connections.
  const after = await pageWhere(exporter, (now) => up(now, "closing") === 1, "the node to be up again");
  expect(up(after, "keeping")).toBe(1);
  exporter.signal("SIGTERM");
  await exitsWith(exporter.program, 0, 5000);
});

describe("the log cannot be written", () => {
  const nodes = async () => [{ name: "one", chain: "wire", url: (await fakeNode(wireWith(1))).url }];

  async function worksAndStops(exporter: FaultyExporter) {
    await pageWhere(exporter, (page) => polls(page, "one") >= 3 && up(page, "one") === 1, "some polls");
    exporter.signal("SIGTERM");
    await exitsWith(exporter.program, 0, 5000);
  }

  test.each([
    [faultOf("logDiskFull").fault, ">/dev/full 2>/dev/full"],
    [faultOf("logClosed").fault, ">&- 2>&-"],
  ])("%s", async (_, redirect) => {
    const options = { nodes: await nodes(), config: OFTEN, args: ["--log.level=debug"], redirect };
    await worksAndStops(await start(options));
  });

  async function pipe() {
    const path = join(tempFolder(), "pipe");
    await run("mkfifo", [path]);
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    let isOpen = true;
    const close = () => {
      if (isOpen) closeSync(reader);
      isOpen = false;
    };
    cleanUps.push(close);
    return { path, reader, close };
  }

  test(`${faultOf("logClosed").fault}: the reader of a pipe`, async () => {
    const { path, close } = await pipe();
    const exporter = await start({
      nodes: await nodes(),
      config: OFTEN,
      args: ["--log.level=debug"],
      redirect: `2>"${path}"`,
    });
    close();
    await worksAndStops(exporter);
  });

  test(faultOf("logUnread").fault, async () => {
    const { path, reader } = await pipe();
    const exporter = await start({
      nodes: await nodes(),
      config: OFTEN,
      args: ["--log.level=debug"],
      redirect: `2>"${path}"`,
    });
    const agent = new Agent({ connections: 8, pipelining: 1 });
    cleanUps.push(() => agent.destroy());
    // Each is a line of the log: together more than pipe and exporter keep.
    const ask = async () => (await request(`${exporter.url}/-/healthy`, { dispatcher: agent })).body.dump();
    for (let round = 0; round < 150; round += 1) await Promise.all(Array.from({ length: 100 }, ask));
    const page = await exporter.page();
    expect(up(page, "one")).toBe(1);

    const chunk = Buffer.alloc(65_536);
    let log = "";
    const drain = () => {
      try {
        for (let size = 1; size > 0; log += chunk.toString("utf8", 0, size)) size = readSync(reader, chunk);
      } catch {
        // Empty for now.
      }
      return logPattern("logUnread").test(log);
    };
    await waitFor(drain, "the line about lost lines", { program: exporter.program });
    const told = log.split("\n").find((line) => logPattern("logUnread").test(line)) ?? "";
    expect(JSON.parse(told).lost_lines).toBeGreaterThan(1000);
    // Full again, at the end.
    for (let round = 0; round < 150; round += 1) await Promise.all(Array.from({ length: 100 }, ask));
    await worksAndStops(exporter);
  });

  test.each(["--help", "check"])(`${faultOf("outputFull").fault}: %s`, async (command) => {
    const args = command === "check" ? ["check", `--config.file=${join(ROOT, "config.example.yaml")}`] : [command];
    const { code, output } = await run("sh", ["-c", 'exec "$@" >/dev/full', "sh", process.execPath, PROGRAM, ...args]);
    expect({ code, output }).toEqual({ code: 1, output: `${faultOf("outputFull").log}\n` });
  });
});

describe("signals", () => {
  /** Takes requests and never answers. */
  const silent: Handler = () => ({ body: () => {} });

  test(faultOf("stopDuringPoll").fault, async () => {
    const node = await fakeNode(silent);
    const exporter = await start({ nodes: [{ name: "one", chain: "wire", url: node.url }] });
    await waitFor(() => node.requests.length > 0, "the poll", { program: exporter.program });
    exporter.signal("SIGTERM");
    await exitsWith(exporter.program, 0, 5000);
    expect(exporter.lines().some(({ msg }) => logPattern("stopDuringPoll").test(msg))).toBe(true);
  });

  test(faultOf("stopDuringScrape").fault, async () => {
    const node = await fakeNode(wireWith(20_000));
    const exporter = await start({
      nodes: [{ name: "one", chain: "wire", url: node.url }],
      config: { connections: { max_per_node: 100_000 } },
    });
    await pageWhere(exporter, (page) => up(page, "one") === 1, "the node to be up");
    const scrape = await new Promise<IncomingMessage>((resolve, reject) => {
      const options = { port: exporter.port, path: "/metrics", headers: { accept: "text/plain" } };
      get(options, resolve).once("error", reject);
    });
    exporter.signal("SIGTERM");
    const began = performance.now();
    await waitFor(() => exporter.program.output().includes("stopping"), "the signal to arrive");
    const chunks: Buffer[] = [];
    for await (const chunk of scrape) {
      chunks.push(chunk);
      // About a second for all of it.
      await sleep(10);
    }
    const page = Buffer.concat(chunks).toString();
    expect(scrape.complete).toBe(true);
    expect(page.length).toBeGreaterThan(1e6);
    expect(up(parseText(page), "one")).toBe(1);
    expect(await exporter.program.exited).toBe(0);
    expect(performance.now() - began).toBeLessThan(6000);
    expect(exporter.lines().at(-1)?.msg).toMatch(logPattern("stopDuringScrape"));
  });

  test.each([
    ["SIGTERM", 143],
    ["SIGINT", 130],
  ] as const)(`${faultOf("secondSignal").fault}: %s`, async (second, code) => {
    const node = await fakeNode(wireWith(1));
    const exporter = await start({ nodes: [{ name: "one", chain: "wire", url: node.url }] });
    // A half sent scrape holds the exit for a while.
    await idleClient(exporter.port, "GET /metrics HTTP/1.1\r\nhost: a\r\n");
    await exporter.page();
    exporter.signal("SIGTERM");
    await waitFor(() => exporter.program.output().includes("stopping"), "the first signal to arrive");
    exporter.signal(second);
    await exitsWith(exporter.program, code, 1000);
  });

  test(faultOf("stopDuringStart").fault, async () => {
    const node = await fakeNode(silent);
    const codes = new Set<number>();
    for (const milliseconds of [0, 20, 40, 60, 80, 100, 130, 160, 200, 300, 500, 1000, 2000]) {
      const args = [PROGRAM, `--node=one=wire+${node.url}`, "--web.listen-address=127.0.0.1:0"];
      const program = await startProcess(process.execPath, args);
      await sleep(milliseconds);
      process.kill(program.pid, "SIGTERM");
      const began = performance.now();
      const code = await program.exited;
      codes.add(code);
      expect([0, 143]).toContain(code);
      expect(performance.now() - began).toBeLessThan(5000);
      if (code === 0) expect(logLines(program).at(-1)?.msg).toBe("stopped");
    }
    expect(codes).toContain(0);
  });

  test(faultOf("killed").fault, async () => {
    const node = await fakeNode(wireWith(2));
    const silentNode = await fakeNode(silent);
    const nodes = [
      { name: "one", chain: "wire", url: node.url, interval: "1s" },
      { name: "silent", chain: "wire", url: silentNode.url },
    ];
    const first = await start({ nodes });
    const before = await pageWhere(first, (page) => polls(page, "one") >= 3, "some polls");
    first.signal("SIGKILL");
    expect(await first.program.exited).toBe(137);

    const second = await start({ nodes: nodes.map((each) => ({ ...each, url: silentNode.url })), port: first.port });
    const page = await second.page();
    for (const target of ["one", "silent"]) {
      expect([up(page, target), polls(page, target)]).toEqual([0, 0]);
      expect(find(page, "p2p_node_peers", { target })).toEqual([]);
    }
    expect((await fetch(`${second.url}/-/ready`)).status).toBe(503);
    const startedAt = (of: Page) => value(of, "process_start_time_seconds");
    expect(startedAt(page)).toBeGreaterThan(startedAt(before));
    await second.openMetrics();
  });
});

describe("it cannot start", () => {
  test(faultOf("portInUse").fault, async () => {
    const { port, url } = await fakeNode(wireWith(1));
    const args = [`--node=one=wire+${url}`, `--web.listen-address=127.0.0.1:${port}`];
    const { code, output } = await run(process.execPath, [PROGRAM, ...args]);
    expect(code).toBe(1);
    expect(JSON.parse(output).msg).toMatch(logPattern("portInUse"));
  });

  test(faultOf("configUnreadable").fault, async () => {
    const file = join(tempFolder(), "none.yaml");
    const { code, output } = await run(process.execPath, [PROGRAM, `--config.file=${file}`]);
    expect(code).toBe(1);
    expect(output.split("\n")[0]).toMatch(logPattern("configUnreadable"));
    expect(output).toContain(file);
  });
});

test(faultOf("internalError").fault, async () => {
  const node = await fakeNode(wireWith(1));
  const exporter = await start({
    nodes: [{ name: "one", chain: "wire", url: node.url }],
    config: OFTEN,
    preload: "bug.mjs",
  });
  await pageWhere(exporter, (page) => up(page, "one") === 1, "the node to be up");
  exporter.signal("SIGUSR2");
  const page = await pageWhere(exporter, (now) => failures(now, "one", "internal") > 0, "the bug");
  expect(up(page, "one")).toBe(0);
  expect(find(page, "p2p_node_peers", { target: "one" })).toEqual([]);
  exporter.signal("SIGUSR2");
  await pageWhere(exporter, (now) => up(now, "one") === 1, "the node to be up again");
  exporter.signal("SIGTERM");
  await exitsWith(exporter.program, 0, 5000);
  const output = exporter.program.output();
  expect(output).toMatch(/"reason":"internal".*planted: http:\/\/127\.0\.0\.1.*at attempt/);
  expect(output).not.toContain("s3cret");
});

test(faultOf("eventLoopBlocked").fault, async () => {
  const node = await fakeNode(wireWith(1));
  const exporter = await start({ nodes: [{ name: "one", chain: "wire", url: node.url }], preload: "block.mjs" });
  const longest = (page: Page) => value(page, "nodejs_eventloop_lag_max_seconds");
  await pageWhere(exporter, (page) => up(page, "one") === 1, "the node to be up");
  exporter.signal("SIGUSR2");
  const began = performance.now();
  await sleep(100);
  await exporter.page();
  expect(performance.now() - began).toBeGreaterThan(1500);
  // The exporter's own metrics on a page are seconds old: the block is on it once.
  await pageWhere(exporter, (now) => longest(now) > 1.5, "a page with the block");
  await pageWhere(exporter, (now) => longest(now) < 1.5, "a page without the block");
});

test(faultOf("abortedScrapes").fault, async () => {
  const node = await fakeNode(wireWith(5000));
  const exporter = await start({
    nodes: [{ name: "one", chain: "wire", url: node.url, interval: "1s" }],
    config: { connections: { max_per_node: 10_000 } },
  });
  await pageWhere(exporter, (page) => up(page, "one") === 1, "the node to be up");
  const abort = async (encoding: string) => {
    const client = await idleClient(
      exporter.port,
      `GET /metrics HTTP/1.1\r\nhost: a\r\naccept-encoding: ${encoding}\r\n\r\n`,
    );
    await once(client, "readable");
    client.destroy();
  };
  const many = async (rounds: number) => {
    for (let round = 0; round < rounds; round += 1) {
      await Promise.all(Array.from({ length: 50 }, (_, index) => abort(index % 2 === 0 ? "gzip" : "identity")));
    }
    cleanUps.splice(2);
    return exporter.page();
  };
  const settled = await many(15);
  const after = await many(60);
  const mebibytes = (page: Page) => value(page, "process_resident_memory_bytes") / 2 ** 20;
  expect(mebibytes(after) - mebibytes(settled)).toBeLessThan(60);
  await pageWhere(exporter, (page) => value(page, "process_open_fds") < 60, "the connections to be closed");
});
