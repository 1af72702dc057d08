// A hostile node: each request gets the next of its answers, each as bad as it is large. A process of its own, so that what it
// costs to send them holds nobody else up: `node hostile-node.mjs` says its port; /-/served tells how often each was sent, and
// /-/only/NAME makes it send that one alone. Tests and benches use it.
import { createServer } from "node:net";

const MIB = 1024 * 1024;
/** Far more than any node sends, and just below what is taken of a list and of anything else. */
const HUGE_SIZE = 16 * MIB - 4096;
const LIST_SIZE = 3 * MIB - 4096;
const INFO_SIZE = MIB / 4 - 4096;

const fill = (unit, bytes) => Buffer.alloc(Math.floor(bytes / unit.length) * unit.length, unit, "latin1");
const around = (open, unit, close) => (bytes) =>
  Buffer.concat([Buffer.from(open), fill(unit, bytes), Buffer.from(close)]);

/** Keys that differ; a million of them would take this process a second to make. */
function manyKeys(bytes) {
  let text = "{";
  for (let key = 0; text.length < Math.min(bytes, 4 * MIB); key += 1) text += `"${key.toString(36)}x":0,`;
  return Buffer.from(`${text}"z":0}`);
}

/** Rows as a node's own, each of another peer. */
function manyRows(bytes) {
  const rows = [];
  for (let row = 0, length = 0; length < Math.min(bytes, 4 * MIB); row += 1) {
    const address = `"peer":"","remote_ip":"1.${row >> 16}.${(row >> 8) & 255}.${row & 255}","remote_port":"9876"`;
    const handshake = `{"generation":1,"agent":"\\u0001agent ${row}","node_id":"${String(row).padStart(64, "0")}"}`;
    rows.push(
      `{${address},"connection_id":${row},"connecting":false,"is_socket_open":true,"last_handshake":${handshake}}`,
    );
    length += rows[row].length;
  }
  return Buffer.from(`[${rows.join(",")}]`);
}

/** Rows of getpeerinfo, each with types of messages that no node knows. */
function manyPeers(bytes) {
  const rows = [];
  for (let row = 0, length = 0; length < Math.min(bytes, 4 * MIB); row += 1) {
    const types = Array.from({ length: 40 }, (_, type) => `"\\u0001${row}.${type}":9007199254740991`).join(",");
    rows.push(`{"id":${row},"addr":"1.2.3.4:${row}","inbound":false,"version":1,"bytesrecv_per_msg":{${types}}}`);
    length += rows[row].length;
  }
  return Buffer.from(`{"result":[${rows.join(",")}],"error":null,"id":"0"}`);
}

/** Bodies of JSON, by the bytes that they may have. */
const JSON_BODIES = {
  "control characters": around('["', "\x01", '"]'),
  "\\v": around('["', "\\v", '"]'),
  "\\u escapes": around('["', "\\u0041", '"]'),
  "backslashes, never closed": around('["', "\\\\", ""),
  "no UTF-8": around('["', "\xff", '"]'),
  keys: manyKeys,
  "the same key": around("{", '"a":0,', '"a":0}'),
  strings: around("[", '"",', '""]'),
  numbers: around("[", "0,", "0]"),
  floats: around("[", "1e-9,", "0]"),
  lists: around("[", "[],", "0]"),
  objects: around("[", "{},", "0]"),
  deep: (bytes) => Buffer.concat([fill("[", bytes / 2), fill("]", bytes / 2)]),
  "rows of peers": manyRows,
  "rows of getpeerinfo": manyPeers,
};

/** Pages for Prometheus. */
const TEXT_BODIES = {
  series: around("", 'nodeos_x{a="b"} 1\n', ""),
  "series of connections": around("", 'nodeop_p2p_port{connection_id="7",remote_ip="::1"} 1\n', ""),
  labels: around("nodeop_p2p_port{", 'a="b",', "} 1\n"),
};

const HEAD = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
const CHUNKED = `${HEAD}transfer-encoding: chunked\r\n\r\n`;

/** Answers that never end: what comes first, and what comes again and again. */
const ENDLESS = {
  "one byte a chunk, for ever": [CHUNKED, "1\r\n0\r\n"],
  "an endless list": [CHUNKED, `1000\r\n${"0,".repeat(2048)}\r\n`],
  "an endless text": [`${HEAD}\r\n`, '"'.padEnd(65_536, "a")],
  "hints before the answer, for ever": ["", "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"],
  "headers for ever": [HEAD, "a: b\r\n"],
  "trailers for ever": [`${CHUNKED}1\r\n0\r\n0\r\n`, "a: b\r\n"],
  "nothing behind the headers": [CHUNKED, ""],
};

const whole = (body) => Buffer.concat([Buffer.from(`${HEAD}content-length: ${body.length}\r\n\r\n`), body]);

const ofSizes = (bodies, sizes) =>
  Object.entries(bodies).flatMap(([name, make]) =>
    sizes.map((size) => ({ name: `${name}, ${(size / MIB).toFixed(1)} MiB`, first: () => whole(make(size)) })),
  );

const lists = {
  text: ofSizes(TEXT_BODIES, [LIST_SIZE]),
  json: [
    ...Object.entries(ENDLESS).map(([name, [first, again]]) => ({ name, first: () => Buffer.from(first), again })),
    ...ofSizes(JSON_BODIES, [HUGE_SIZE, LIST_SIZE, INFO_SIZE]),
  ],
};
const served = new Map([...lists.json, ...lists.text].map(({ name }) => [name, 0]));
const next = { json: 0, text: 0 };
let only;

function choose(path) {
  const kind = path.includes("/prometheus/") ? "text" : "json";
  const chosen = lists[kind].find(({ name }) => name === only);
  if (chosen !== undefined) return chosen;
  next[kind] += 1;
  return lists[kind][(next[kind] - 1) % lists[kind].length];
}

async function send(socket, bytes) {
  if (socket.destroyed || socket.write(bytes)) return;
  await new Promise((resolve) => {
    const done = () => {
      socket.off("drain", done).off("close", done);
      resolve();
    };
    socket.once("drain", done).once("close", done);
  });
}

async function answer(socket, path) {
  const { name, first, again } = choose(path);
  served.set(name, served.get(name) + 1);
  await send(socket, first());
  if (again === undefined || again === "") return;
  const block = fill(again, Math.max(again.length, 65_536));
  while (!socket.destroyed) {
    await send(socket, block);
    // Others must get their turn as well.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function control(socket, path) {
  const [, command, name] = path.split("/").map(decodeURIComponent).slice(1);
  if (command === "only") only = name;
  socket.end(whole(Buffer.from(JSON.stringify(Object.fromEntries(served)))));
}

createServer((socket) => {
  let text = "";
  socket.on("error", () => {});
  socket.on("data", (chunk) => {
    text += chunk.toString("latin1");
    // The body of a request has no empty line: it stands before the next request, and no word in it is like a path.
    for (let end = text.indexOf("\r\n\r\n"); end >= 0; end = text.indexOf("\r\n\r\n")) {
      const path = text.split(" ", 2)[1] ?? "";
      text = text.slice(end + 4);
      if (path.startsWith("/-/")) control(socket, path);
      else void answer(socket, path);
    }
  });
}).listen(0, "127.0.0.1", function () {
  process.stderr.write(`listening on http://127.0.0.1:${this.address().port}\n`);
});
