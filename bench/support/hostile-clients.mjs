// The process of clients of one address that misbehave until it is ended. hostile.mjs starts it; besides its options, `only`
// names the one way in which all of them misbehave.
import { randomBytes } from "node:crypto";
import http from "node:http";
import https from "node:https";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import tls from "node:tls";

const { port, address, isTls, node, user, connections, guessers, pauseMs, only } = JSON.parse(process.argv[2]);
const seen = { opened: 0, guesses: 0 };

/** Number of requests sent without waiting for responses. */
const PIPELINED = 2000;
const SLOW_MS = 500;

const target = { host: "127.0.0.1", port, localAddress: address };
const request = (line, headers = "") => `${line} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`;
const wrong = () => {
  const pair = `${Math.random() < 0.5 ? user : randomBytes(6).toString("hex")}:${randomBytes(9).toString("hex")}`;
  return `Authorization: Basic ${Buffer.from(pair).toString("base64")}\r\n`;
};

/** Without TLS. */
const plain = (use) => () => {
  const socket = net.connect(target);
  socket.once("connect", () => use(socket));
  return socket;
};
/** As the exporter is spoken to. */
const spoken = (use) => () => {
  if (!isTls) return plain(use)();
  const socket = tls.connect({ ...target, rejectUnauthorized: false });
  socket.once("secureConnect", () => use(socket));
  return socket;
};

/** What a connection does once it is open. Answers are thrown away where nothing else is said. */
const WAYS = {
  "half a request line": spoken((socket) => socket.write("GET /metr")),
  "half of the headers": spoken((socket) => socket.write("GET /metrics HTTP/1.1\r\nHost: x\r\nX-Half: ")),
  "headers byte by byte": spoken((socket) => {
    socket.write("GET /metrics HTTP/1.1\r\nHost: x\r\nX-Slow: ");
    const timer = setInterval(() => socket.write("a"), SLOW_MS);
    socket.once("close", () => clearInterval(timer));
  }),
  // The first bytes of a client's hello, which says how long it is.
  "a TLS handshake that is never finished": plain((socket) => socket.write(Buffer.from("16030102000100", "hex"))),
  "not a word": spoken(() => {}),
  "pipelined probes": spoken((socket) => socket.write(request(`GET /probe?node=${node}`).repeat(PIPELINED))),
  "pipelined wrong passwords": spoken((socket) => socket.write(request("GET /metrics", wrong()).repeat(PIPELINED))),
  "answers that are never read": spoken((socket) => {
    socket.pause();
    socket.write(request("GET /-/healthy").repeat(PIPELINED));
    socket.write(request("GET /metrics").repeat(PIPELINED));
  }),
  "headers that are too large": spoken((socket) => socket.write(request("GET /", `X: ${"a".repeat(65_536)}\r\n`))),
  "bytes that are no HTTP": plain((socket) => socket.write(randomBytes(4096))),
  "a body without end": spoken((socket) => {
    socket.write("POST /-/reload HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n");
    const more = () => !socket.destroyed && socket.write(Buffer.alloc(16_384));
    socket.on("drain", more);
    more();
  }),
};

/** One connection that comes again whenever it was closed. */
async function misbehave(open) {
  for (;;) {
    await sleep(Math.random() * pauseMs);
    await new Promise((resolve) => {
      const socket = open();
      seen.opened += 1;
      socket.on("error", () => {});
      socket.once("close", resolve);
      if (!socket.isPaused()) socket.resume();
    });
  }
}

/** Asks with one wrong password after the other. */
async function guess() {
  const { get, Agent } = isTls ? https : http;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (;;) {
    await new Promise((resolve) => {
      const [name, value] = wrong().trim().split(": ");
      const options = { ...target, path: "/metrics", agent, rejectUnauthorized: false, headers: { [name]: value } };
      const asked = get(options, (answer) => answer.resume().once("close", resolve));
      asked.once("error", resolve);
    });
    seen.guesses += 1;
    // Without a turn of its own, a process whose connections are refused would do nothing else.
    await sleep(1);
  }
}

const ways = only === undefined ? Object.values(WAYS) : [WAYS[only]];
for (let index = 0; index < connections; index += 1) void misbehave(ways[index % ways.length]);
for (let index = 0; index < guessers; index += 1) void guess();
process.on("message", ({ id, command }) => process.send?.({ id, answer: command === "seen" ? seen : undefined }));
process.once("disconnect", () => process.exit());
process.stderr.write(`misbehaving in ${ways.length} ways\n`);
