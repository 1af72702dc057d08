import { describe, expect, test } from "vitest";
import { parseConfig } from "../../src/config/parse.ts";
import { exchange, listen, setUp } from "./support.ts";

/** A server, and what was done on it. */
function watched(allowedHosts?: readonly string[]) {
  const done: string[] = [];
  const given = setUp({
    allowedHosts,
    reload: async () => {
      done.push("reload");
      return { ok: true, summary: "" };
    },
    probe: {
      nodes: () => ["one"],
      probe: async () => {
        done.push("probe");
        return { kind: "polled" };
      },
      pageOf: () => ({ chunks: () => [Buffer.from("page\n")] }),
      traceOf: () => "",
      probeTarget: async () => {
        done.push("target");
        return { kind: "forbidden", message: "no target" };
      },
    },
  });
  return { ...given, done };
}

type Case = readonly [method: "GET" | "HEAD" | "POST" | "PUT" | "DELETE", url: string];

const GUARDED: readonly Case[] = [
  ["POST", "/-/reload"],
  ["GET", "/probe?node=one"],
  ["HEAD", "/probe?node=one"],
  ["GET", "/probe?node=one&debug=true"],
  ["GET", "/%70robe?node=one"],
  ["GET", "/probe?target=a:1&module=m"],
];

const STRANGERS = [
  { "sec-fetch-site": "cross-site" },
  { "sec-fetch-site": "same-site" },
  { "sec-fetch-site": "" },
  { "sec-fetch-site": "Same-Origin" },
  { "sec-fetch-site": "same-origin, cross-site" },
  { "sec-fetch-site": "cross-site", origin: "http://exporter.example:10900" },
  { origin: "http://evil.example" },
  { origin: "http://exporter.example" },
  { origin: "http://exporter.example:10901" },
  { origin: "null" },
  { origin: "" },
  { origin: "exporter.example:10900" },
];

const FRIENDS = [
  {},
  { "sec-fetch-site": "same-origin" },
  { "sec-fetch-site": "none" },
  { "sec-fetch-site": "same-origin", origin: "null" },
  { origin: "http://exporter.example:10900" },
  { origin: "https://exporter.example:10900" },
];

describe("a request with an effect", () => {
  test.each(GUARDED)(
    "%s %s is refused when it comes from a page of another origin, before anything is done",
    async (method, url) => {
      const { server, done, lines } = watched();
      for (const stranger of STRANGERS) {
        const headers = { host: "exporter.example:10900", ...stranger };
        const answer = await server.inject({ method, url, headers });
        expect([stranger, answer.statusCode]).toEqual([stranger, 403]);
        if (method !== "HEAD") expect(answer.body).toMatch(/^403: .* must not reload or probe; .*\n$/);
        expect(answer.body).not.toContain("evil");
        expect(Object.keys(answer.headers).filter((name) => name.startsWith("access-control-"))).toEqual([]);
      }
      expect(done).toEqual([]);
      expect(lines.filter(({ level }) => level === "error")).toEqual([]);
    },
  );

  test.each(GUARDED)("%s %s is done for programs and for pages of our own", async (method, url) => {
    const { server, done } = watched();
    for (const friend of FRIENDS) {
      const { statusCode } = await server.inject({
        method,
        url,
        headers: { host: "exporter.example:10900", ...friend },
      });
      expect(statusCode).toBe(url.includes("target") ? 403 : 200);
    }
    expect(done).toHaveLength(FRIENDS.length);
  });

  test("a body does not bypass the check", async () => {
    const { server, done } = watched();
    const headers = { "sec-fetch-site": "cross-site", "content-type": "application/x-www-form-urlencoded" };
    const answer = await server.inject({ method: "POST", url: "/-/reload", headers, payload: "a=b" });
    expect([answer.statusCode, done]).toEqual([403, []]);
  });

  test.each(["PUT", "DELETE"] as const)("%s does not bypass the check", async (method) => {
    const { server } = watched();
    for (const url of ["/-/reload", "/metrics", "/nowhere"]) {
      expect((await server.inject({ method, url, headers: { origin: "http://evil.example" } })).statusCode).toBe(403);
    }
  });

  test("the refusal is counted under its route", async () => {
    const { server, codes } = watched();
    await server.inject({ url: "/probe?node=one", headers: { "sec-fetch-site": "cross-site" } });
    expect(codes()).toEqual(["/probe 403"]);
  });

  test("a request for a whole URL is compared with that", async () => {
    const { port } = await listen();
    const ask = (target: string, origin: string) =>
      exchange(port, `POST ${target} HTTP/1.1\r\nHost: a.example\r\nOrigin: ${origin}\r\nConnection: close\r\n\r\n`);
    expect(await ask("http://b.example/-/reload", "http://a.example")).toMatch(/^HTTP\/1\.1 403 /);
    expect(await ask("http://b.example/-/reload", "http://b.example")).toMatch(/^HTTP\/1\.1 200 /);
  });
});

test.each(["/", "/metrics", "/config", "/sd", "/rules", "/-/healthy", "/nowhere"])(
  "%s is for every page to ask for and for none to read",
  async (url) => {
    const { server } = watched();
    const headers = { origin: "http://evil.example", "sec-fetch-site": "cross-site" };
    const answer = await server.inject({ url, headers });
    expect(answer.statusCode).toBe(url === "/nowhere" ? 404 : 200);
    expect(answer.headers["cross-origin-resource-policy"]).toBe("same-origin");
    expect(answer.headers).not.toHaveProperty("access-control-allow-origin");
  },
);

test("a preflight gets no permission", async () => {
  const { server } = watched();
  const headers = {
    origin: "http://evil.example",
    "access-control-request-method": "POST",
    "sec-fetch-site": "cross-site",
  };
  const answer = await server.inject({ method: "OPTIONS", url: "/-/reload", headers });
  expect(answer.statusCode).toBe(405);
  expect(Object.keys(answer.headers).filter((name) => name.startsWith("access-control-"))).toEqual([]);
});

describe("with allowed host names", () => {
  const NAMES = ["exporter.example.com", "*.example.org"];

  test.each([
    "exporter.example.com",
    "EXPORTER.example.com.:1",
    "a.example.org",
    "localhost:10900",
    "127.0.0.1:1",
    "[::1]",
  ])("%s is answered", async (host) => {
    const { server } = watched(NAMES);
    for (const url of ["/", "/metrics", "/config", "/probe?node=one"]) {
      expect((await server.inject({ url, headers: { host } })).statusCode).toBe(200);
    }
  });

  test.each(["evil.example", "evil.example:10900", "b.a.example.org", "example.org", "127.0.0.1.evil.example"])(
    "%s is 421, which names the flag and not the host",
    async (host) => {
      const { server, done, codes } = watched(NAMES);
      for (const url of ["/", "/metrics", "/config", "/sd", "/probe?node=one", "/nowhere"]) {
        const answer = await server.inject({ url, headers: { host } });
        expect([url, answer.statusCode]).toEqual([url, 421]);
        expect(answer.body).toMatch(/^421: .*--web\.allowed-hosts=NAME/);
        expect(answer.body).not.toContain(host);
      }
      const origin = { host, origin: `http://${host}`, "sec-fetch-site": "same-origin" };
      expect((await server.inject({ method: "POST", url: "/-/reload", headers: origin })).statusCode).toBe(421);
      for (const url of ["/-/healthy", "/-/ready"]) {
        expect((await server.inject({ url, headers: { host } })).statusCode).toBe(200);
      }
      expect(done).toEqual([]);
      expect(codes().slice(-3)).toEqual(["/-/reload 421", "/-/healthy 200", "/-/ready 200"]);
    },
  );

  test("the host of a whole URL counts, and not the header", async () => {
    const { port } = await listen({ allowedHosts: NAMES });
    const ask = (target: string, host: string) =>
      exchange(port, `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    expect(await ask("http://evil.example/metrics", "exporter.example.com")).toMatch(/^HTTP\/1\.1 421 /);
    expect(await ask("HTTPS://EVIL.example:1?x", "localhost")).toMatch(/^HTTP\/1\.1 421 /);
    expect(await ask("http://exporter.example.com/metrics", "evil.example")).toMatch(/^HTTP\/1\.1 200 /);
    for (const target of [
      "http://u@localhost/metrics",
      "http:///metrics",
      "ftp://localhost/metrics",
      "http://a,b/metrics",
    ]) {
      expect(await ask(target, "localhost")).toMatch(/^HTTP\/1\.1 400 /);
    }
  });

  test("a request of HTTP/1.0 that names no host is for no allowed one", async () => {
    const { port } = await listen({ allowedHosts: NAMES });
    expect(await exchange(port, "GET /metrics HTTP/1.0\r\n\r\n")).toMatch(/^HTTP\/1\.1 421 /);
    expect(await exchange(port, "GET /-/healthy HTTP/1.0\r\n\r\n")).toMatch(/^HTTP\/1\.1 200 /);
    const { port: open } = await listen();
    expect(await exchange(open, "GET /metrics HTTP/1.0\r\n\r\n")).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe("ambiguous headers get 400", () => {
  const lines = (...headers: readonly string[]) =>
    `GET /metrics HTTP/1.1\r\n${headers.join("\r\n")}\r\nConnection: close\r\n\r\n`;
  const H = "Host: localhost";

  test.each<[string, string]>([
    ["two hosts", lines("Host: a", "Host: b")],
    ["the same host twice", lines(H, H)],
    ["two hosts in different case", lines("Host: a", "hOST: b")],
    ["two hosts far apart", lines(H, ...Array.from({ length: 900 }, () => "a:"), H)],
    ["three hosts", lines(H, H, H)],
    ["two hosts in HTTP/1.0", "GET /metrics HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"],
    ["two hosts for a health check", "GET /-/healthy HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n"],
    ["a whole URL and two hosts", `GET http://a/metrics HTTP/1.1\r\nHost: a\r\nHost: a\r\nConnection: close\r\n\r\n`],
    ["no host", lines("a: b")],
    ["a whole URL without a host", "GET http://a/metrics HTTP/1.1\r\nConnection: close\r\n\r\n"],
    ...["", " ", "u@a", "a/b", "a b", "a,b", "a\\b", "http://a", "a:x", "[::1", "a\xe9"].map(
      (host): [string, string] => [`the host ${JSON.stringify(host)}`, lines(`Host: ${host}`)],
    ),
    ["a host with a line break", lines("Host: a", " b")],
    ["two users", lines(H, "Authorization: Basic YTph", "authorization: Basic Yjpi")],
    ["the same user twice", lines(H, "Authorization: Basic YTph", "Authorization: Basic YTph")],
    ["two origins", lines(H, "Origin: http://localhost", "Origin: http://evil.example")],
    ["two lengths", lines(H, "Content-Length: 0", "Content-Length: 0")],
    ["a list of lengths", lines(H, "Content-Length: 0, 0")],
    ["a length and an encoding", lines(H, "Content-Length: 0", "Transfer-Encoding: chunked")],
    ["an encoding and a length", lines(H, "Transfer-Encoding: chunked", "Content-Length: 0")],
    ["a header over two lines", lines(H, "A: b", "\tc")],
    ["a space before a colon", lines("Host : localhost")],
    ["lines that end with a line feed alone", lines(H).replaceAll("\r\n", "\n")],
    ["a carriage return alone", lines("Host: a\rX: y")],
    ["NUL", lines("Host: a\0b")],
    ["HTTP/0.9", "GET /metrics\r\n\r\n"],
  ])("%s", async (_, bytes) => {
    const { port, lines: logged } = await listen();
    const answer = await exchange(port, bytes);
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(answer).toMatch(/\r\n\r\n400: .*\n$/);
    expect(answer.match(/^HTTP\/1\.1 \d/gm)).toHaveLength(1);
    expect(logged.filter(({ level }) => level === "error")).toEqual([]);
  });

  test("headers beyond those that Node looks at hide no second host", async () => {
    const { port } = await listen();
    const answer = await exchange(port, lines(H, ...Array.from({ length: 1500 }, () => "a:"), H));
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
  });
});

test("/sd gives the host that the request is for", async () => {
  const parsed = parseConfig({ nodes: [{ name: "one", chain: "wire", url: "http://192.0.2.1:8888" }] }, undefined);
  if (!parsed.ok) throw new Error("a bad configuration");
  const { port } = await listen({ config: () => parsed.config });
  const answer = await exchange(
    port,
    "GET http://a.example:1/sd HTTP/1.1\r\nHost: b.example\r\nConnection: close\r\n\r\n",
  );
  expect(answer).toContain('"targets":["a.example:1"]');
});
