import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { Agent, get, type IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { hashSync } from "bcryptjs";
import { expect, onTestFinished, test } from "vitest";
import { faultOf, logPattern } from "../../../tools/faults/exporter-faults.ts";
import { type Page, value } from "../../support/exposition-parser.ts";
import { type FaultyExporter, startFaultyExporter, wireWith } from "../../support/faulty-exporter.ts";
import { startNginx } from "../../support/nginx.ts";
import { findServer, tempFolder, waitFor } from "../../support/servers.ts";
import { pageWhere } from "../../support/waits.ts";
import { fakeNode, up } from "./support.ts";

/** Clients that nobody knows take what they can. Hostile ones have an address of their own, as honest ones have. */

const HONEST = "127.0.0.2";
const HOSTILE = "127.0.0.3";
const HEAP_MIB = 64;

const nginx = findServer("nginx", "apt-get install nginx");

/** It is never there. */
const NODES = [{ name: "one", chain: "wire", url: "http://127.0.0.1:9" }];

type Scraped = { readonly status: number; readonly body: string };

function scrape(url: string, options: { agent?: Agent; headers?: Record<string, string>; from?: string } = {}) {
  const { agent, headers = {}, from = HONEST } = options;
  return new Promise<Scraped>((resolve, reject) => {
    const asked = get(url, { agent, headers, localAddress: from }, async (answer: IncomingMessage) => {
      let body = "";
      answer.setEncoding("utf8");
      for await (const text of answer) body += text;
      resolve({ status: answer.statusCode ?? 0, body });
    });
    asked.once("error", reject);
  });
}

/** A client of the hostile address. */
function hostile(port: number, act: (socket: Socket) => void = () => {}): Socket {
  const socket = connect({ port, host: "127.0.0.1", localAddress: HOSTILE });
  socket.on("error", () => {});
  socket.once("connect", () => act(socket));
  // Without a reader it would not learn that it is closed.
  socket.resume();
  onTestFinished(() => void socket.destroy());
  return socket;
}

const warned = (exporter: FaultyExporter, pattern: RegExp) =>
  exporter.lines().filter(({ msg }) => pattern.test(String(msg)));

test(faultOf("requestsPipelined").fault, async () => {
  const slow = await fakeNode(() => new Promise(() => {}));
  const exporter = await startFaultyExporter({
    nodes: [{ name: "slow", chain: "wire", url: slow.url, timeout: "5m", interval: "10m" }],
    heap: HEAP_MIB,
  });
  const before = value(await exporter.page(), "process_resident_memory_bytes");
  const requests = [
    "GET /probe?node=slow HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET /metrics HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n",
    "GET / HTTP/1.1\r\n\r\n",
    "GET /-/healthy HTTP/1.1\r\nHost: x\r\nExpect: wonders\r\n\r\n",
  ];
  for (const request of requests) {
    // One after the other: what one connection left behind would add up.
    for (let round = 0; round < 10; round += 1) {
      const socket = hostile(exporter.port, (open) => open.write(request.repeat(12_000)));
      await waitFor(() => socket.closed, `the connection with ${request} to be closed`, { program: exporter.program });
    }
  }
  await pageWhere(
    exporter,
    (page) => value(page, "peer_exporter_http_connections_closed_total", { reason: "requests_waiting" }) >= 40,
    "the connections to be counted",
  );
  const after = value(await exporter.page(), "process_resident_memory_bytes");
  expect((after - before) / 2 ** 20).toBeLessThan(64);
  expect(warned(exporter, logPattern("requestsPipelined"))).toHaveLength(1);
});

test(faultOf("connectionsHeld").fault, async () => {
  const node = await fakeNode(wireWith(1));
  const exporter = await startFaultyExporter({
    nodes: [{ name: "one", chain: "wire", url: node.url }],
    heap: HEAP_MIB,
  });
  await pageWhere(exporter, (page) => up(page, "one") === 1, "the node to be up");
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  const kept: Socket[] = [];
  agent.on("free", (socket: Socket) => kept.push(socket));
  const prometheus = () => scrape(`${exporter.url}/metrics`, { agent });
  expect((await prometheus()).status).toBe(200);

  let opened = 0;
  let isOver = false;
  const comeAgain = () => {
    if (isOver) return;
    opened += 1;
    hostile(exporter.port, (socket) => socket.write("GET /metrics HTTP/1.1\r\nHost: x\r\nX-")).once("close", comeAgain);
  };
  for (let index = 0; index < 560; index += 1) comeAgain();
  await waitFor(() => opened > 1200, "the hostile ones to come again");
  for (let round = 0; round < 20; round += 1) {
    expect((await scrape(`${exporter.url}/metrics`)).status).toBe(200);
    expect((await prometheus()).status).toBe(200);
    expect((await scrape(`${exporter.url}/-/healthy`, { from: HOSTILE })).status).toBe(200);
  }
  isOver = true;
  expect(new Set(kept).size).toBe(1);
  expect(warned(exporter, logPattern("connectionsHeld"))).toHaveLength(1);
  const closed = (page: Page) =>
    value(page, "peer_exporter_http_connections_closed_total", { reason: "address_share" });
  // The exporter's own metrics on a page are seconds old.
  await pageWhere(exporter, (page) => closed(page) > 100, "the closed connections to be counted");
});

test(faultOf("headersMany").fault, async () => {
  const exporter = await startFaultyExporter({
    nodes: NODES,
    heap: HEAP_MIB,
  });
  for (const count of [100, 3500]) {
    let text = "";
    const socket = hostile(exporter.port, (open) =>
      open.write(`GET /metrics HTTP/1.1\r\nHost: x\r\n${"a:\r\n".repeat(count)}\r\n`),
    );
    socket.on("data", (bytes: Buffer) => {
      text += bytes.toString();
    });
    await waitFor(() => socket.closed, "the connection to be closed");
    expect(text).toMatch(/^HTTP\/1\.1 431 /);
  }
});

test(faultOf("passwordsWrong").fault, async () => {
  const file = join(tempFolder(), "web.yaml");
  // As costly as the program's own.
  const users = { prometheus: hashSync("right", 10), later: hashSync("later", 10) };
  const write = (names: readonly (keyof typeof users)[], frame: string) =>
    writeFileSync(
      file,
      JSON.stringify({
        basic_auth_users: Object.fromEntries(names.map((name) => [name, users[name]])),
        http_server_config: { headers: { "X-Frame-Options": frame } },
      }),
    );
  write(["prometheus"], "deny");
  const exporter = await startFaultyExporter({
    nodes: NODES,
    args: [`--web.config.file=${file}`],
    heap: HEAP_MIB,
  });
  const basic = (pair: string) => ({ authorization: `Basic ${Buffer.from(pair).toString("base64")}` });
  const url = `${exporter.url}/metrics`;
  const honest = async (pair: string) => (await scrape(url, { headers: basic(pair) })).status;
  expect(await honest("prometheus:right")).toBe(200);

  let isOver = false;
  const codes = new Set<number>();
  const loops = Array.from({ length: 24 }, async (_, index) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (!isOver) {
      const user = index % 2 === 0 ? "prometheus" : randomBytes(4).toString("hex");
      const password = index % 3 === 0 ? "always the same" : randomBytes(9).toString("hex");
      codes.add((await scrape(url, { agent, headers: basic(`${user}:${password}`), from: HOSTILE })).status);
    }
    agent.destroy();
  });
  await waitFor(() => codes.size === 2, "wrong passwords to be turned away");
  write(["prometheus", "later"], "sameorigin");
  exporter.signal("SIGHUP");
  const headers = basic("prometheus:right");
  for (let round = 0; round < 30; round += 1) expect((await scrape(url, { headers })).status).toBe(200);
  expect(await waitFor(async () => (await honest("later:later")) === 200, "the new user to be let in")).toBe(true);
  expect(await honest("prometheus:right")).toBe(200);
  isOver = true;
  await Promise.all(loops);
  expect(codes).toEqual(new Set([401, 503]));
});

test.skipIf(nginx === undefined)(faultOf("oneProxy").fault, async () => {
  const file = join(tempFolder(), "web.yaml");
  writeFileSync(file, JSON.stringify({ basic_auth_users: { prometheus: hashSync("right", 10) } }));
  const node = await fakeNode(wireWith(500));
  const nodes = [{ name: "one", chain: "wire", url: node.url }];
  const authorization = `Basic ${Buffer.from("prometheus:right").toString("base64")}`;
  for (const args of [[], [`--web.config.file=${file}`]]) {
    const exporter = await startFaultyExporter({ nodes, args, heap: HEAP_MIB });
    const url = await startNginx(nginx ?? "", exporter.url);
    for (let round = 0; round < 3; round += 1) {
      const answers = await Promise.all(
        Array.from({ length: 200 }, (_, index) =>
          scrape(`${url}/metrics`, {
            headers: { authorization, "accept-encoding": index % 2 === 0 ? "gzip" : "identity" },
          }),
        ),
      );
      expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    }
    expect(warned(exporter, /closed connections of clients/)).toEqual([]);
  }
});
