import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { CONTENT_TYPES, type Format } from "../../src/metrics/exposition.ts";
import { waitFor } from "../support/servers.ts";
import { withResolvers } from "../support/with-resolvers.ts";
import { exchange, listen, setUp } from "./support.ts";

const OPENMETRICS = "application/openmetrics-text;version=1.0.0";

describe("/metrics", () => {
  test("answers the text format with its type", async () => {
    const { server } = setUp();
    const { statusCode, headers, body } = await server.inject("/metrics");
    expect([statusCode, body]).toEqual([200, "page text\n"]);
    expect(headers).toMatchObject({
      "content-type": CONTENT_TYPES.text,
      vary: "Accept, Accept-Encoding",
      "x-content-type-options": "nosniff",
      "content-length": "10",
    });
    expect(headers).not.toHaveProperty("content-encoding");
  });

  test("answers OpenMetrics on request", async () => {
    const { server } = setUp();
    const { headers, body } = await server.inject({ url: "/metrics", headers: { accept: OPENMETRICS } });
    expect([headers["content-type"], body]).toEqual([CONTENT_TYPES.openmetrics, "page openmetrics\n"]);
  });

  test("compresses if the client accepts it, and says so", async () => {
    const page = "p2p_node_up 1\n".repeat(10_000);
    const { server } = setUp({ renderPage: async () => page });
    const { headers, rawPayload } = await server.inject({ url: "/metrics", headers: { "accept-encoding": "gzip" } });
    expect(headers).toMatchObject({
      "content-encoding": "gzip",
      "content-type": CONTENT_TYPES.text,
      vary: "Accept, Accept-Encoding",
      "content-length": String(rawPayload.length),
    });
    expect(rawPayload.length).toBeLessThan(page.length / 10);
    expect(gunzipSync(rawPayload).toString()).toBe(page);
  });

  test.each(["gzip;q=0", "identity", "br", ""])("does not compress for Accept-Encoding: %s", async (encoding) => {
    const { server } = setUp();
    const { headers, body } = await server.inject({ url: "/metrics", headers: { "accept-encoding": encoding } });
    expect(headers).not.toHaveProperty("content-encoding");
    expect([headers.vary, body]).toEqual(["Accept, Accept-Encoding", "page text\n"]);
  });

  test("text of every alphabet is counted in bytes", async () => {
    const { server } = setUp({ renderPage: async () => 'x{agent="中𝕏é"} 1\n' });
    const { headers, rawPayload } = await server.inject("/metrics");
    expect(headers["content-length"]).toBe(String(rawPayload.length));
    expect(rawPayload.toString("utf8")).toBe('x{agent="中𝕏é"} 1\n');
  });

  test("HEAD has the headers of GET and no body", async () => {
    const { server } = setUp();
    const get = await server.inject("/metrics");
    const head = await server.inject({ method: "HEAD", url: "/metrics" });
    expect([head.statusCode, head.body]).toEqual([200, ""]);
    for (const name of ["content-type", "content-length", "vary"]) expect(head.headers[name]).toBe(get.headers[name]);
  });

  test("takes a query, which changes nothing", async () => {
    const { server } = setUp();
    expect((await server.inject("/metrics?collect[]=x&y")).body).toBe("page text\n");
  });

  test("requests that are answered at the same time do not mix", async () => {
    const gate = withResolvers<void>();
    const { url } = await listen({
      renderPage: async (format: Format) => {
        await gate.promise;
        return `page ${format}\n`.repeat(1000);
      },
    });
    const wanted = Array.from({ length: 40 }, (_, index) => ({
      format: index % 2 === 0 ? "text" : "openmetrics",
      encoding: index % 3 === 0 ? "gzip" : "identity",
    }));
    const answers = wanted.map(async ({ format, encoding }) => {
      const accept = format === "text" ? "text/plain" : OPENMETRICS;
      const response = await fetch(`${url}/metrics`, { headers: { accept, "accept-encoding": encoding } });
      return {
        type: response.headers.get("content-type"),
        encoding: response.headers.get("content-encoding") ?? "identity",
        body: await response.text(),
      };
    });
    gate.resolve();
    expect(await Promise.all(answers)).toEqual(
      wanted.map(({ format, encoding }) => ({
        type: CONTENT_TYPES[format === "text" ? "text" : "openmetrics"],
        encoding,
        body: `page ${format}\n`.repeat(1000),
      })),
    );
  });
});

describe("the telemetry path", () => {
  test.each(["/probe-metrics", "/a/b/metrics", "/metrics/", "/a//b", "/metrics.txt", "/~x_y-z"])(
    "%s is served, and linked on the landing page",
    async (telemetryPath) => {
      const { url } = await listen({ telemetryPath });
      const page = await fetch(url + telemetryPath);
      expect([page.status, await page.text()]).toEqual([200, "page text\n"]);
      expect(await (await fetch(url)).text()).toContain(`<a href="${telemetryPath}">`);
      if (telemetryPath !== "/metrics/") expect((await fetch(`${url}/metrics`)).status).toBe(404);
    },
  );

  test("/ leaves no landing page, and the rest as it is", async () => {
    const { server } = setUp({ telemetryPath: "/" });
    expect((await server.inject("/")).body).toBe("page text\n");
    expect((await server.inject("/metrics")).statusCode).toBe(404);
    expect((await server.inject("/-/healthy")).statusCode).toBe(200);
    expect((await server.inject({ method: "POST", url: "/" })).statusCode).toBe(405);
  });
});

describe("health", () => {
  test("/-/healthy is 200, whatever the nodes do", async () => {
    const { server } = setUp({ nodeCounts: () => ({ polled: 0, up: 0, all: 5, nodes: 1 }) });
    const { statusCode, headers, body } = await server.inject("/-/healthy");
    expect([statusCode, headers["content-type"], body]).toEqual([
      200,
      "text/plain; charset=utf-8",
      "peer-exporter is healthy.\n",
    ]);
  });

  test("/-/ready is 503 until every node was polled once, and 200 then, also with nodes that are down", async () => {
    const counts = { polled: 1, up: 1, all: 3, nodes: 1 };
    const { server } = setUp({ nodeCounts: () => ({ ...counts }) });
    const early = await server.inject("/-/ready");
    expect([early.statusCode, early.body]).toEqual([503, "peer-exporter is not ready: 1 of 3 nodes polled.\n"]);
    counts.polled = 3;
    counts.up = 0;
    const late = await server.inject("/-/ready");
    expect([late.statusCode, late.body]).toEqual([200, "peer-exporter is ready.\n"]);
  });

  test("both answer HEAD", async () => {
    const { server } = setUp({ nodeCounts: () => ({ polled: 0, up: 0, all: 1, nodes: 1 }) });
    expect((await server.inject({ method: "HEAD", url: "/-/healthy" })).statusCode).toBe(200);
    const ready = await server.inject({ method: "HEAD", url: "/-/ready" });
    expect([ready.statusCode, ready.body]).toEqual([503, ""]);
  });
});

describe("missing pages", () => {
  test.each(["/nope", "/metrics/", "/metrics/x", "/METRICS", "/-/", "/-/reload/x", "/%6detrics%00"])(
    "404 for %s",
    async (url) => {
      const { server } = setUp();
      const { statusCode, headers, body } = await server.inject(url);
      expect([statusCode, body]).toEqual([404, "404: no such page; see /\n"]);
      expect(headers).toMatchObject({
        "content-type": "text/plain; charset=utf-8",
        "x-content-type-options": "nosniff",
      });
    },
  );

  test.each(["/metrics", "/", "/-/healthy", "/-/ready", "/metrics?x=1"])(
    "405 with Allow for another method on %s, and 413 with a body",
    async (url) => {
      const { server } = setUp();
      for (const method of ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const) {
        const { statusCode, headers } = await server.inject({ method, url });
        expect([method, statusCode, headers.allow]).toEqual([method, 405, "GET, HEAD"]);
      }
      for (const type of ["application/json", "text/plain", "application/x-www-form-urlencoded", "garbage"]) {
        for (const payload of ["", "{", "x".repeat(5000)]) {
          const sent = { method: "POST", url, headers: { "content-type": type }, payload } as const;
          const { statusCode, headers } = await server.inject(sent);
          const expected = payload === "" ? [405, "GET, HEAD"] : [413, undefined];
          expect([type, payload.length, statusCode, headers.allow]).toEqual([type, payload.length, ...expected]);
        }
      }
    },
  );

  test("404 for another method on a path that is not there", async () => {
    const { server } = setUp();
    expect((await server.inject({ method: "POST", url: "/nope" })).statusCode).toBe(404);
  });

  // The router reads these as patterns of a route.
  test.each(["/:x(", "/:x(^\\d", "/:a:b", "/*", "/a*b", "/(", "/::", "/:x(a)(b", "/%3Ax("])(
    "404 for %s by every method, without an error in the log",
    async (path) => {
      const { port, lines } = await listen();
      for (const method of ["GET", "POST"]) {
        const answer = await exchange(port, `${method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
        expect(answer).toMatch(/^HTTP\/1\.1 404 /);
      }
      expect(lines.filter(({ level }) => level === "error")).toEqual([]);
    },
  );
});

describe("errors", () => {
  const broken = async () => {
    throw new Error("secret inside");
  };

  test("a bug is a 500 that shows nothing of it, and is logged with its stack", async () => {
    const { server, lines } = setUp({ renderPage: broken });
    const { statusCode, headers, body } = await server.inject({
      url: "/metrics",
      headers: { "accept-encoding": "gzip" },
    });
    expect([statusCode, headers["content-type"]]).toEqual([500, "text/plain; charset=utf-8"]);
    expect(headers).not.toHaveProperty("content-encoding");
    expect(body).toBe("500: internal error, see the log of the exporter\n");
    const errors = lines.filter(({ level }) => level === "error");
    expect(errors.map(({ err }) => err?.message)).toEqual(["secret inside"]);
    expect(errors[0]?.err?.stack).toContain("server.test.ts");
  });

  test("a bug in one request does not affect the next", async () => {
    let isBroken = true;
    const { server } = setUp({ renderPage: async () => (isBroken ? broken() : "fine\n") });
    await server.inject("/metrics");
    isBroken = false;
    expect((await server.inject("/metrics")).body).toBe("fine\n");
  });
});

test("at debug level each answer is logged with its type", async () => {
  const { server, lines } = setUp();
  await server.inject({ url: "/metrics", headers: { accept: OPENMETRICS } });
  await waitFor(() => lines.length > 0, "the log line");
  expect(lines).toMatchObject([
    { msg: "answered", handler: "/metrics", method: "GET", code: 200, type: CONTENT_TYPES.openmetrics },
  ]);
});

describe("measuring", () => {
  test("requests are counted by route and code; requested paths do not become labels", async () => {
    const { server, codes, observed } = setUp();
    for (const url of ["/metrics?a=1", "/-/ready", "/", "/nope/1", "/nope/2"]) await server.inject(url);
    await server.inject({ method: "POST", url: "/metrics" });
    await server.inject({ method: "HEAD", url: "/metrics" });
    expect(codes()).toEqual([
      "/metrics 200",
      "/-/ready 200",
      "/ 200",
      "none 404",
      "none 404",
      "none 405",
      "/metrics 200",
    ]);
    for (const { seconds } of observed) expect(seconds).toBeGreaterThanOrEqual(0);
    expect(Math.max(...observed.map(({ seconds }) => seconds))).toBeLessThan(5);
  });
});

test("a connection that the system cannot give does not end the process, and is logged once a minute", async () => {
  const { server, lines } = setUp();
  await server.inject("/metrics");
  const refused = Object.assign(new Error("accept EMFILE"), { code: "EMFILE", syscall: "accept" });
  for (let count = 0; count < 3; count += 1) server.http.emit("error", refused);
  expect((await server.inject("/metrics")).statusCode).toBe(200);
  expect(lines.filter(({ level }) => level === "warn").map(({ msg }) => msg)).toEqual([
    "cannot accept a connection (EMFILE): raise the limit of open files of this process",
  ]);
});
