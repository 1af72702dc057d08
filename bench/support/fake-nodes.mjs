// The process of the simulated nodes: a port of its own for each, as for real ones. Started by fake-fleet.mjs, which
// asks over the IPC channel when polls arrived.
import { createServer } from "node:http";
import { createFakeBitcoin } from "./fake-bitcoin.mjs";
import { createFakeMonero } from "./fake-monero.mjs";
import { createFakeWire } from "./fake-wire.mjs";

/** Longer than any interval: a real node keeps its connections as well. */
const KEEP_ALIVE_MS = 10 * 60_000;

const { count, peers, churn, chain } = JSON.parse(process.argv[2]);
const create = { wire: createFakeWire, bitcoin: createFakeBitcoin }[chain] ?? createFakeMonero;

let polls = 0;
/** Milliseconds between two polls of the same node. */
let spacings = [];
const lastPoll = new Array(count).fill(undefined);

function arrived(index) {
  const now = performance.now();
  polls += 1;
  if (lastPoll[index] !== undefined) spacings.push(now - lastPoll[index]);
  lastPoll[index] = now;
}

function serve(index) {
  const node = create({ index, peers, churn });
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("latin1");
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.once("end", () => {
      if (node.beginsPoll(request.url, body)) arrived(index);
      const answer = node.answer(request.url, body);
      response.writeHead(answer === undefined ? 404 : 200, {
        Server: "Epee-based",
        "Content-Type": "application/json",
        "Content-Length": answer?.length ?? 0,
      });
      response.end(answer);
    });
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server.address().port)));
}

const commands = {
  ports: () => ports,
  /** Forgets what was seen so far. */
  reset() {
    polls = 0;
    spacings = [];
    lastPoll.fill(undefined);
  },
  seen: () => ({ polls, spacings }),
};

const ports = [];
for (let index = 0; index < count; index += 1) ports.push(await serve(index));
process.on("message", ({ id, command }) => process.send?.({ id, answer: commands[command]?.() }));
process.once("disconnect", () => process.exit());
process.stderr.write("all nodes listen\n");
