import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { exchange, listen } from "./support.ts";

/** What only a real connection shows: bytes that no HTTP client would send, and clients that come and go. */

const END = "Host: x\r\nConnection: close\r\n";

describe("unusual requests", () => {
  test.each<[string, string, RegExp]>([
    ["a GET with a body", `GET /metrics HTTP/1.1\r\n${END}Content-Length: 5\r\n\r\nhello`, /^HTTP\/1\.1 413 /],
    ["a GET with no byte of a body", `GET /metrics HTTP/1.1\r\n${END}Content-Length: 0\r\n\r\n`, /^HTTP\/1\.1 200 /],
    [
      "a GET with a chunked body",
      `GET /metrics HTTP/1.1\r\n${END}Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n`,
      /^HTTP\/1\.1 413 /,
    ],
    [
      "a POST with a body",
      `POST /metrics HTTP/1.1\r\n${END}Content-Length: 5\r\n\r\nhello`,
      /^HTTP\/1\.1 413 [\s\S]*413: requests with a body are not supported\n$/,
    ],
    [
      "a POST that promises much",
      `POST /metrics HTTP/1.1\r\n${END}Content-Type: application/json\r\nContent-Length: 999999999\r\n\r\n{`,
      /^HTTP\/1\.1 413 /,
    ],
    ["a rare method", `PROPFIND /metrics HTTP/1.1\r\n${END}\r\n`, /^HTTP\/1\.1 405 /],
    ["TRACE", `TRACE /metrics HTTP/1.1\r\n${END}\r\n`, /^HTTP\/1\.1 405 /],
    ["OPTIONS *", `OPTIONS * HTTP/1.1\r\n${END}\r\n`, /^HTTP\/1\.1 404 /],
    ["CONNECT", `CONNECT example.org:443 HTTP/1.1\r\n${END}\r\n`, /^$/],
    ["an absolute URL, as proxies get it", `GET http://example.org/metrics HTTP/1.1\r\n${END}\r\n`, /^HTTP\/1\.1 200 /],
    ["HTTP/1.0", "GET /metrics HTTP/1.0\r\n\r\n", /^HTTP\/1\.1 200 [\s\S]*page text\n$/],
    ["HTTP/1.1 without Host", "GET /metrics HTTP/1.1\r\nConnection: close\r\n\r\n", /^HTTP\/1\.1 400 /],
    ["a path that is no URL", `GET /%zz HTTP/1.1\r\n${END}\r\n`, /^HTTP\/1\.1 400 /],
    ["a path of bytes that are no UTF-8", `GET /%ff%fe HTTP/1.1\r\n${END}\r\n`, /^HTTP\/1\.1 (?:400|404) /],
    ["headers of 20 KiB", `GET /metrics HTTP/1.1\r\n${END}X: ${"a".repeat(20_000)}\r\n\r\n`, /^HTTP\/1\.1 431 /],
    ["a URL of 20 KiB", `GET /${"a".repeat(20_000)} HTTP/1.1\r\n${END}\r\n`, /^HTTP\/1\.1 431 /],
    ["3000 headers", `GET /metrics HTTP/1.1\r\n${END}${"a:b\r\n".repeat(3000)}\r\n`, /^HTTP\/1\.1 (?:200|431) /],
    ["two lengths", `POST / HTTP/1.1\r\n${END}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello`, /^HTTP\/1\.1 400 /],
    [
      "a length and chunks",
      `POST / HTTP/1.1\r\n${END}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      /^HTTP\/1\.1 400 /,
    ],
    ["text", "hello, who is there?\r\n\r\n", /^HTTP\/1\.1 400 /],
    ["a TLS handshake", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", /^HTTP\/1\.1 400 /],
    ["HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", /^(?:HTTP\/1\.1 400 |$)/],
    ["NUL bytes", "\0".repeat(100), /^HTTP\/1\.1 400 /],
  ])("%s", async (_, bytes, expected) => {
    const { url, port, lines } = await listen();
    const answer = await exchange(port, bytes);
    expect(answer).toMatch(expected);
    expect(answer).not.toMatch(/ at .*\(|node_modules|\.ts:/);
    expect(lines.filter(({ level }) => level === "error" || level === "warn")).toEqual([]);
    // It still serves.
    expect((await fetch(`${url}/-/healthy`)).status).toBe(200);
  });
});

describe("clients that go away", () => {
  test("in the middle of a request or an answer", async () => {
    const page = "x".repeat(5_000_000);
    const { url, port, lines } = await listen({ renderPage: async () => page });
    for (const bytes of ["GET /met", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nab"]) {
      await new Promise<void>((resolve) => {
        const socket = connect(port, "127.0.0.1", () => socket.write(bytes, () => socket.resetAndDestroy()));
        socket.on("error", () => {});
        socket.on("close", () => resolve());
      });
    }
    await new Promise<void>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => socket.write("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"));
      socket.on("error", () => {});
      socket.once("data", () => socket.resetAndDestroy());
      socket.on("close", () => resolve());
    });
    expect(await (await fetch(`${url}/metrics`)).text()).toBe(page);
    expect(lines.filter(({ level }) => level === "error")).toEqual([]);
  });

  test("pipelined requests are answered in their order", async () => {
    const { port } = await listen();
    const answer = await exchange(
      port,
      `GET /metrics HTTP/1.1\r\nHost: x\r\n\r\nGET /nope HTTP/1.1\r\nHost: x\r\n\r\nGET /-/ready HTTP/1.1\r\n${END}\r\n`,
    );
    expect([...answer.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, code]) => code)).toEqual(["200", "404", "200"]);
  });
});
