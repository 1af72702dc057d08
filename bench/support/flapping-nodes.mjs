// The process of simulated nodes that never stay as they are: each goes from one mood to another every 1 to 5 seconds.
// Started by load.mjs over flapping-fleet.mjs.
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { createFakeMonero } from "./fake-monero.mjs";

const { count, peers, churn } = JSON.parse(process.argv[2]);
const MIN_MOOD_MS = 1000;
const MAX_MOOD_MS = 5000;
const SLOWEST_ANSWER_MS = 1500;

/** `up` stands twice: of five, two moods are good. */
const MOODS = ["up", "up", "slow", "reset", "down"];
const seen = { requests: 0, moods: 0 };

async function startNode(index) {
  const node = createFakeMonero({ index, peers, churn });
  const sockets = new Set();
  let mood = "up";
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("latin1");
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.once("end", async () => {
      seen.requests += 1;
      if (mood === "slow") await sleep(Math.random() * SLOWEST_ANSWER_MS);
      const answer = node.answer(request.url, body) ?? Buffer.alloc(0);
      response.writeHead(answer.length === 0 ? 404 : 200, { "Content-Length": answer.length });
      if (mood !== "reset") return response.end(answer);
      // In the middle of the answer.
      response.write(answer.subarray(0, answer.length / 2), () => request.socket.resetAndDestroy());
    });
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => {});
  });
  const listen = (port) => new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  await listen(0);
  const { port } = server.address();

  async function live() {
    for (;;) {
      await sleep(MIN_MOOD_MS + Math.random() * (MAX_MOOD_MS - MIN_MOOD_MS));
      const next = MOODS[Math.floor(Math.random() * MOODS.length)];
      if (mood === "down" && next !== "down") await listen(port);
      if (mood !== "down" && next === "down") {
        server.close();
        for (const socket of sockets) socket.destroy();
      }
      mood = next;
      seen.moods += 1;
    }
  }

  return { port, live };
}

const nodes = [];
for (let index = 0; index < count; index += 1) nodes.push(await startNode(index));
const commands = {
  ports: () => nodes.map(({ port }) => port),
  flap() {
    for (const { live } of nodes) void live();
  },
  seen: () => seen,
};
process.on("message", ({ id, command }) => process.send?.({ id, answer: commands[command]?.() }));
process.once("disconnect", () => process.exit());
process.stderr.write("all nodes listen\n");
