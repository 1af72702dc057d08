import { setImmediate as immediate } from "node:timers/promises";
import pino from "pino";
import { ADAPTERS, chains } from "../../src/chains/index.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { createCatalogue } from "../../src/metrics/catalogue.ts";
import { createConnectionSettings } from "../../src/metrics/connection-settings.ts";
import { createPageRenderer } from "../../src/metrics/page.ts";
import { createNodeRenderer } from "../../src/metrics/render-node.ts";
import { createPoller } from "../../src/poll/poller.ts";
import { createRecentPolls } from "../../src/poll/recent-polls.ts";
import { openSession } from "../../src/poll/run-poll.ts";
import { createStore } from "../../src/poll/store.ts";
import { createRpcClient } from "../../src/rpc/client.ts";
import type { Clock } from "./clock.ts";
import { fields, refusal, type Server } from "./http.ts";

/** The part of the program that polls and renders, as app.ts puts it together, with the network in place of sockets. */
export type Exporter = {
  /** Polls as the schedule does. */
  poll(name: string): Promise<void>;
  /** The whole page of /metrics without the exporter's own metrics. */
  page(): string;
  close(): Promise<void>;
};

/** Turns of the event loop that a request takes at most, when it is answered at once. */
const TURNS = 5;

/**
 * @param raw the configuration as plain data
 * @param servers what answers requests, by scheme, host and port of the URL
 */
export async function startExporter(
  raw: unknown,
  servers: ReadonlyMap<string, Server>,
  clock: Clock,
): Promise<Exporter> {
  const parsed = parseConfig(raw, undefined);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const { config } = parsed;
  const settings = createConnectionSettings("0123456789abcdef");
  (await settings.prepare(config))();
  const catalogue = createCatalogue(ADAPTERS);
  const store = createStore();
  const poller = createPoller({
    nodes: [...config.nodes, ...config.references],
    lag: () => config.lag,
    open: (node) =>
      openSession(node, (options) =>
        createRpcClient(options, async (transport, request) => {
          const answer = servers.get(options.url.origin)?.({
            method: request.method,
            path: request.path,
            headers: fields(request.headers),
            body: typeof request.body === "string" ? request.body : "",
          });
          if (answer === undefined) throw refusal("ECONNREFUSED");
          if (answer.kind === "hang") {
            // Requests of the same poll that do not hang end before any time passes.
            for (let turn = 0; turn < TURNS; turn += 1) await immediate();
            // The deadline of a request closes its client.
            for (; !transport.life.aborted; await immediate()) clock.toNextDeadline();
            throw refusal("CLIENT_CLOSED");
          }
          if (answer.kind === "fail") throw refusal(answer.code);
          return { status: answer.status, headers: answer.headers, body: Buffer.from(answer.body) };
        }),
      ),
    render: createNodeRenderer(catalogue, ({ chain }) => chains[chain].traits, settings.of),
    store,
    recentPolls: createRecentPolls(),
    log: pino({ level: "silent" }),
  });
  const renderPage = createPageRenderer(catalogue);
  return {
    poll: poller.scheduledPoll,
    page() {
      let text = "";
      for (const chunk of poller.nodes.read((nodes) => renderPage(nodes, [], "text", "borrowed")))
        text += chunk.toString();
      return text;
    },
    close: poller.close,
  };
}
