import type { ChainFamily, ChainSample } from "./chain-family.ts";
import { type Failure, NodeError } from "./failure.ts";

/**
 * What one poll of a node returns: one model for every chain. Everything here is plain data. A field that a node does not
 * send is absent, never 0.
 */

export const DIRECTIONS = ["inbound", "outbound", "unknown"] as const;
/** Who dialled, seen from the polled node. */
export type Direction = (typeof DIRECTIONS)[number];

export const CONNECTION_STATES = ["connected", "handshaking", "dialing", "disconnected"] as const;
export type ConnectionState = (typeof CONNECTION_STATES)[number];

export const FLOWS = ["download", "upload"] as const;
/** `download`: the node syncs from that peer. `upload`: that peer syncs from the node. */
export type Flow = (typeof FLOWS)[number];

export const ADDRESS_TYPES = ["ipv4", "ipv6", "tor", "i2p", "cjdns", "unknown"] as const;
export type AddressType = (typeof ADDRESS_TYPES)[number];

/** The address of a peer, as the node reports it. */
export type PeerAddress = {
  /** Address or host name without port and brackets. It may come from an untrusted peer. */
  readonly host: string;
  readonly port?: number | undefined;
  readonly type: AddressType;
  /** The numeric address where it is known, also when `host` is a name. */
  readonly ip?: string | undefined;
  /** What follows the port of a configured Wire address: `:blk` or `:trx`. */
  readonly suffix?: string | undefined;
};

/** One row of a node's peer list. */
export type PeerConnection = {
  /** Identity of the row on its node, the same in the next poll; never shown. Another process may use it for another row. */
  readonly id: string;
  readonly direction: Direction;
  /** Absent where the API lists known peers instead of connections (Chainweb). */
  readonly state?: ConnectionState | undefined;
  readonly address: PeerAddress;
  /** Free text that the peer chose. */
  readonly agent?: string | undefined;
  /** The peer's head as it last reported it to the node, in the chain's own convention. */
  readonly height?: number | undefined;
  /** The network that the peer says it is on, where the API has it. */
  readonly chainId?: string | undefined;
  readonly syncing?: Flow | undefined;
  /** Bytes since the connection opened. */
  readonly receivedBytes?: number | undefined;
  readonly sentBytes?: number | undefined;
  /**
   * The node's counters, where it has them for the row and goes on with them when the row's connection opens again: only
   * they can be added up. Absent: `receivedBytes` and `sentBytes` are the node's counters.
   */
  readonly rowBytes?: ByteCounts | undefined;
  /**
   * Unix time from which `receivedBytes` and `sentBytes` count, where that is not the start of the connection; "unknown":
   * they may have bytes of earlier connections of the row.
   */
  readonly bytesSince?: number | "unknown" | undefined;
  /** Seconds since the connection opened, truncated. */
  readonly ageSeconds?: number | undefined;
  /** Unix time when the connection opened, where the node sends it. */
  readonly startSeconds?: number | undefined;
  /** Round trip, where the node measures it. */
  readonly latencySeconds?: number | undefined;
  /** Identity of the current connection, where a row keeps its id over reconnects. */
  readonly session?: string | undefined;
  /** Samples of the chain's own families about this connection. */
  readonly chainSamples?: readonly ChainSample[] | undefined;
  /** Texts about this row that do not change from poll to poll. */
  readonly info?: RowInfo | undefined;
};

/** The labels of a chain's own info family of a row; its value is always 1. */
export type RowInfo = {
  readonly family: ChainFamily;
  /** In the order of the family's labels; "" where a text is not known. Equal ones are best the same array. */
  readonly labels: readonly string[];
};

/** Whether a row counts as a connected peer. In a list of known peers, which has no states, every row does. */
export function isConnectedPeer({ state }: Pick<PeerConnection, "state">): boolean {
  return state === undefined || state === "connected";
}

/** Bytes of peer-to-peer traffic. */
export type ByteCounts = { readonly received: number; readonly sent: number };

export type PeerList = {
  readonly connections: readonly PeerConnection[];
  /** Rows that could not be read and were left out. */
  readonly malformed: number;
  /** When the list arrived, unix milliseconds: ages in it count back from here. */
  readonly receivedMs?: number | undefined;
  /** No other connection ever has an id of this list, not even in another process of the node. */
  readonly hasUniqueIds?: boolean | undefined;
};

/**
 * Connected peers by direction. Where the API does not list connections, these are the known peers, whose direction is
 * `unknown`.
 */
export type PeersByDirection = Readonly<Record<Direction, number>>;

/** Counts as p2p_node_peers does. */
export function countConnected({ connections }: Pick<PeerList, "connections">): PeersByDirection {
  const counts = { inbound: 0, outbound: 0, unknown: 0 };
  for (const row of connections) if (isConnectedPeer(row)) counts[row.direction] += 1;
  return counts;
}

/** Of all directions. */
export function totalPeers({ inbound, outbound, unknown }: PeersByDirection): number {
  return inbound + outbound + unknown;
}

export type Head = {
  /** In the chain's own convention (Monero: top block + 1; Chainweb: sum of the chain heights). */
  readonly height: number;
  /** Unix time of the head block. */
  readonly timestampSeconds?: number | undefined;
  /** The last irreversible block. */
  readonly finalHeight?: number | undefined;
  /** Unix time of the last irreversible block. */
  readonly finalTimestampSeconds?: number | undefined;
  /** Height of each braided chain, where the network has several. */
  readonly chainHeights?: ReadonlyMap<string, number> | undefined;
};

/** A block by its place and its hash: two nodes with different hashes at one place are on different branches. */
export type BlockId = {
  /** Which of several braided chains; absent where the network has one. */
  readonly chain?: string | undefined;
  /** The block's own height, which is not always the head's in the chain's convention (Monero: head - 1). */
  readonly height: number;
  readonly hash: string;
};

export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure };

/** What a node reports about itself. */
export type NodeIdentity = {
  readonly version?: string | undefined;
  readonly network?: string | undefined;
  readonly chainId?: string | undefined;
  /** The chain of the software that answered, by the names of the configuration, where the software names itself. */
  readonly chain?: string | undefined;
};

/**
 * What a node says about catching up. Where the chain's API has a word for it, that word alone decides: `unknown` when this poll
 * did not get it, and nothing is shown. `progress`: the API has none, and the progress of the head decides.
 */
export type SyncingWord = boolean | "unknown" | "progress";

/** Everything that one poll of one node returned. */
export type NodeReport = {
  readonly identity: NodeIdentity;
  readonly peers: Outcome<PeerList>;
  readonly head: Outcome<Head>;
  /** The other APIs that this poll called, in addition to peers and head, by their name in `p2p_node_api_up`. */
  readonly apis: ReadonlyMap<string, Outcome<unknown>>;
  /** Samples of the chain's own families. */
  readonly chainSamples: readonly ChainSample[];
  /** Heads that the peers themselves reported, where the exporter asks them. */
  readonly peerHeads?: readonly Head[] | undefined;
  /** The node's own counters of all P2P bytes; absent where it does not offer them. */
  readonly totals?: Outcome<ByteCounts> | undefined;
  /** The highest block whose work the node has checked; above its head while it fetches blocks. */
  readonly verifiedHeight?: number | undefined;
  /** The heights of peers are as old as their handshakes, which are rarely repeated. */
  readonly peerHeightsAreOld?: boolean | undefined;
  /** When the certificate that the node presented expires, unix seconds. */
  readonly certificateExpirySeconds?: number | undefined;
  /** Whether the node itself is catching up, in its own word, or who decides it. */
  readonly syncing: SyncingWord;
  /** The node's clock minus the exporter's, in seconds, where the node itself sends its time: a Date header is the proxy's. */
  readonly clockSkewSeconds?: number | undefined;
  /**
   * Heads and peers are compared only between nodes with the same key: the name of the chain's block in the configuration
   * and that of the network. Absent when the network is not known.
   */
  readonly networkKey?: string | undefined;
  /** Blocks of the node's own branch, from this poll. */
  readonly blocks?: readonly BlockId[] | undefined;
  /** Blocks of other nodes, not above the node's own head, that it does not have. */
  readonly lackingBlocks?: readonly BlockId[] | undefined;
  /** Another text than in the poll before: another process of the node answers. Absent: this poll does not tell. */
  readonly process?: string | undefined;
  /** When the node's process started, unix seconds by the node's clock, where it tells. */
  readonly startSeconds?: number | undefined;
  /** The network does not make blocks faster than this on average: limits what a peer may claim. 0: no limit. */
  readonly minBlockSeconds: number;
  /** Usual seconds between two blocks (Chainweb: between two steps of the cut height). Absent: not known. */
  readonly blockSeconds?: number | undefined;
};

export function succeeded<T>(value: T): Outcome<T> {
  return { ok: true, value };
}

export function failed(failure: Failure): { readonly ok: false; readonly failure: Failure } {
  return { ok: false, failure };
}

/** The peer list of a node that is polled only for its head. */
export const PEERS_NOT_ASKED = failed({
  reason: "unavailable",
  message: "the peers were not requested",
  advice: "references are polled for their head only",
});

/** Runs one call of a poll. A failure of the node becomes data; a bug of this program stays an exception. */
export async function attempt<T>(call: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return succeeded(await call());
  } catch (error) {
    if (error instanceof NodeError) return failed(error.failure);
    throw error;
  }
}

/** For `apis`: the outcomes of the calls that were made and that the node offers. */
export function knownOutcomes(outcomes: Readonly<Record<string, Outcome<unknown> | undefined>>): NodeReport["apis"] {
  return new Map(
    Object.entries(outcomes).flatMap(([name, outcome]) => (outcome === undefined ? [] : [[name, outcome] as const])),
  );
}

/** The chosen one of two numbers, or the one that is known. */
export function chooseKnown(
  choose: (a: number, b: number) => number,
  a: number | undefined,
  b: number | undefined,
): number | undefined {
  return a === undefined ? b : b === undefined ? a : choose(a, b);
}

const NO_LABELS: readonly string[] = [];

/**
 * The only place where samples are made; each starts with a value that is not a whole number. V8 gives objects another
 * shape while all their numbers are whole, and drops that shape at the first fraction; code compiled before may go on making
 * objects of the old shape, and each is converted when it is read (Node 20: in some processes a tenth of the CPU time,
 * `--trace-migration`).
 */
export function chainSample(family: ChainFamily, value: number, labels: readonly string[] = NO_LABELS): ChainSample {
  const sample = { family, labels, value: 0.5 };
  sample.value = value;
  return sample;
}

/** Adds a sample if its value is known; a flag becomes 1 or 0. Cheaper than joining lists, as each row of each poll has some. */
export function addSample(known: ChainSample[], family: ChainFamily, value: number | boolean | undefined): void {
  if (value !== undefined) known.push(chainSample(family, Number(value)));
}

/** Samples of the values that are known. */
export function knownSamples(
  ...values: readonly (readonly [ChainFamily, number | boolean | undefined])[]
): readonly ChainSample[] {
  const known: ChainSample[] = [];
  for (const [family, value] of values) addSample(known, family, value);
  return known;
}

/** The samples of an answer; none where it failed or was not asked for. */
export function samplesOf<T>(
  answer: Outcome<T> | undefined,
  read: (value: T) => readonly ChainSample[],
): readonly ChainSample[] {
  return answer?.ok ? read(answer.value) : [];
}
