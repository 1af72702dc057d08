import { isIP } from "node:net";
import type { DemoAnswer, DemoRequest } from "../http.ts";
import { fcTime } from "./chain.ts";
import type { Dialect } from "./dialects.ts";
import { chainInfo, type WireSoftware } from "./info.ts";
import type { WireRow } from "./row.ts";
import type { ChainView } from "./view.ts";

export type WireNodeOptions = {
  readonly software: WireSoftware;
  readonly dialect: Dialect;
  readonly view: ChainView;
  /** Whether it has /v1/net/bp_gossip_peers (Spring 1.2 and its relatives). */
  readonly gossip: boolean;
  rows(now: number): WireRow[];
  /** The page of prometheus_plugin, if it is loaded. */
  prometheus?(now: number): string;
  now(): number;
};

/** The HTTP listeners of a node, by the API categories that are bound to them. */
export type WireListeners = {
  /** Chain and net API, and the metrics page too. */
  readonly all: (request: DemoRequest) => DemoAnswer;
  /** Without the metrics page. */
  readonly api: (request: DemoRequest) => DemoAnswer;
  /** The metrics page, and get_info, which every listener has (category `node`). */
  readonly metrics: (request: DemoRequest) => DemoAnswer;
};

type Handler = (request: DemoRequest) => DemoAnswer;

/** A node with http_plugin as in Leap 5, Spring and Wire. */
export function createWireNode(options: WireNodeOptions): WireListeners {
  const list = () => options.rows(options.now()).map((row) => ({ row, fields: options.dialect(row) }));

  const node: Record<string, Handler> = {
    "/v1/chain/get_info": withoutBody(() => json(200, chainInfo(options.view, options.software, options.now()))),
  };
  const net: Record<string, Handler> = {
    // 201, unlike what the swagger file says (net_api_plugin.cpp:64-65).
    "/v1/net/connections": withoutBody(() =>
      json(
        201,
        list().map(({ fields }) => fields),
      ),
    ),
    "/v1/net/status": (request) => {
      const wanted = parsed(request.body);
      if (typeof wanted !== "string") return invalidRequest("Unable to parse valid input from POST body");
      return json(201, list().find(({ row }) => row.configured === wanted)?.fields ?? null);
    },
    ...(options.gossip ? { "/v1/net/bp_gossip_peers": withoutBody(() => json(201, gossipPeers())) } : {}),
  };
  const page = options.prometheus;
  const metrics: Record<string, Handler> =
    page === undefined
      ? {}
      : {
          "/v1/prometheus/metrics": withoutBody(() => ({
            status: 200,
            headers: { "Content-Type": "text/plain" },
            body: page(options.now()),
          })),
        };

  function gossipPeers() {
    const expiration = fcTime(Math.ceil(options.now() / 60) * 60 + 600);
    return options.rows(options.now()).flatMap(({ handshake, blockProducer, remote }) =>
      handshake && remote && blockProducer
        ? [
            {
              producer_name: `${handshake.peer.nodeId.replace(/[^a-f]/g, "").slice(0, 8)}.bp`,
              server_endpoint: handshake.peer.listen,
              outbound_ip_address: remote.ip,
              expiration,
            },
          ]
        : [],
    );
  }

  return {
    all: listener({ ...node, ...net, ...metrics }),
    api: listener({ ...node, ...net }),
    metrics: listener({ ...node, ...metrics }),
  };
}

/** Handlers are looked up by the whole request target: a query or a trailing slash is another target. */
function listener(routes: Record<string, Handler>): Handler {
  const supported = Object.keys(routes).sort();
  const handlers = new Map<string, Handler>([
    ...Object.entries(routes),
    ["/v1/node/get_supported_apis", () => json(200, { apis: supported })],
  ]);
  return (request) => {
    if (!hostAllowed(request)) return refused(400, "Disallowed HTTP HOST header in the request", { code: 0 });
    if (request.method === "OPTIONS") return json(200, {});
    const handler = handlers.get(request.target);
    if (handler !== undefined) return handler(request);
    return refused(404, "Not Found", {
      code: 0,
      name: "exception",
      what: "unspecified",
      details: [
        { message: "Unknown Endpoint", file: "http_plugin.cpp", line_number: 590, method: "handle_http_request" },
      ],
    });
  };
}

/**
 * http-validate-host of Leap 5, Spring and Wire (http_plugin common.hpp:189-206), with no http-alias: the listen
 * address as configured, or the socket's own IP with any port.
 */
function hostAllowed({ headers, local }: DemoRequest): boolean {
  const host = headers.host;
  if (host === undefined || host === "") return false;
  if (host === `${local.host}:${local.port}`) return true;
  const name = host.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
  return isIP(name) !== 0 && name.replace(/^::ffff:/i, "") === local.host;
}

/** An empty body or `{}`; anything else is an error since Leap 3.1 (http_plugin.hpp:227-275). */
function withoutBody(handler: () => DemoAnswer): Handler {
  return ({ body }) =>
    /^(?:\{[ \t]*\})?$/.test(body.trim()) ? handler() : invalidRequest("A Request body is not expected");
}

function invalidRequest(message: string): DemoAnswer {
  return refused(400, "Invalid Request", {
    code: 3200006,
    name: "invalid_http_request",
    what: "invalid http request",
    details: [{ message, file: "http_plugin.hpp", line_number: 246, method: "parse_params" }],
  });
}

type ErrorBody = { readonly code: number; name?: string; what?: string; details?: readonly unknown[] };

function refused(status: number, message: string, { code, name = "", what = "", details = [] }: ErrorBody): DemoAnswer {
  return json(status, { code: status, message, error: { code, name, what, details } });
}

function json(status: number, value: unknown): DemoAnswer {
  return { status, headers: { "Content-Type": "application/json" }, body: JSON.stringify(value) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
