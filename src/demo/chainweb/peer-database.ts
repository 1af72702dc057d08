import { createHash } from "node:crypto";
import { ipv4Addresses, ipv6Addresses, type Random } from "../random.ts";
import { createTimeline } from "../timeline.ts";

/** An entry of cut/peer: all that the API reports about a peer (src/P2P/Peer.hs). */
export type PeerInfo = {
  /** The fingerprint of the peer's certificate; null for a peer whose certificate is signed by a CA. */
  readonly id: string | null;
  readonly address: { readonly hostname: string; readonly port: number };
};

/** The peers that a node knows. */
export type PeerDatabase = {
  /** The peers that do not fail at this time, in the order of their marks. */
  cut(now: number): PeerInfo[];
  /** The subset that is also in the mempool network of a chain, in the same order. */
  mempool(chain: number, now: number): PeerInfo[];
};

/** Ports of real networks: the default, HTTPS, and those of a hosting company. */
const PORTS = [1789, 1789, 443, 31350, 31350, 31350, 30004, 8443] as const;

/** All peers of the network: bootstrap nodes with names, the others with IPv4 addresses, IPv6 addresses or names. */
export function createChainwebDirectory(random: Random): PeerInfo[] {
  const bootstrap = ["eu-1", "eu-2", "us-1", "us-2", "ap-1"].map((name) => ({
    id: null,
    address: { hostname: `${name}.bootstrap.example.org`, port: 443 },
  }));
  const named = Array.from({ length: 6 }, (_, index) => `node-${index + 1}.example.net`);
  const hosts = [...ipv4Addresses(random, 92), ...ipv6Addresses(random, 6), ...named];
  const others = hosts.map((hostname) => ({
    id: Buffer.from(random.hex(64), "hex").toString("base64url"),
    address: { hostname, port: random.pick(PORTS) },
  }));
  return [...bootstrap, ...others];
}

/** Creates the peer database of a node. A peer that fails is hidden until it works again, so the list always changes. */
export function createPeerDatabase(options: {
  readonly random: Random;
  /** When the node was started, in Unix seconds. */
  readonly startedAt: number;
  readonly directory: readonly PeerInfo[];
  /** The share of the network that this node knows, from 0 to 1. */
  readonly known: number;
}): PeerDatabase {
  const { random, startedAt } = options;
  // Ordered by a random mark that each entry keeps while the process runs (since 2.26.1, commit a1198fc61).
  const entries = random
    .shuffle(options.directory.filter(({ id }) => id === null || random.chance(options.known)))
    .map((peer) => ({
      peer,
      working: createTimeline({
        random: random.fork(peer.address.hostname),
        startedAt,
        firstGap: [0, 600],
        gap: [30, 600],
        length: peer.id === null ? [3600, 40_000] : [200, 7200],
        create: () => undefined,
      }),
    }));

  function cut(now: number): PeerInfo[] {
    return entries
      .filter(({ working }) => {
        const session = working.at(now);
        return session !== undefined && now < session.closedAt;
      })
      .map(({ peer }) => peer);
  }

  return { cut, mempool: (chain, now) => cut(now).filter((peer) => isInMempool(peer, chain)) };
}

/** Nine of ten peers take part in the mempool of a chain. */
function isInMempool({ address }: PeerInfo, chain: number): boolean {
  return createHash("sha256").update(`${address.hostname}/${chain}`).digest().readUInt8(0) >= 26;
}

const DEFAULT_LIMIT = 64;
const MAX_LIMIT = 512;

/** A page of a list (src/Chainweb/Utils/Paging.hs). `limit` is the number of its items, not the requested limit. */
type Page<T> = { readonly limit: number; readonly items: readonly T[]; readonly next: string | null };

/** A page, or the text of an HTTP 400. */
type PageResult<T> = { readonly page: Page<T> } | { readonly problem: string };

/** Cuts a page out of a list as chainweb does: the cursor is an index into the list at the time of this request. */
export function pageOf<T>(all: readonly T[], query: URLSearchParams): PageResult<T> {
  const limitText = query.get("limit");
  const limit = limitText === null ? DEFAULT_LIMIT : parseNatural(limitText);
  if (limit === undefined) return { problem: naturalProblem("limit", limitText ?? "") };
  const nextText = query.get("next");
  const start = nextText === null ? 0 : parseCursor(nextText);
  if (typeof start === "string") return { problem: `Error parsing query parameter next failed: ${start}` };

  const items = all.slice(start, start + Math.min(limit, MAX_LIMIT));
  const end = start + items.length;
  // With limit=0 the cursor never moves: a naive client would request pages without end.
  const next = end < all.length ? `inclusive:${end}` : null;
  return { page: { limit: items.length, items, next } };
}

/** A natural number of a query, or undefined. */
export function parseNatural(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

/** The error for a parameter that is not a natural number, in the words of Haskell's parser. */
export function naturalProblem(name: string, text: string): string {
  const digits = /^\d+/.exec(text)?.[0];
  const why =
    digits === undefined
      ? "input does not start with a digit"
      : `unconsumed input: ${JSON.stringify(text.slice(digits.length))}`;
  return `Error parsing query parameter ${name} failed: could not parse: \`${text}' (${why})`;
}

/** The index to start from, or the text of the error. */
function parseCursor(text: string): number | string {
  const colon = text.indexOf(":");
  if (colon < 0) return `TextFormatException "missing ':' in next item: \\"${text}\\"."`;
  const kind = text.slice(0, colon);
  const index = /^-?\d+$/.test(text.slice(colon + 1)) ? Number(text.slice(colon + 1)) : undefined;
  if (index === undefined) return `TextFormatException "failed to parse item in next item: \\"${text}\\"."`;
  if (kind === "inclusive") return Math.max(0, index);
  if (kind === "exclusive") return Math.max(0, index + 1);
  return `TextFormatException "unrecognized next item: \\"${text}\\"."`;
}
