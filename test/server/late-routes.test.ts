import { connect, type Server } from "node:net";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { drain, listen } from "../../src/server/listen.ts";
import { text } from "../../src/server/respond.ts";
import type { Route } from "../../src/server/router.ts";
import { createServer } from "../../src/server/server.ts";
import { logSink } from "../poll/support.ts";
import { waitFor } from "../support/servers.ts";

/** A server that listens before its routes are known. */
async function start() {
  let know: (routes: readonly Route[]) => void = () => {};
  const routes = new Promise<readonly Route[]>((resolve) => {
    know = resolve;
  });
  const arrived: string[] = [];
  const observed: string[] = [];
  const server = createServer({ routes, log: logSink().log, observeRequest: (route) => observed.push(route) });
  server.http.on("request", ({ url }) => arrived.push(url ?? ""));
  onTestFinished(() => drain(server));
  const url = await listen(server.http, { kind: "tcp", host: "127.0.0.1", port: 0 });
  return {
    url,
    server,
    arrived,
    observed,
    know: () => know([{ path: "/metrics", handle: () => text(200, "here\n") }]),
  };
}

const connectionsOf = (server: Server) => promisify(server.getConnections.bind(server))();

describe("a request that comes before the routes are known", () => {
  test("waits for them", async () => {
    const { url, arrived, observed, know } = await start();
    const answers = Promise.all(["/metrics", "/none"].map(async (path) => (await fetch(url + path)).status));
    await waitFor(() => arrived.length === 2, "both requests");
    know();
    expect(await answers).toEqual([200, 404]);
    await waitFor(() => observed.length === 2, "both to be observed");
    expect(observed.toSorted()).toEqual(["/metrics", "none"]);
  });

  test("is forgotten when its client has gone meanwhile, so that the server can close", async () => {
    const { url, server, arrived, know } = await start();
    const client = connect(Number(new URL(url).port), "127.0.0.1");
    client.write("GET /metrics HTTP/1.1\r\nHost: here\r\n\r\n");
    await waitFor(() => arrived.length === 1, "the request");
    client.destroy();
    await waitFor(async () => (await connectionsOf(server.http)) === 0, "the connection to close");
    know();
    await expect(server.close()).resolves.toBeUndefined();
  });
});
