// The process of a node that answers with one hostile body after the other, each as large as an answer may be by default or
// larger. Started over hostile.mjs.
import { createServer } from "node:http";

const SIZE = 16 * 1024 * 1024 - 1000;
const repeat = (text, size = SIZE) => text.repeat(Math.floor(size / text.length));

/** One object with as many keys as fit, no two the same. */
function keys() {
  const parts = [];
  for (let length = 0, count = 0; length < SIZE; count += 1) {
    const part = `"${count.toString(36)}x":0`;
    parts.push(part);
    length += part.length + 1;
  }
  return `{${parts.join(",")}}`;
}

const whole = (body) => (response) => {
  response.writeHead(200, { "Content-Type": "application/json", "Content-Length": body.length });
  response.end(body);
};

/** @type {Record<string, () => (response: import("node:http").ServerResponse) => void>} */
const WAYS = {
  "control characters in one string": () => whole(Buffer.from(`["${repeat("\x01")}"]`)),
  "escapes that JSON does not know": () => whole(Buffer.from(`["${repeat("\\v")}"]`)),
  "backslashes without an end": () => whole(Buffer.from(`["${repeat("\\\\")}`)),
  "many keys": () => whole(Buffer.from(keys())),
  "many strings": () => whole(Buffer.from(`[${repeat('"",')}0]`)),
  "many numbers": () => whole(Buffer.from(`[${repeat("0,")}0]`)),
  "many floats": () => whole(Buffer.from(`[${repeat("1e-9,")}0]`)),
  "deep lists": () => whole(Buffer.from(repeat("["))),
  "wide lists": () => whole(Buffer.from(`[${repeat("[],")}0]`)),
  "bytes that are no UTF-8": () => whole(Buffer.alloc(SIZE, 0xff)),
  "chunks of one byte": () => {
    const chunks = Buffer.from(repeat("1\r\n0\r\n", 4 * 1024 * 1024));
    return ({ socket }) => {
      socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
      socket.end(chunks);
    };
  },
  "an answer without end": () => (response) => {
    const part = Buffer.alloc(65_536, "[");
    const more = () => {
      while (response.writable && response.write(part));
    };
    response.on("drain", more);
    more();
  },
  "headers without end": () => {
    const headers = Buffer.from(repeat("a: b\r\n", 1024 * 1024));
    return ({ socket }) => {
      socket.write("HTTP/1.1 200 OK\r\n");
      socket.end(headers);
    };
  },
  "preliminary answers without end": () => {
    const answers = Buffer.from(repeat("HTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\n", 1024 * 1024));
    return ({ socket }) => socket.end(answers);
  },
};

const ways = Object.values(WAYS).map((build) => build());
let answers = 0;
const server = createServer((request, response) => {
  request.resume();
  response.on("error", () => {});
  ways[answers % ways.length](response);
  answers += 1;
});
server.on("connection", (socket) => socket.on("error", () => {}));
server.listen(0, "127.0.0.1", () => process.stderr.write(`listening on port ${server.address().port}\n`));

const commands = { seen: () => ({ bodies: Math.min(answers, ways.length), answers }) };
process.on("message", ({ id, command }) => process.send?.({ id, answer: commands[command]?.() }));
process.once("disconnect", () => process.exit());
