import { BLOCK_SECONDS, blockHash, blockTime, chainHeightAt, littleEndian, weightOf } from "./chain.ts";
import { TWENTY_CHAINS } from "./graph.ts";

/** How far back a header is found by its hash. */
const REMEMBERED_BLOCKS = 240;
/** The code of mainnet01 in headers. */
const VERSION_CODE = 5;
const TARGET = 2n ** 190n;

/** The height of a recent block of a chain, by its hash in base64url. */
export function findBlock(chain: number, hash: string, now: number): number | undefined {
  const top = chainHeightAt(chain, now);
  for (let height = top; height > top - REMEMBERED_BLOCKS; height--) {
    if (blockHash(chain, height).toString("base64url") === hash) return height;
  }
  return undefined;
}

/** A block header as 318 bytes; the time of its creation stands at bytes 8 to 15, in microseconds. */
export function encodeHeader(chain: number, height: number): Buffer {
  const neighbours = [...(TWENTY_CHAINS.get(chain) ?? [])].sort((left, right) => left - right);
  return Buffer.concat([
    unsigned64(0n), // feature flags
    unsigned64(creationTime(chain, height)),
    blockHash(chain, height - 1),
    unsigned16(neighbours.length),
    ...neighbours.flatMap((neighbour) => [unsigned32(neighbour), blockHash(neighbour, height - 1)]),
    littleEndian(TARGET),
    payloadHash(chain, height),
    unsigned32(chain),
    littleEndian(weightOf(height)),
    unsigned64(BigInt(height)),
    unsigned32(VERSION_CODE),
    unsigned64(creationTime(chain, height - (height % 120))),
    unsigned64(BigInt(height) * 7919n), // nonce
    blockHash(chain, height),
  ]);
}

/** A header as the service API writes it with `blockheader-encoding=object`. */
export function headerObject(chain: number, height: number): Readonly<Record<string, unknown>> {
  const neighbours = TWENTY_CHAINS.get(chain) ?? [];
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
      neighbours.map((neighbour) => [neighbour, blockHash(neighbour, height - 1).toString("base64url")]),
    ),
    payloadHash: payloadHash(chain, height).toString("base64url"),
    chainwebVersion: "mainnet01",
    target: littleEndian(TARGET).toString("base64url"),
    nonce: String(BigInt(height) * 7919n),
  };
}

/** Miners take the time when they begin, some seconds before they find the block. */
function creationTime(chain: number, height: number): bigint {
  return BigInt(Math.round((blockTime(chain, height) - BLOCK_SECONDS / 10) * 1e6));
}

function payloadHash(chain: number, height: number): Buffer {
  return blockHash(chain, -height);
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
