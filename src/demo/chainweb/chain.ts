import { createHash } from "node:crypto";

export const NETWORK = "mainnet01";
/** The number of mainnet01 in block headers. */
const NETWORK_CODE = 5;
/** Seconds between two blocks of a chain, on every chainweb network. */
export const BLOCK_SECONDS = 30;
/** Height and time of the community fork, from which the simulated chains continue. */
const ANCHOR_HEIGHT = 6_335_858;
const ANCHOR_TIME = Date.UTC(2025, 10, 7, 4) / 1000;
/**
 * Chain 0 leads. Each step away from it, a chain is STEP_SECONDS later, and each block up to JITTER_SECONDS more. Together
 * they are less than BLOCK_SECONDS, so that adjacent chains are never more than one block apart (Cut.hs
 * isBraidingOfCutPair), while chains three steps apart are up to three blocks apart.
 */
const STEP_SECONDS = 23;
const JITTER_SECONDS = 6;
/** How many blocks back a header is found by its hash. */
const HEADER_BLOCKS = 240;
const TARGET = 2n ** 190n;

/** The chains of a network, each with its adjacent chains. */
export type ChainGraph = ReadonlyMap<number, readonly number[]>;

/** The first 10 chains of mainnet: the Petersen graph. */
export const TEN_CHAINS: ChainGraph = new Map([
  [0, [2, 3, 5]],
  [1, [3, 4, 6]],
  [2, [0, 4, 7]],
  [3, [0, 1, 8]],
  [4, [1, 2, 9]],
  [5, [0, 6, 9]],
  [6, [1, 5, 7]],
  [7, [2, 6, 8]],
  [8, [3, 7, 9]],
  [9, [4, 5, 8]],
]);

/** All 20 chains, as /info of mainnet nodes lists them in nodeGraphHistory. */
export const TWENTY_CHAINS: ChainGraph = new Map([
  [0, [5, 10, 15]],
  [1, [6, 11, 16]],
  [2, [7, 12, 17]],
  [3, [8, 13, 18]],
  [4, [9, 14, 19]],
  [5, [0, 7, 8]],
  [6, [1, 8, 9]],
  [7, [2, 5, 9]],
  [8, [3, 5, 6]],
  [9, [4, 6, 7]],
  [10, [0, 11, 19]],
  [11, [1, 10, 12]],
  [12, [2, 11, 13]],
  [13, [3, 12, 14]],
  [14, [4, 13, 15]],
  [15, [0, 14, 16]],
  [16, [1, 15, 17]],
  [17, [2, 16, 18]],
  [18, [3, 17, 19]],
  [19, [4, 10, 18]],
]);

/** The height from which mainnet has 20 chains. */
export const TWENTY_CHAINS_HEIGHT = 852_054;

/** The numbers of the chains of today. */
export const CHAINS: readonly number[] = [...TWENTY_CHAINS.keys()];
const DISTANCES = new Map(CHAINS.map((chain) => [chain, distancesFrom(TWENTY_CHAINS, chain)]));

/** Steps from one chain to every other. */
export function distancesFrom(graph: ChainGraph, start: number): ReadonlyMap<number, number> {
  const distances = new Map([[start, 0]]);
  for (const [chain, distance] of distances) {
    for (const adjacent of graph.get(chain) ?? []) {
      if (!distances.has(adjacent)) distances.set(adjacent, distance + 1);
    }
  }
  return distances;
}

/** Heights by chain. */
export type Cut = ReadonlyMap<number, number>;

/** When a block was mined, in Unix seconds. */
function blockTime(chain: number, height: number): number {
  const jitter =
    (createHash("sha256").update(`${chain}/${height}`).digest().readUInt16LE(0) / 2 ** 16) * JITTER_SECONDS;
  return ANCHOR_TIME + (height - ANCHOR_HEIGHT) * BLOCK_SECONDS + distance(chain, 0) * STEP_SECONDS + jitter;
}

/** The height of one chain at a time in Unix seconds. */
export function chainHeightAt(chain: number, now: number): number {
  const passed = Math.floor((now - ANCHOR_TIME - distance(chain, 0) * STEP_SECONDS) / BLOCK_SECONDS);
  const height = ANCHOR_HEIGHT + passed;
  return blockTime(chain, height) <= now ? height : height - 1;
}

/** The cut of a node that is `delays` seconds behind on some chains; on all others it has the newest blocks. */
export function cutAt(now: number, delays: ReadonlyMap<number, number> = new Map()): Cut {
  const received = CHAINS.map((chain) => [chain, chainHeightAt(chain, now - (delays.get(chain) ?? 0))] as const);
  // A chain that stalls holds back the others: a chain n steps away is at most n blocks ahead of it.
  return new Map(
    CHAINS.map((chain) => [chain, Math.min(...received.map(([other, height]) => height + distance(chain, other)))]),
  );
}

/** The highest cut whose heights sum up to at most `limit`; below height 852054 it has ten chains. */
export function cutBelow(limit: number, now: number): Cut {
  const cut = cutAt(now);
  if (cutHeight(cut) <= limit) return cut;
  const each = Math.floor(limit / CHAINS.length);
  if (each >= TWENTY_CHAINS_HEIGHT) return new Map(CHAINS.map((chain) => [chain, each]));
  const early = Math.min(TWENTY_CHAINS_HEIGHT - 1, Math.floor(limit / TEN_CHAINS.size));
  return new Map([...TEN_CHAINS.keys()].map((chain) => [chain, early]));
}

/** The body of GET /cut (src/Chainweb/Cut/CutHashes.hs). On GET the origin is always null. */
export function cutBody(cut: Cut): Readonly<Record<string, unknown>> {
  const hashes = Object.fromEntries(
    [...cut].map(([chain, height]) => [chain, { height, hash: blockHash(chain, height).toString("base64url") }]),
  );
  const height = cutHeight(cut);
  const id = createHash("sha256").update(JSON.stringify(hashes)).digest("base64url");
  return {
    hashes,
    origin: null,
    weight: littleEndian(weightOf(height)).toString("base64url"),
    height,
    instance: NETWORK,
    id,
  };
}

/** The height of a recent block of a chain, by its hash in base64url. */
export function findBlock(chain: number, hash: string, now: number): number | undefined {
  const top = chainHeightAt(chain, now);
  for (let height = top; height > top - HEADER_BLOCKS; height--) {
    if (blockHash(chain, height).toString("base64url") === hash) return height;
  }
  return undefined;
}

/** A block header as 318 bytes. Bytes 8 to 15 are the time of its creation in microseconds. */
export function encodeHeader(chain: number, height: number): Buffer {
  const adjacents = [...(TWENTY_CHAINS.get(chain) ?? [])].sort((left, right) => left - right);
  return Buffer.concat([
    unsigned64(0n), // feature flags
    unsigned64(creationTime(chain, height)),
    blockHash(chain, height - 1),
    unsigned16(adjacents.length),
    ...adjacents.flatMap((adjacent) => [unsigned32(adjacent), blockHash(adjacent, height - 1)]),
    littleEndian(TARGET),
    payloadHash(chain, height),
    unsigned32(chain),
    littleEndian(weightOf(height)),
    unsigned64(BigInt(height)),
    unsigned32(NETWORK_CODE),
    unsigned64(creationTime(chain, height - (height % 120))),
    unsigned64(nonce(height)),
    blockHash(chain, height),
  ]);
}

/** A header as the service API writes it with `blockheader-encoding=object`. */
export function headerObject(chain: number, height: number): Readonly<Record<string, unknown>> {
  const adjacents = TWENTY_CHAINS.get(chain) ?? [];
  return {
    creationTime: Number(creationTime(chain, height)),
    parent: blockHash(chain, height - 1).toString("base64url"),
    height,
    hash: blockHash(chain, height).toString("base64url"),
    chainId: chain,
    weight: littleEndian(weightOf(height)).toString("base64url"),
    featureFlags: 0,
    epochStart: Number(creationTime(chain, height - (height % 120))),
    adjacents: Object.fromEntries(
      adjacents.map((adjacent) => [adjacent, blockHash(adjacent, height - 1).toString("base64url")]),
    ),
    payloadHash: payloadHash(chain, height).toString("base64url"),
    chainwebVersion: NETWORK,
    target: littleEndian(TARGET).toString("base64url"),
    nonce: String(nonce(height)),
  };
}

function cutHeight(cut: Cut): number {
  return [...cut.values()].reduce((sum, height) => sum + height, 0);
}

function distance(from: number, to: number): number {
  return DISTANCES.get(from)?.get(to) ?? 0;
}

function blockHash(chain: number, height: number): Buffer {
  return createHash("sha256").update(`simulated ${NETWORK} ${chain} ${height}`).digest();
}

function payloadHash(chain: number, height: number): Buffer {
  return blockHash(chain, -height);
}

/** In microseconds. Miners set it when they start on a block, some seconds before they find it. */
function creationTime(chain: number, height: number): bigint {
  return BigInt(Math.round((blockTime(chain, height) - BLOCK_SECONDS / 10) * 1e6));
}

function nonce(height: number): bigint {
  return BigInt(height) * 7919n;
}

function weightOf(height: number): bigint {
  return BigInt(height) * 441_790_421_930_000_000n;
}

/** 256 bits, as weights and targets are written. */
function littleEndian(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(64, "0"), "hex").reverse();
}

function unsigned16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function unsigned32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function unsigned64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}
