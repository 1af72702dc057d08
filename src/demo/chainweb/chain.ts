import { createHash } from "node:crypto";
import { distancesFrom, TEN_CHAINS, TWENTY_CHAINS, TWENTY_CHAINS_HEIGHT } from "./graph.ts";

export const NETWORK = "mainnet01";
/** Seconds between two blocks of a chain, on every chainweb network. */
export const BLOCK_SECONDS = 30;
/** Height and time of the community fork; the simulated chains go on from there. */
const ANCHOR_HEIGHT = 6_335_858;
const ANCHOR_TIME = Date.UTC(2025, 10, 7, 4) / 1000;
/**
 * The first chain leads; each step away from it a chain is this much later, and every block up to JITTER_SECONDS more.
 * Together they stay within BLOCK_SECONDS, so that neighbours are never more than one block apart (Cut.hs
 * isBraidingOfCutPair), while chains three steps apart are up to three.
 */
const STEP_SECONDS = 23;
const JITTER_SECONDS = 6;

export const CHAINS: readonly number[] = [...TWENTY_CHAINS.keys()];
const DISTANCES = new Map(CHAINS.map((chain) => [chain, distancesFrom(TWENTY_CHAINS, chain)]));

/** Heights by chain. */
export type Cut = ReadonlyMap<number, number>;

/** When a block was mined. */
export function blockTime(chain: number, height: number): number {
  const jitter =
    (createHash("sha256").update(`${chain}/${height}`).digest().readUInt16LE(0) / 2 ** 16) * JITTER_SECONDS;
  return ANCHOR_TIME + (height - ANCHOR_HEIGHT) * BLOCK_SECONDS + distance(chain, 0) * STEP_SECONDS + jitter;
}

/** The height of one chain at a time. */
export function chainHeightAt(chain: number, now: number): number {
  const passed = Math.floor((now - ANCHOR_TIME - distance(chain, 0) * STEP_SECONDS) / BLOCK_SECONDS);
  const height = ANCHOR_HEIGHT + passed;
  return blockTime(chain, height) <= now ? height : height - 1;
}

/** The cut of a node that is `delays` seconds behind on some chains; on all others it has the newest blocks. */
export function cutAt(now: number, delays: ReadonlyMap<number, number> = new Map()): Cut {
  const seen = CHAINS.map((chain) => [chain, chainHeightAt(chain, now - (delays.get(chain) ?? 0))] as const);
  // A chain that stands still holds back the others: n steps away they are at most n blocks further.
  return new Map(
    CHAINS.map((chain) => [chain, Math.min(...seen.map(([other, height]) => height + distance(chain, other)))]),
  );
}

/** The highest cut of which the heights sum up to no more than `limit`; below 852054 there were ten chains. */
export function cutBelow(limit: number, now: number): Cut {
  const cut = cutAt(now);
  if (cutHeight(cut) <= limit) return cut;
  const each = Math.floor(limit / CHAINS.length);
  if (each >= TWENTY_CHAINS_HEIGHT) return new Map(CHAINS.map((chain) => [chain, each]));
  const early = Math.min(TWENTY_CHAINS_HEIGHT - 1, Math.floor(limit / TEN_CHAINS.size));
  return new Map([...TEN_CHAINS.keys()].map((chain) => [chain, early]));
}

export function cutHeight(cut: Cut): number {
  return [...cut.values()].reduce((sum, height) => sum + height, 0);
}

export function blockHash(chain: number, height: number): Buffer {
  return createHash("sha256").update(`simulated ${NETWORK} ${chain} ${height}`).digest();
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

export function weightOf(height: number): bigint {
  return BigInt(height) * 441_790_421_930_000_000n;
}

/** 256 bits, as weights and targets are written. */
export function littleEndian(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(64, "0"), "hex").reverse();
}

function distance(from: number, to: number): number {
  return DISTANCES.get(from)?.get(to) ?? 0;
}
