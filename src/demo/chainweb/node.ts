import type { DemoHandler, DemoRequest } from "../http.ts";
import {
  BLOCK_SECONDS,
  CHAINS,
  type ChainGraph,
  type Cut,
  cutAt,
  cutBelow,
  cutBody,
  encodeHeader,
  findBlock,
  headerObject,
  NETWORK,
  TEN_CHAINS,
  TWENTY_CHAINS,
  TWENTY_CHAINS_HEIGHT,
} from "./chain.ts";
import { naturalProblem, type PeerDatabase, type PeerInfo, pageOf, parseNatural } from "./peer-database.ts";

type ChainwebNodeOptions = {
  /** The package version, as in X-Chainweb-Node-Version. */
  readonly version: string;
  readonly peers: PeerDatabase;
  /** Seconds that the node is behind, by chain. */
  delays(now: number): ReadonlyMap<number, number>;
  /** Unix seconds. */
  now(): number;
};

/** The two APIs of a chainweb node. They have different ports, and each answers 404 to the paths of the other. */
export type ChainwebApis = { readonly p2p: DemoHandler; readonly service: DemoHandler };

type ApiName = keyof ChainwebApis;

/** What a route returns; the common headers are added to it. */
type RouteResult = { readonly status: number; readonly type?: string; readonly body: string | Buffer };

const JSON_TYPE = "application/json;charset=utf-8";
const TEXT_TYPE = "text/plain;charset=utf-8";
const BASE = `/chainweb/0.0/${NETWORK}`;
const SERVER_NAMES = { p2p: "Chainweb P2P API", service: "Chainweb Service API" } as const;
const NOT_FOUND: RouteResult = { status: 404, body: "" };

/** Creates a chainweb node with the routes of src/Chainweb/RestAPI.hs. */
export function createChainwebNode(options: ChainwebNodeOptions): ChainwebApis {
  function api(name: ApiName): DemoHandler {
    return (request) => {
      const now = options.now();
      const { status, type, body } = route(name, request, now);
      return {
        status,
        headers: {
          Date: new Date(now * 1000).toUTCString(),
          Server: SERVER_NAMES[name],
          "X-Server-Timestamp": String(Math.floor(now)),
          "X-Chainweb-Node-Version": options.version,
          // Only the P2P API sends clients their own address (chainwebServiceMiddlewares has no such header).
          ...(name === "p2p" ? { "X-Peer-Addr": socketAddress(request.remote) } : {}),
          ...(type === undefined ? {} : { "Content-Type": type }),
        },
        body,
      };
    };
  }

  function route(name: ApiName, request: DemoRequest, now: number): RouteResult {
    const [path = "", search = ""] = splitAt(request.target, "?");
    const query = new URLSearchParams(search);
    const result = path.startsWith(`${BASE}/`)
      ? networkRoute(name, path.slice(BASE.length), query, request, now)
      : rootRoute(name, path);
    if (result.status !== 200) return result;
    if (request.method !== "GET" && request.method !== "HEAD") return { status: 405, body: "" };
    if (result.type === JSON_TYPE && !acceptsJson(request.headers.accept)) return { status: 406, body: "" };
    return result;
  }

  function rootRoute(name: ApiName, path: string): RouteResult {
    if (name === "service" && path === "/info") return json(nodeInfo(options.version));
    if (name === "service" && path === "/health-check") {
      return { status: 200, type: TEXT_TYPE, body: "Health check OK.\n" };
    }
    if (name === "p2p" && path === "/config") return json(nodeConfig());
    return NOT_FOUND;
  }

  function networkRoute(
    name: ApiName,
    path: string,
    query: URLSearchParams,
    request: DemoRequest,
    now: number,
  ): RouteResult {
    if (path === "/cut") return cutRoute(query, now);
    if (name === "p2p" && path === "/cut/peer") return peerRoute(options.peers.cut(now), query);
    const [, chainText = "", rest = ""] = /^\/chain\/(0|[1-9]\d*)(\/.+)$/.exec(path) ?? [];
    const chain = Number(chainText);
    if (chainText === "" || !CHAINS.includes(chain)) return NOT_FOUND;
    if (name === "p2p" && rest === "/mempool/peer") return peerRoute(options.peers.mempool(chain, now), query);
    const hash = /^\/header\/([\w-]{43})$/.exec(rest)?.[1];
    return hash === undefined ? NOT_FOUND : headerRoute(name, chain, hash, request.headers.accept ?? "", now);
  }

  function cutRoute(query: URLSearchParams, now: number): RouteResult {
    const text = query.get("maxheight");
    if (text === null) return json(cutBody(ownCut(now)));
    const limit = parseNatural(text);
    return limit === undefined ? badRequest(naturalProblem("maxheight", text)) : json(cutBody(cutBelow(limit, now)));
  }

  function ownCut(now: number): Cut {
    return cutAt(now, options.delays(now));
  }

  return { p2p: api("p2p"), service: api("service") };
}

/** A header as base64url text or as bytes; the service API has it as an object too. */
function headerRoute(name: ApiName, chain: number, hash: string, accept: string, now: number): RouteResult {
  const height = findBlock(chain, hash, now);
  if (height === undefined) return keyNotFound(hash);
  if (name === "service" && accept.includes("blockheader-encoding=object")) {
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

function peerRoute(peers: readonly PeerInfo[], query: URLSearchParams): RouteResult {
  const result = pageOf(peers, query);
  return "problem" in result ? badRequest(result.problem) : json(result.page);
}

/** The body of /info (src/Chainweb/RestAPI/NodeInfo.hs) in release 3.1 and later, which have no service date. */
function nodeInfo(version: string): Readonly<Record<string, unknown>> {
  const history = [
    [TWENTY_CHAINS_HEIGHT, adjacency(TWENTY_CHAINS)],
    [0, adjacency(TEN_CHAINS)],
  ];
  return {
    nodeApiVersion: "0.0",
    // Microseconds, unlike in the documentation.
    nodeBlockDelay: BLOCK_SECONDS * 1_000_000,
    nodeChains: CHAINS.map(String),
    nodeGenesisHeights: CHAINS.map((chain) => [String(chain), TEN_CHAINS.has(chain) ? 0 : TWENTY_CHAINS_HEIGHT]),
    nodeGraphHistory: history,
    nodeHistoricalChains: history,
    // The height of the last known fork, not the head.
    nodeLatestBehaviorHeight: 6_335_858,
    nodeNumberOfChains: CHAINS.length,
    nodePackageVersion: version,
    // The name of the network, not a version.
    nodeVersion: NETWORK,
  };
}

function adjacency(graph: ChainGraph): (number | readonly number[])[][] {
  return [...graph].map(([chain, adjacents]) => [chain, adjacents]);
}

/** The part of /config of the P2P API that concerns peers. */
function nodeConfig(): Readonly<Record<string, unknown>> {
  return {
    chainwebVersion: NETWORK,
    mempoolP2p: { configuration: { maxSessionCount: 6, pollInterval: 30, sessionTimeout: 300 }, enabled: true },
    p2p: {
      bootstrapReachability: 0.5,
      ignoreBootstrapNodes: false,
      maxPeerCount: 50,
      maxSessionCount: 10,
      peers: [],
      private: false,
      sessionTimeout: 240,
    },
    throttling: { global: 50, mempool: 20, putPeer: 11 },
  };
}

/** Unlike the 404 of a path that does not exist, it has a body (src/Chainweb/BlockHeaderDB/RestAPI/Server.hs). */
function keyNotFound(key: string): RouteResult {
  return { status: 404, body: JSON.stringify({ key, reason: "key not found" }) };
}

function badRequest(text: string): RouteResult {
  return { status: 400, type: TEXT_TYPE, body: text };
}

function json(value: unknown): RouteResult {
  return { status: 200, type: JSON_TYPE, body: JSON.stringify(value) };
}

function acceptsJson(accept: string | undefined): boolean {
  return accept === undefined || /\*\/\*|application\/\*|application\/json/.test(accept);
}

function socketAddress({ host, port }: DemoRequest["remote"]): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

function splitAt(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
