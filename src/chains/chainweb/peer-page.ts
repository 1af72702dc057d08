import type { Signal } from "../../lib/abort.ts";
import { isObject, type JsonObject } from "../../lib/json.ts";
import { addressOf, formatAddress } from "../../model/address.ts";
import type { ChainSample } from "../../model/chain-family.ts";
import { nodeError } from "../../model/failure.ts";
import type { PeerConnection, PeerList } from "../../model/report.ts";
import { chainSample } from "../../model/report.ts";
import { decodeAnswer } from "../../rpc/answers/explain.ts";
import type { ExplainStatus } from "../../rpc/answers/status.ts";
import { describeExcess, excessAdvice, LIST_BUDGET } from "../../rpc/budget.ts";
import { callJson } from "../../rpc/call.ts";
import type { RpcClient } from "../../rpc/client.ts";
import type { RpcResponse } from "../../rpc/message.ts";
import { apiPath } from "../../rpc/node-url.ts";
import { checkRowCount, count, text } from "../decode.ts";
import { explainStatus, networkPath } from "./api.ts";
import { bytes32, type Cut } from "./cut.ts";
import { MEMPOOL_PEERS } from "./families.ts";

/** The server caps `limit` silently at this (P2P/Node/RestAPI/Server.hs); one page is then enough in practice. */
const PAGE_LIMIT = 512;

/** Far above every known network: a server that never ends its list, or ignores the limit, must not block the poll. */
const MAX_PAGES = 8;
const MAX_PEERS = MAX_PAGES * PAGE_LIMIT;

/** A cursor is a word and an index. The next request sends it back in its URL. */
const MAX_CURSOR_LENGTH = 256;

/** What proves that a server is the peer: the SHA-256 of its certificate, or a certificate of an authority. */
export type PeerIdentity = { readonly kind: "pinned"; readonly sha256: Buffer } | { readonly kind: "ca" };

/** By the id of the connection; without peers that have no valid id. */
export type PeerIdentities = ReadonlyMap<string, PeerIdentity>;

export type PeerPages = {
  readonly list: PeerList;
  readonly identities: PeerIdentities;
  readonly firstResponse: RpcResponse;
};

/**
 * Reads all pages of a peer endpoint (`cut/peer` or `chain/N/mempool/peer`). The cursor is an index into the list of that
 * moment, so a change between two pages repeats or skips peers: repeats are dropped by host and port. All pages together
 * have the byte budget of one response, as all of them are in memory at the same time.
 * @throws NodeError
 */
export async function fetchPeerPages(
  client: RpcClient,
  path: string,
  explain: ExplainStatus,
  signal: Signal,
): Promise<PeerPages> {
  const peers = new Map<string, PeerConnection>();
  const identities = new Map<string, PeerIdentity>();
  const cursors = new Set<string>();
  let malformed = 0;
  let bytes = 0;
  let firstResponse: RpcResponse | undefined;
  let cursor: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const name = shortName(path);
    const request = { name, method: "GET", path: pagePath(client, path, cursor), budget: LIST_BUDGET } as const;
    const answer = await callJson(client, request, signal, explain);
    const { response } = answer;
    firstResponse ??= response;
    bytes += response.body.length;
    checkBytes(bytes, response, `all pages of ${name} at ${client.url.label}`);
    const page = decodeAnswer(answer, `${name} at ${client.url.label}`, decodePage);
    malformed += page.malformed;
    for (const peer of page.peers) {
      if (peers.has(peer.id) || peers.size >= MAX_PEERS) continue;
      peers.set(peer.id, peer);
      const identity = page.identities.get(peer.id);
      if (identity !== undefined) identities.set(peer.id, identity);
    }
    if (peers.size >= MAX_PEERS) break;
    // `limit=0` and broken servers return the same cursor forever.
    if (page.next === undefined || page.rows === 0 || cursors.has(page.next)) break;
    cursors.add(page.next);
    cursor = page.next;
  }
  if (firstResponse === undefined) throw nodeError("internal", "no page was asked for", "report this bug");
  return { list: { connections: [...peers.values()], malformed }, identities, firstResponse };
}

/** @throws NodeError too_large */
function checkBytes(found: number, { budget = LIST_BUDGET }: RpcResponse, call: string): void {
  if (found <= budget.bytes) return;
  const excess = { limit: "bytes", max: budget.bytes, found } as const;
  throw nodeError("too_large", `${call}: ${describeExcess(excess)}`, excessAdvice(excess));
}

/** `/chainweb/0.0/mainnet01/cut/peer` → `cut/peer`. */
function shortName(path: string): string {
  return path.split("/").slice(4).join("/");
}

function pagePath(client: RpcClient, path: string, cursor: string | undefined): string {
  const query = new URLSearchParams({ limit: String(PAGE_LIMIT), ...(cursor === undefined ? {} : { next: cursor }) });
  const base = apiPath(client.url, path);
  return `${base}${base.includes("?") ? "&" : "?"}${query}`;
}

type PeerPage = {
  readonly peers: readonly PeerConnection[];
  readonly identities: PeerIdentities;
  readonly malformed: number;
  /** Rows in the page, readable or not. */
  readonly rows: number;
  readonly next: string | undefined;
};

/**
 * One page `{limit, items, next}` (Chainweb/Utils/Paging.hs).
 * @throws NodeError bad_shape, too_large
 */
export function decodePage(answer: unknown, call: string): PeerPage {
  const page = unwrapped(answer);
  const items = page?.items;
  if (!Array.isArray(items)) {
    throw nodeError("bad_shape", `${call}: expected an object with a list of items`, WRONG_API);
  }
  checkRowCount(items, call);
  const next = text(page?.next);
  if (next !== undefined && next.length > MAX_CURSOR_LENGTH) {
    const found = `one of ${next.length}`;
    throw nodeError(
      "bad_shape",
      `${call}: expected a cursor of at most ${MAX_CURSOR_LENGTH} characters, found ${found}`,
      WRONG_API,
    );
  }
  const peers: PeerConnection[] = [];
  const identities = new Map<string, PeerIdentity>();
  for (const item of items) {
    const peer = decodePeer(item);
    if (peer === undefined) continue;
    const identity = decodeIdentity(item);
    if (identity !== undefined && !identities.has(peer.id)) identities.set(peer.id, identity);
    peers.push(peer);
  }
  return { peers, identities, malformed: items.length - peers.length, rows: items.length, next };
}

const WRONG_API = "check that the URL is the node's P2P API (default port 1789), not its service API";

/** The sample in Chainweb's documentation has the page in `value`. No known node does that, but it is read as well. */
function unwrapped(answer: unknown): JsonObject | undefined {
  if (!isObject(answer)) return undefined;
  return !("items" in answer) && isObject(answer.value) ? answer.value : answer;
}

/** PeerInfo of src/P2P/Peer.hs: an id (null with a CA-signed certificate) and an address, nothing else. */
function decodePeer(item: unknown): PeerConnection | undefined {
  if (!isObject(item) || !isObject(item.address)) return undefined;
  const hostname = text(item.address.hostname);
  const port = count(item.address.port);
  if (hostname === undefined || port === undefined || port === 0 || port > 65535) return undefined;
  const address = addressOf(hostname, port);
  // Host names are compared without case (HostAddress.hs).
  return { id: formatAddress(address).toLowerCase(), direction: "unknown", address };
}

function decodeIdentity(item: unknown): PeerIdentity | undefined {
  const id = isObject(item) ? (item.id ?? null) : null;
  if (id === null) return { kind: "ca" };
  const sha256 = bytes32(id);
  return sha256 === undefined ? undefined : { kind: "pinned", sha256: Buffer.from(sha256, "base64url") };
}

/**
 * One request for each chain of the cut; all or none, as their lists are nearly equal.
 * @throws NodeError
 */
export async function fetchMempools(
  client: RpcClient,
  network: string,
  cut: Cut,
  signal: Signal,
): Promise<readonly ChainSample[]> {
  const samples: ChainSample[] = [];
  for (const chain of cut.tips.keys()) {
    const name = `chain/${chain}/mempool/peer`;
    const path = networkPath(network, name);
    const { list } = await fetchPeerPages(client, path, explainStatus("mempool", network), signal);
    // 0 would be a wrong count for a list without a readable row.
    if (list.connections.length === 0 && list.malformed > 0) {
      const message = `${name} at ${client.url.label}: expected peers, found ${list.malformed} rows that cannot be read`;
      throw nodeError("bad_shape", message, "please report this with the node's version");
    }
    samples.push(chainSample(MEMPOOL_PEERS, list.connections.length, [chain]));
  }
  return samples;
}
