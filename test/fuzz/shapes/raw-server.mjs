// Serves bytes that the main thread has put into a shared piece of memory; a thread of its own, so that its CPU time is not
// taken for that of the program. Plain JavaScript: a thread starts from a file.
import { createServer } from "node:net";
import { parentPort, workerData } from "node:worker_threads";

const memory = Buffer.from(workerData.memory);
/** @type {{ id: string, ranges: readonly (readonly [number, number])[][], segment: number } | undefined} */
let answer;
/** Sockets that wait for an answer that was not told yet. */
const waiting = [];

parentPort.on("message", (next) => {
  answer = next;
  for (const retry of waiting.splice(0)) retry();
});

const server = createServer({ noDelay: true }, (socket) => {
  let text = "";
  socket.on("error", () => {});
  socket.on("data", (chunk) => {
    text += chunk.toString("latin1");
    for (let request = nextRequest(text); request !== undefined; request = nextRequest(text)) {
      text = text.slice(request.length);
      void reply(socket, request.key);
    }
  });
});

/** The first whole request of a text. */
function nextRequest(text) {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const length = end + 4 + Number(/^content-length: (\d+)/im.exec(text.slice(0, end))?.[1] ?? 0);
  if (text.length < length) return undefined;
  return { length, key: /^x-answer: (\S+)/im.exec(text.slice(0, end))?.[1] ?? "" };
}

async function reply(socket, key) {
  const [id, number] = key.split("/");
  if (answer?.id !== id) await new Promise((resolve) => waiting.push(resolve));
  const { ranges, segment } = answer;
  const pieces = ranges[Number(number) % ranges.length] ?? [];
  for (const [from, to] of pieces) {
    for (let at = from; at < to; at += segment) {
      if (socket.destroyed || answer.id !== id) return;
      const isTaken = socket.write(memory.subarray(at, Math.min(to, at + segment)));
      if (!isTaken) await drained(socket);
      else if (segment < 65_536) await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

function drained(socket) {
  return new Promise((resolve) => {
    const done = () => {
      socket.off("drain", done).off("close", done);
      resolve();
    };
    socket.once("drain", done).once("close", done);
  });
}

server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));
