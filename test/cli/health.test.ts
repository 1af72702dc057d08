import { writeFileSync } from "node:fs";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { createServer as createNetServer, type Server } from "node:net";
import { join } from "node:path";
import type { TlsOptions } from "node:tls";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { argumentsOfProcess1, checkHealth } from "../../src/cli/health.ts";
import { parseListenAddress } from "../../src/server/listen-address.ts";
import { type Certificate, selfSigned } from "../support/certificates.ts";
import { freePort, tempFolder } from "../support/servers.ts";

const open: { close(): unknown }[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

const answers =
  (status: number): RequestListener =>
  (request, response) =>
    response.writeHead(request.url === "/-/healthy" ? status : 404).end();

async function listening(server: Server, where: string): Promise<string> {
  open.push(server);
  if (where.startsWith("/")) {
    await new Promise<void>((resolve) => server.listen(where, resolve));
    return `unix:${where}`;
  }
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, where, resolve));
  return `:${port}`;
}

const check = (addresses: readonly string[], timeoutMs?: number) =>
  checkHealth(addresses.map(parseListenAddress), timeoutMs === undefined ? {} : { timeoutMs });

/** As the quick health check of an exporter without TLS. */
const checkPlain = (...addresses: readonly string[]) =>
  checkHealth(addresses.map(parseListenAddress), { isPlain: true });

describe("plain HTTP", () => {
  test.each([
    [200, true, "answered"],
    [401, true, "asks for a password"],
    [400, false, "answered 400, expected 200"],
    [503, false, "answered 503, expected 200"],
    [404, false, "answered 404, expected 200: pass the --web.route-prefix that the exporter was started with"],
  ])("%i", async (status, healthy, found) => {
    const address = await listening(createHttpServer(answers(status)), "127.0.0.1");
    const message = `${healthy ? "healthy" : "unhealthy"}: /-/healthy of ${address} ${found}\n`;
    expect(await check([address])).toEqual({ healthy, message });
    expect(await checkPlain(address)).toEqual({ healthy, message });
  });

  test("that is known gets no connection with TLS", async () => {
    const bytes: Buffer[] = [];
    const server = createHttpServer(answers(200));
    server.on("connection", (socket) => socket.once("data", (first) => bytes.push(first)));
    await checkPlain(await listening(server, "127.0.0.1"));
    expect(bytes.map((first) => first.toString("latin1", 0, 4))).toEqual(["GET "]);
  });

  test.each([{}, { isPlain: true }])(
    "a server that switches protocols is not healthy: no event came",
    async (options) => {
      const server = createNetServer((socket) => {
        socket.on("error", () => {});
        socket.once("data", (bytes) => {
          if (bytes[0] === "G".charCodeAt(0)) {
            socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
          } else socket.end();
        });
      });
      const address = await listening(server, "127.0.0.1");
      const { healthy, message } = await checkHealth([parseListenAddress(address)], options);
      expect(healthy).toBe(false);
      expect(message).toContain("answered 101, expected 200");
    },
  );

  test("on a unix socket", async () => {
    const address = await listening(createHttpServer(answers(200)), join(tempFolder(), "s.sock"));
    expect(await check([address])).toMatchObject({ healthy: true });
  });

  test.each(["127.0.0.1", "0.0.0.0", "localhost"])("a server that listens on %s is asked there", async (host) => {
    const address = await listening(createHttpServer(answers(200)), "127.0.0.1");
    expect(await check([`${host}${address}`])).toMatchObject({ healthy: true });
  });

  test("every address must answer, and each has its line", async () => {
    const good = await listening(createHttpServer(answers(200)), "127.0.0.1");
    const bad = await listening(createHttpServer(answers(500)), "127.0.0.1");
    const { healthy, message } = await check([good, bad]);
    expect({ healthy, lines: message.split("\n").map((line) => line.split(":")[0]) }).toEqual({
      healthy: false,
      lines: ["healthy", "unhealthy", ""],
    });
  });
});

describe("TLS", () => {
  let certificate: Certificate;
  beforeAll(async () => {
    certificate = await selfSigned();
  });

  const https = (options: TlsOptions = {}, host = "127.0.0.1") =>
    listening(createHttpsServer({ ...certificate, ...options }, answers(200)), host);

  test("with a certificate of an unknown authority", async () => {
    const address = await https();
    expect(await check([address])).toEqual({ healthy: true, message: `healthy: /-/healthy of ${address} answered\n` });
  });

  test("of another server than the exporter without TLS", async () => {
    const address = await https();
    expect(await checkPlain(address)).toEqual({
      healthy: true,
      message: `healthy: /-/healthy of ${address} answered\n`,
    });
  });

  test("on a unix socket", async () => {
    expect(await check([await https({}, join(tempFolder(), "s.sock"))])).toMatchObject({ healthy: true });
  });

  test.each(["TLSv1.2", "TLSv1.3"] as const)("of a server that requires a client certificate, %s", async (version) => {
    const address = await https({ requestCert: true, minVersion: version, maxVersion: version });
    const message = `healthy: /-/healthy of ${address} asks for a certificate\n`;
    expect(await check([address])).toEqual({ healthy: true, message });
  });
});

describe("no exporter", () => {
  test("nothing listens", async () => {
    const address = `127.0.0.1:${await freePort()}`;
    expect(await check([address])).toEqual({
      healthy: false,
      message: `unhealthy: /-/healthy of ${address}: ECONNREFUSED: pass the --web.listen-address that the exporter was started with\n`,
    });
  });

  test("no socket", async () => {
    expect(await check([`unix:${join(tempFolder(), "none.sock")}`])).toMatchObject({
      healthy: false,
      message: expect.stringContaining("ENOENT"),
    });
  });

  test("something else listens", async () => {
    const address = await listening(
      createNetServer((socket) => socket.end("SSH-2.0-OpenSSH\r\n")),
      "127.0.0.1",
    );
    expect(await check([address])).toMatchObject({
      healthy: false,
      message: expect.stringContaining("closed the connection"),
    });
  });

  test("an exporter that hangs", async () => {
    const server = createHttpServer(() => {});
    const address = await listening(server, "127.0.0.1");
    open.push({ close: () => server.closeAllConnections() });
    expect(await check([address], 100)).toEqual({
      healthy: false,
      message: `unhealthy: /-/healthy of ${address} did not answer in time\n`,
    });
  });

  test("a port that the system chooses", async () => {
    const health = {
      healthy: false,
      message: "unhealthy: port 0 lets the system choose: pass the address that it chose as --web.listen-address\n",
    };
    expect(await check(["127.0.0.1:0"])).toEqual(health);
    expect(await checkPlain("127.0.0.1:0")).toEqual(health);
  });

  test("without an address it is unhealthy", async () => {
    expect(await check([])).toMatchObject({ healthy: false });
  });
});

describe("the arguments of process 1", () => {
  const PROGRAM = "/app/dist/main.js";
  const of = (...words: readonly string[]) => {
    const file = join(tempFolder(), "cmdline");
    writeFileSync(file, words.map((word) => `${word}\0`).join(""));
    return argumentsOfProcess1(PROGRAM, file);
  };

  test.each<[string, readonly string[], readonly string[] | undefined]>([
    ["the exporter", ["node", PROGRAM, "demo", "--web.listen-address=:1"], ["demo", "--web.listen-address=:1"]],
    ["without arguments", ["/nodejs/bin/node", PROGRAM], []],
    ["an empty argument", ["node", PROGRAM, ""], [""]],
    [
      "behind an init",
      ["/dev/init", "--", "node", PROGRAM, "--web.listen-address", "[::1]:1"],
      ["--web.listen-address", "[::1]:1"],
    ],
    ["something else", ["/pause"], undefined],
    ["a process that is ending", [], undefined],
  ])("%s", (_, words, expected) => {
    expect(of(...words)).toEqual(expected);
  });

  test("where there is no such file", () => {
    expect(argumentsOfProcess1(PROGRAM, join(tempFolder(), "none"))).toBeUndefined();
  });
});
