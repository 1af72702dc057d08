import { nodeError } from "../../model/failure.ts";

/**
 * With the fewest neighbours, none, a header has 210 bytes, with three 318; no graph of a network comes near the most.
 */
const MIN_BYTES = 210;
const MAX_BYTES = 4096;

const CREATION_TIME_AT = 8;
const HASH_BYTES = 32;

/**
 * When the block of a header was made, in unix seconds. The header comes as base64url of its binary form, which begins
 * with 8 bytes of flags and the time in microseconds and ends with the hash of the block
 * (src/Chainweb/BlockHeader/Internal.hs encodeBlockHeader).
 * @param hash the block that was asked for, in base64url
 * @throws NodeError bad_shape
 */
export function decodeCreationTime(answer: unknown, hash: string, call: string): number {
  const bytes = headerBytes(answer);
  if (bytes === undefined) throw badShape(`${call}: expected a block header in base64url`);
  if (bytes.subarray(-HASH_BYTES).toString("base64url") !== hash) {
    throw badShape(`${call}: expected the header of the block that was asked for, found that of another one`);
  }
  const microseconds = bytes.readBigInt64LE(CREATION_TIME_AT);
  if (microseconds <= 0n || microseconds > Number.MAX_SAFE_INTEGER) {
    throw badShape(`${call}: expected the time of a block, found ${microseconds} microseconds`);
  }
  return Number(microseconds) / 1e6;
}

function headerBytes(answer: unknown): Buffer | undefined {
  if (typeof answer !== "string" || answer.length > MAX_BYTES || !/^[A-Za-z0-9_-]+$/.test(answer)) return undefined;
  const bytes = Buffer.from(answer, "base64url");
  return bytes.length >= MIN_BYTES ? bytes : undefined;
}

function badShape(message: string) {
  return nodeError("bad_shape", message, "check that the URL is the P2P API of a chainweb node");
}
