import { repeated } from "./bytes.ts";

/** How a body goes over the line: the bytes of a whole HTTP answer, its last piece apart. */
export type Delivery = (body: Buffer, units: number) => Buffer;

export type Deliveries = Readonly<Record<string, Delivery>>;

const CRLF = "\r\n";

export function head(status: number, headers: string): string {
  return `HTTP/1.1 ${status} OK${CRLF}content-type: application/json${CRLF}${headers}${CRLF}`;
}

/** With its length, in one piece. */
export function whole(status: number, body: Buffer, bytesBehind = 0): Buffer {
  return Buffer.concat([Buffer.from(head(status, `content-length: ${body.length + bytesBehind}${CRLF}`)), body]);
}

const CHUNKED = `transfer-encoding: chunked${CRLF}`;

/** @param extension what stands behind the size of each chunk */
export function chunked(status: number, body: Buffer, bytesEach: number, extension = "", trailers = ""): Buffer {
  const open = `${bytesEach.toString(16)}${extension}${CRLF}`;
  const full = Math.floor(body.length / bytesEach);
  const step = open.length + bytesEach + CRLF.length;
  // The frames first, then what is in them.
  const framed = repeated(`${open}${" ".repeat(bytesEach)}${CRLF}`, full);
  for (let chunk = 0; chunk < full; chunk += 1) {
    const from = chunk * bytesEach;
    if (bytesEach === 1) framed[chunk * step + open.length] = body[from] ?? 0;
    else body.copy(framed, chunk * step + open.length, from, from + bytesEach);
  }
  const rest = body.subarray(full * bytesEach);
  const last = rest.length === 0 ? [] : [Buffer.from(`${rest.length.toString(16)}${CRLF}`), rest, Buffer.from(CRLF)];
  return Buffer.concat([
    Buffer.from(head(status, CHUNKED)),
    framed,
    ...last,
    Buffer.from(`0${CRLF}${trailers}${CRLF}`),
  ]);
}

/** Spaces before JSON mean nothing: the answer stays well, and has as many bytes as wanted. */
function padded(body: Buffer, bytes: number): Buffer {
  return Buffer.concat([repeated(" ", Math.max(0, bytes - body.length)), body]);
}

function numbered(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => line(index)).join("");
}

const withHeaders = (body: Buffer, headers: string): Buffer =>
  Buffer.concat([Buffer.from(head(200, `${headers}content-length: ${body.length}${CRLF}`)), body]);

const before =
  (piece: string): Delivery =>
  (body, units) =>
    Buffer.concat([repeated(piece, units), whole(200, body)]);

export const DELIVERIES: Deliveries = {
  "chunks of one byte": (body, units) => chunked(200, padded(body, units), 1),
  "chunks of two bytes": (body, units) => chunked(200, padded(body, units * 2), 2),
  "chunks of 100 bytes": (body, units) => chunked(200, padded(body, units * 100), 100),
  "chunks with extensions": (body, units) => chunked(200, padded(body, units), 1, ";a=b"),
  "chunks with long extensions": (body, units) => chunked(200, padded(body, units), 1, `;a=${"b".repeat(100)}`),
  "headers, short": (body, units) =>
    withHeaders(
      body,
      numbered(units, (index) => `${index.toString(36)}:\r\n`),
    ),
  "headers, the same": (body, units) => withHeaders(body, "a: b\r\n".repeat(units)),
  "headers, cookies": (body, units) => withHeaders(body, "set-cookie: a=b\r\n".repeat(units)),
  "headers, challenges": (body, units) => {
    const challenge = `www-authenticate: Digest ${"a=b,".repeat(units)}nonce=x\r\n`;
    return Buffer.concat([Buffer.from(head(401, `${challenge}content-length: ${body.length}${CRLF}`)), body]);
  },
  "header, long": (body, units) => withHeaders(body, `date: ${"x".repeat(units)}\r\n`),
  "header, long name": (body, units) => withHeaders(body, `${"x".repeat(units)}: 1\r\n`),
  "header, spaces": (body, units) => withHeaders(body, `x-chainweb-node-version:${" ".repeat(units)}1\r\n`),
  "reason, long": (body, units) =>
    Buffer.concat([Buffer.from(`HTTP/1.1 200 ${"x".repeat(units)}\r\ncontent-length: ${body.length}\r\n\r\n`), body]),
  "trailers, short": (body, units) =>
    chunked(
      200,
      body,
      1000,
      "",
      numbered(units, (index) => `${index.toString(36)}:\r\n`),
    ),
  "trailers, the same": (body, units) => chunked(200, body, 1000, "", "a: b\r\n".repeat(units)),
  "trailer, long": (body, units) => chunked(200, body, 1000, "", `a: ${"x".repeat(units)}\r\n`),
  "answers before, 100": before("HTTP/1.1 100 Continue\r\n\r\n"),
  "answers before, 102": before("HTTP/1.1 102 Processing\r\n\r\n"),
  "answers before, 103 with headers": before("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\nx: y\r\n\r\n"),
  "line breaks before": before("\r\n"),
  "answers behind": (body, units) =>
    Buffer.concat([whole(200, body), repeated("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", units)]),
  "bytes behind": (body, units) => Buffer.concat([whole(200, body), repeated("x", units)]),
};
