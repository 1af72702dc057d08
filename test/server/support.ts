import { connect } from "node:net";
import { onTestFinished } from "vitest";
import type { Format } from "../../src/metrics/exposition.ts";
import { createServer, type ServerOptions } from "../../src/server/server.ts";
import { logSink } from "../poll/support.ts";

export type Observed = { readonly handler: string; readonly code: number; readonly seconds: number };

/** A server that serves small pages, and what it logged and measured. */
export function setUp(overrides: Partial<ServerOptions> = {}) {
  const { log, lines } = logSink("debug");
  const observed: Observed[] = [];
  const server = createServer({
    telemetryPath: "/metrics",
    version: "1.2.3",
    log,
    renderPage: async (format: Format) => `page ${format}\n`,
    probe: { nodes: [], probe: async () => true, renderNode: () => "" },
    assets: { dashboards: () => [], dashboard: () => undefined, rules: () => "groups:\n" },
    nodeCounts: () => ({ nodes: 2, up: 1, all: 2, polled: 2 }),
    observeRequest: (handler, code, seconds) => void observed.push({ handler, code, seconds }),
    ...overrides,
  });
  onTestFinished(async () => server.close());
  return { server, lines, observed, codes: () => observed.map(({ handler, code }) => `${handler} ${code}`) };
}

/** The same, listening on 127.0.0.1. */
export async function listen(overrides: Partial<ServerOptions> = {}) {
  const parts = setUp(overrides);
  const url = await parts.server.listen({ port: 0, host: "127.0.0.1" });
  return { ...parts, url, port: Number(new URL(url).port) };
}

/** Sends bytes and gives all that comes back until the server closes the connection. */
export function exchange(port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    socket.setEncoding("latin1").on("data", (text: string) => {
      answer += text;
    });
    // A server that answers before it has read everything may reset the connection afterwards.
    socket.on("error", () => {});
    socket.on("close", () => resolve(answer));
    socket.write(bytes, "latin1");
  });
}
