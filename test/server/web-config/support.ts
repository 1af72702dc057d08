import { hashSync } from "bcryptjs";
import { onTestFinished } from "vitest";
import { listen as listenAt } from "../../../src/server/listen.ts";
import { markup } from "../../../src/server/pages/markup.ts";
import { html } from "../../../src/server/pages/respond.ts";
import { text } from "../../../src/server/respond.ts";
import { createServer } from "../../../src/server/server.ts";
import type { Compare } from "../../../src/server/web-config/compare-queue.ts";
import { openWebAccess } from "../../../src/server/web-config/open.ts";
import { logSink } from "../../poll/support.ts";

/** The cheapest cost there is: what a test waits for is not the arithmetic. */
export const hashOf = (password: string) => hashSync(password, 4);

export type Started = Awaited<ReturnType<typeof startWith>>;

/** A server with a web configuration file, looked at often. */
export async function startWith(file: string, compare: Compare) {
  const { log, lines } = logSink("debug");
  const access = await openWebAccess({ file, compare, log, everyMs: 20 });
  const server = createServer({
    routes: [
      { path: "/metrics", handle: () => text(200, "p2p_node_up 1\n") },
      {
        path: "/",
        handle: () => html({ site: { version: "1", linkPrefix: "" }, title: "Hello", content: markup`<p>hello</p>` }),
      },
      { path: "/-/healthy", handle: () => text(200, "well\n") },
      { path: "/-/ready", handle: () => text(503, "not yet\n") },
    ],
    log,
    observeRequest: () => {},
    access,
  });
  onTestFinished(async () => {
    access.stop();
    server.http.closeAllConnections();
    await server.close();
  });
  const url = await listenAt(server.http, { kind: "tcp", host: "127.0.0.1", port: 0 });
  return { url, port: Number(new URL(url).port), http: server.http, access, lines };
}

export const basic = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`,
});
