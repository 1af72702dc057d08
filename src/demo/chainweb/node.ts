import type { DemoAnswer, DemoRequest } from "../http.ts";
import { CHAINS, type Cut, cutAt, cutBelow, cutBody, NETWORK } from "./chain.ts";
import { encodeHeader, findBlock, headerObject } from "./header.ts";
import { nodeConfig, nodeInfo } from "./info.ts";
import { limitProblem, natural, type Paged, paged } from "./paging.ts";
import type { ChainwebPeers, PeerInfo } from "./peers.ts";

export type ChainwebNodeOptions = {
  /** The package version, as in X-Chainweb-Node-Version. */
  readonly version: string;
  /** When this release stops by itself; 3.0 was the last that does. */
  readonly serviceDate?: Date;
  readonly peers: ChainwebPeers;
  /** Seconds that the node is behind, by chain. */
  delays(now: number): ReadonlyMap<number, number>;
  now(): number;
};

/** The two APIs of a chainweb node: they are different ports, and each answers 404 to what the other has. */
export type ChainwebApis = {
  readonly p2p: (request: DemoRequest) => DemoAnswer;
  readonly service: (request: DemoRequest) => DemoAnswer;
};

type Api = keyof ChainwebApis;
/** What a route answers; the common headers are added to it. */
type Answer = { readonly status: number; readonly type?: string; readonly body: string | Buffer };

const JSON_TYPE = "application/json;charset=utf-8";
const BASE = `/chainweb/0.0/${NETWORK}`;
const SERVERS = { p2p: "Chainweb P2P API", service: "Chainweb Service API" } as const;

/** A chainweb node, as its routes are in src/Chainweb/RestAPI.hs. */
export function createChainwebNode(options: ChainwebNodeOptions): ChainwebApis {
  function api(kind: Api): (request: DemoRequest) => DemoAnswer {
    return (request) => {
      const now = options.now();
      const { status, type, body } = route(kind, request, now);
      return {
        status,
        headers: {
          Date: new Date(now * 1000).toUTCString(),
          Server: SERVERS[kind],
          "X-Server-Timestamp": String(Math.floor(now)),
          "X-Chainweb-Node-Version": options.version,
          // Only the P2P API tells clients their own address (chainwebServiceMiddlewares has no such header).
          ...(kind === "p2p" ? { "X-Peer-Addr": socketAddress(request.remote) } : {}),
          ...(type === undefined ? {} : { "Content-Type": type }),
        },
        body,
      };
    };
  }

  function route(kind: Api, request: DemoRequest, now: number): Answer {
    const [path = "", search = ""] = split(request.target, "?");
    const query = new URLSearchParams(search);
    const answer = path.startsWith(`${BASE}/`)
      ? networkRoute(kind, path.slice(BASE.length), query, request, now)
      : rootRoute(kind, path);
    if (answer.status !== 200) return answer;
    if (request.method !== "GET" && request.method !== "HEAD") return { status: 405, body: "" };
    if (answer.type === JSON_TYPE && !acceptsJson(request.headers.accept)) return { status: 406, body: "" };
    return answer;
  }

  function rootRoute(kind: Api, path: string): Answer {
    if (kind === "service" && path === "/info") return json(nodeInfo(options.version, options.serviceDate));
    if (kind === "service" && path === "/health-check") {
      return { status: 200, type: "text/plain;charset=utf-8", body: "Health check OK.\n" };
    }
    if (kind === "p2p" && path === "/config") return json(nodeConfig());
    return NOT_FOUND;
  }

  function networkRoute(kind: Api, path: string, query: URLSearchParams, request: DemoRequest, now: number): Answer {
    if (path === "/cut") return cutRoute(query, now);
    if (kind === "p2p" && path === "/cut/peer") return peerRoute(options.peers.cut(now), query);
    const [, chainText = "", rest = ""] = /^\/chain\/(0|[1-9]\d*)(\/.+)$/.exec(path) ?? [];
    const chain = Number(chainText);
    if (chainText === "" || !CHAINS.includes(chain)) return NOT_FOUND;
    if (kind === "p2p" && rest === "/mempool/peer") return peerRoute(options.peers.mempool(chain, now), query);
    const hash = /^\/header\/([\w-]{43})$/.exec(rest)?.[1];
    return hash === undefined ? NOT_FOUND : headerRoute(kind, chain, hash, request.headers.accept ?? "", now);
  }

  function cutRoute(query: URLSearchParams, now: number): Answer {
    const text = query.get("maxheight");
    if (text === null) return json(cutBody(ownCut(now)));
    const limit = natural(text);
    return limit === undefined ? badRequest(limitProblem("maxheight", text)) : json(cutBody(cutBelow(limit, now)));
  }

  function ownCut(now: number): Cut {
    return cutAt(now, options.delays(now));
  }

  /** A base64url string or bytes; as an object only on the service API. */
  function headerRoute(kind: Api, chain: number, hash: string, accept: string, now: number): Answer {
    const height = findBlock(chain, hash, now);
    if (height === undefined) return NOT_FOUND;
    if (kind === "service" && accept.includes("blockheader-encoding=object")) {
      return {
        status: 200,
        type: "application/json;blockheader-encoding=object",
        body: JSON.stringify(headerObject(chain, height)),
      };
    }
    const bytes = encodeHeader(chain, height);
    if (accept.includes("application/octet-stream")) {
      return { status: 200, type: "application/octet-stream", body: bytes };
    }
    return json(bytes.toString("base64url"));
  }

  return { p2p: api("p2p"), service: api("service") };
}

function peerRoute(peers: readonly PeerInfo[], query: URLSearchParams): Answer {
  const answer: Paged<PeerInfo> = paged(peers, query);
  return "problem" in answer ? badRequest(answer.problem) : json(answer.page);
}

const NOT_FOUND: Answer = { status: 404, body: "" };

function badRequest(text: string): Answer {
  return { status: 400, type: "text/plain;charset=utf-8", body: text };
}

function json(value: unknown): Answer {
  return { status: 200, type: JSON_TYPE, body: JSON.stringify(value) };
}

function acceptsJson(accept: string | undefined): boolean {
  return accept === undefined || /\*\/\*|application\/\*|application\/json/.test(accept);
}

function socketAddress({ host, port }: DemoRequest["remote"]): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

function split(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
