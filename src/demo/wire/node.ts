import { isIP } from "node:net";
import { isObject } from "../../lib/json.ts";
import type { DemoHandler, DemoRequest, DemoResponse } from "../http.ts";
import { blockId, blockTime, CHAIN_ID, type ChainView, fcTime, finalBlock, producerOf } from "./network.ts";
import type { Dialect, WireRow } from "./rows.ts";

/** What a node reports about its own software. */
export type WireSoftware = {
  /** The first 8 digits of the commit, as `server_version` shows it. */
  readonly commit: string;
  readonly version: string;
};

type WireNodeOptions = {
  readonly software: WireSoftware;
  readonly dialect: Dialect;
  readonly view: ChainView;
  /** Whether it has /v1/net/bp_gossip_peers (Spring 1.2 and nodes derived from it). */
  readonly hasGossip: boolean;
  rows(now: number): WireRow[];
  /** The page of prometheus_plugin, if it is loaded. */
  prometheus?(now: number): string;
  /** Unix seconds. */
  now(): number;
};

/** The HTTP listeners of a node, by the API categories that it binds to them. */
export type WireListeners = {
  /** Chain API, net API and the metrics page. */
  readonly all: DemoHandler;
  /** Chain API and net API. */
  readonly api: DemoHandler;
  /** The metrics page and get_info, which every listener has (category `node`). */
  readonly metrics: DemoHandler;
};

type Routes = Readonly<Record<string, DemoHandler>>;

/** Creates a node with the http_plugin of Leap 5, Spring and Wire. */
export function createWireNode(options: WireNodeOptions): WireListeners {
  const list = () => options.rows(options.now()).map((row) => ({ row, fields: options.dialect(row) }));

  const node: Routes = {
    "/v1/chain/get_info": withoutBody(() => json(200, chainInfo(options.view, options.software, options.now()))),
  };
  const chain: Routes = {
    "/v1/chain/get_block_info": (request) => blockInfo(parseJson(request.body), options.view.head(options.now())),
  };
  const net: Routes = {
    // 201, unlike in the swagger file (net_api_plugin.cpp:64-65).
    "/v1/net/connections": withoutBody(() =>
      json(
        201,
        list().map(({ fields }) => fields),
      ),
    ),
    "/v1/net/status": (request) => {
      const wanted = parseJson(request.body);
      if (typeof wanted !== "string") return invalidRequest("Unable to parse valid input from POST body");
      return json(201, list().find(({ row }) => row.configured === wanted)?.fields ?? null);
    },
    ...(options.hasGossip ? { "/v1/net/bp_gossip_peers": withoutBody(() => json(201, gossipPeers())) } : {}),
  };
  const page = options.prometheus;
  const metrics: Routes =
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
    return options.rows(options.now()).flatMap(({ handshake, isBlockProducer, remote }) =>
      handshake && remote && isBlockProducer
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
    all: listener({ ...node, ...chain, ...net, ...metrics }),
    api: listener({ ...node, ...chain, ...net }),
    metrics: listener({ ...node, ...metrics }),
  };
}

/** The body of /v1/chain/get_info. Leap 5, Spring and Wire have the same fields (spring get_info_db.hpp). */
function chainInfo(view: ChainView, software: WireSoftware, now: number): Readonly<Record<string, unknown>> {
  const head = view.head(now);
  const final = finalBlock(head);
  const received = view.received(now);
  return {
    server_version: software.commit,
    chain_id: CHAIN_ID,
    head_block_num: head,
    last_irreversible_block_num: final,
    last_irreversible_block_id: blockId(final),
    head_block_id: blockId(head),
    head_block_time: fcTime(blockTime(head)),
    head_block_producer: producerOf(head),
    virtual_block_cpu_limit: 200_000_000,
    virtual_block_net_limit: 1_048_576_000,
    block_cpu_limit: 200_000,
    block_net_limit: 1_048_576,
    server_version_string: software.version,
    fork_db_head_block_num: received,
    fork_db_head_block_id: blockId(received),
    server_full_version_string: `${software.version}-${software.commit.repeat(5)}`,
    // fc writes integers above 0xffffffff as strings (libfc json.cpp:592-621).
    total_cpu_weight: "10000002000000",
    total_net_weight: "5000002000000",
    earliest_available_block_num: 1,
    last_irreversible_block_time: fcTime(blockTime(final)),
  };
}

/** /v1/chain/get_block_info, without the fields of the header (chain_plugin.cpp read_only::get_block_info). */
function blockInfo(params: unknown, head: number): DemoResponse {
  const number = isObject(params) ? params.block_num : undefined;
  if (typeof number !== "number") return invalidRequest("Unable to parse valid input from POST body");
  if (!Number.isInteger(number) || number < 1 || number > head) {
    const message = `Could not find block: ${number}`;
    const details = [{ message, file: "chain_plugin.cpp", line_number: 2009, method: "get_block_info" }];
    return refused(400, "Unknown Block", { code: 3_100_002, name: "unknown_block_exception", what: UNKNOWN, details });
  }
  return json(200, {
    block_num: number,
    ref_block_num: number % 0x1_0000,
    id: blockId(number),
    timestamp: fcTime(blockTime(number)),
    producer: producerOf(number),
    previous: blockId(number - 1),
  });
}

const UNKNOWN = "Unknown block";

/** Looks up handlers by the whole request target: a query or a trailing slash makes another target. */
function listener(routes: Routes): DemoHandler {
  const supported = Object.keys(routes).sort();
  const handlers = new Map<string, DemoHandler>([
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
 * http-validate-host of Leap 5, Spring and Wire (http_plugin common.hpp:189-206) without http-alias: allows the
 * configured listen address, and the socket's own IP address with any port.
 */
function hostAllowed({ headers, local }: DemoRequest): boolean {
  const host = headers.host;
  if (host === undefined || host === "") return false;
  if (host === `${local.host}:${local.port}`) return true;
  const name = host.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
  return isIP(name) !== 0 && name.replace(/^::ffff:/i, "") === local.host;
}

/** Accepts an empty body or `{}`; anything else is an error since Leap 3.1 (http_plugin.hpp:227-275). */
function withoutBody(handler: () => DemoResponse): DemoHandler {
  return ({ body }) =>
    /^(?:\{[ \t]*\})?$/.test(body.trim()) ? handler() : invalidRequest("A Request body is not expected");
}

function invalidRequest(message: string): DemoResponse {
  return refused(400, "Invalid Request", {
    code: 3200006,
    name: "invalid_http_request",
    what: "invalid http request",
    details: [{ message, file: "http_plugin.hpp", line_number: 246, method: "parse_params" }],
  });
}

type ErrorBody = { readonly code: number; name?: string; what?: string; details?: readonly unknown[] };

function refused(
  status: number,
  message: string,
  { code, name = "", what = "", details = [] }: ErrorBody,
): DemoResponse {
  return json(status, { code: status, message, error: { code, name, what, details } });
}

function json(status: number, value: unknown): DemoResponse {
  return { status, headers: { "Content-Type": "application/json" }, body: JSON.stringify(value) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
