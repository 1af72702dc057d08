import { HANG, type HttpAnswer, type HttpRequest, json, OUTAGES, type Outage, text } from "../http.ts";
import type { Block } from "../ledger.ts";

/** A simulated chainweb node: its state, and what it answers by the notes on its API. */

export type ChainwebPeer = {
  /** base64url of 32 bytes; null: it has a certificate of an authority. */
  readonly id: string | null;
  readonly host: string;
  readonly port: number;
};

export type ChainwebFault = {
  readonly part: "cut/peer" | "cut" | "header" | "mempool" | "info";
  readonly kind: "hang" | "error" | "starting";
};

export type ChainwebNode = {
  readonly name: string;
  readonly network: string;
  readonly version: string;
  readonly serviceDate: string | undefined;
  readonly readsTips: boolean;
  readonly countsMempools: boolean;
  readonly hasService: boolean;
  /** The node's clock minus the real one, in seconds. */
  readonly clockSkew: number;
  /** Items of a page. */
  readonly pageSize: number;
  /** By chain. */
  tips: Block[];
  peers: ChainwebPeer[];
  outage: Outage | undefined;
  fault: ChainwebFault | undefined;
};

export function answerChainweb(node: ChainwebNode, request: HttpRequest, nowMs: number): HttpAnswer {
  if (node.outage !== undefined) return OUTAGES[node.outage].answer;
  const headers = {
    server: "Chainweb P2P API",
    "x-server-timestamp": String(Math.floor(nowMs / 1000 + node.clockSkew)),
    "x-chainweb-node-version": node.version,
    "x-peer-addr": "198.51.100.1:49795",
  };
  const url = new URL(request.path, "https://chainweb.example");
  const [, , , network, ...rest] = url.pathname.split("/");
  const notFound = text("", 404, headers);
  if (network !== node.network) return notFound;
  const part = partOf(rest);
  const fault = faultOf(node, part, notFound);
  if (fault !== undefined) return fault;
  const found = contentOf(node, part, rest, url.searchParams);
  return found === undefined ? notFound : json(found, 200, headers);
}

function partOf([first = "", second, third]: readonly string[]): string {
  if (first === "chain") return third === "header" ? "header" : "mempool";
  return second === undefined ? first : `${first}/${second}`;
}

function faultOf({ fault }: ChainwebNode, part: string, notFound: HttpAnswer): HttpAnswer | undefined {
  if (fault?.part !== part) return undefined;
  return { hang: HANG, error: text("overloaded", 500), starting: notFound }[fault.kind];
}

function contentOf(
  node: ChainwebNode,
  part: string,
  rest: readonly string[],
  query: URLSearchParams,
): object | string | undefined {
  const [, chain = "", , hash] = rest;
  if (part === "cut/peer") return page(node.peers, node.pageSize, query);
  if (part === "cut") return cut(node);
  if (part === "mempool") return page(mempoolPeers(node, Number(chain)), node.pageSize, query);
  if (part !== "header") return undefined;
  const found = blockOf(node.tips[Number(chain)], hash);
  return found === undefined ? undefined : header(found);
}

/** One peer less than in the list of the cut, on every third chain. */
export function mempoolPeers({ peers }: ChainwebNode, chain: number): readonly ChainwebPeer[] {
  return chain % 3 === 0 ? peers.slice(1) : peers;
}

function blockOf(tip: Block | undefined, hash: string | undefined): Block | undefined {
  let found = tip;
  while (found !== undefined && found.hash !== hash) found = found.parent;
  return found;
}

function page(peers: readonly ChainwebPeer[], size: number, query: URLSearchParams) {
  const from = Number(query.get("next")?.replace("inclusive:", "") ?? 0);
  const items = peers.slice(from, from + Math.min(size, Number(query.get("limit") ?? 64)));
  const end = from + items.length;
  return {
    limit: items.length,
    items: items.map(({ id, host, port }) => ({ id, address: { hostname: host, port } })),
    next: end < peers.length ? `inclusive:${end}` : null,
  };
}

export function cutHeight({ tips }: ChainwebNode): number {
  return tips.reduce((sum, { height }) => sum + height, 0);
}

/** A made-up work for each block, so that the weight grows with the cut. */
export function cutWeight(node: ChainwebNode): number {
  return cutHeight(node) * 1000;
}

function cut(node: ChainwebNode) {
  const weight = Buffer.alloc(32);
  weight.writeBigUInt64LE(BigInt(cutWeight(node)));
  return {
    hashes: Object.fromEntries(node.tips.map(({ height, hash }, chain) => [String(chain), { height, hash }])),
    origin: null,
    weight: weight.toString("base64url"),
    height: cutHeight(node),
    instance: node.network,
    id: "A".repeat(43),
  };
}

const HEADER_BYTES = 318;

/** Flags, the time in microseconds, and at the end the hash. */
function header({ seconds, hash }: Block): string {
  const bytes = Buffer.alloc(HEADER_BYTES);
  bytes.writeBigInt64LE(BigInt(seconds) * 1_000_000n, 8);
  Buffer.from(hash, "base64url").copy(bytes, HEADER_BYTES - 32);
  return bytes.toString("base64url");
}

export function answerService(node: ChainwebNode, request: HttpRequest): HttpAnswer {
  if (node.outage !== undefined) return OUTAGES[node.outage].answer;
  const headers = { server: "Chainweb Service API", "x-chainweb-node-version": node.version };
  if (request.path !== "/info") return text("", 404, headers);
  const fault = faultOf(node, "info", text("", 404, headers));
  if (fault !== undefined) return fault;
  return json(
    {
      nodeVersion: node.network,
      nodeApiVersion: "0.0",
      nodeChains: node.tips.map((_, chain) => String(chain)),
      nodeNumberOfChains: node.tips.length,
      nodePackageVersion: node.version,
      nodeBlockDelay: 30_000_000,
      ...(node.serviceDate === undefined ? {} : { nodeServiceDate: node.serviceDate }),
    },
    200,
    headers,
  );
}
