import type { Signal } from "../../lib/abort.ts";
import { nodeError } from "../../model/failure.ts";
import type { ExplainStatus } from "../../rpc/answers/status.ts";
import { INFO_BUDGET } from "../../rpc/budget.ts";
import { callJson } from "../../rpc/call.ts";
import type { RpcClient } from "../../rpc/client.ts";
import { apiPath } from "../../rpc/node-url.ts";
import { networkPath } from "./api.ts";

/** Headers of blocks, in the binary form that src/Chainweb/BlockHeader/Internal.hs encodeBlockHeader writes. */

/**
 * A header has 210 bytes without adjacent chains and 318 with three. No network has nearly as many as the maximum allows.
 */
const MIN_BYTES = 210;
const MAX_BYTES = 4096;

const CREATION_TIME_AT = 8;
const HASH_BYTES = 32;
/** Height, version, start of the epoch, nonce and hash are the last fields. */
const HEIGHT_FROM_END = 8 + 4 + 8 + 8 + HASH_BYTES;

/** Which header: `hash` in base64url. */
type HeaderName = { readonly network: string; readonly chain: string; readonly hash: string };

/**
 * The header of one block by its hash, which its bytes end with.
 * @throws NodeError
 */
export async function fetchHeader(
  client: RpcClient,
  { network, chain, hash }: HeaderName,
  explain: ExplainStatus,
  signal: Signal,
): Promise<Buffer> {
  const name = `chain/${chain}/header`;
  const path = apiPath(client.url, networkPath(network, `${name}/${hash}`));
  const headers = { accept: "application/json" };
  const request = { name, method: "GET", path, headers, budget: INFO_BUDGET } as const;
  const { value } = await callJson(client, request, signal, explain);
  return decodeHeader(value, hash, `${name} at ${client.url.label}`);
}

/** @throws NodeError bad_shape */
export function decodeHeader(answer: unknown, hash: string, call: string): Buffer {
  const bytes = headerBytes(answer);
  if (bytes === undefined) throw badShape(`${call}: expected a block header in base64url`);
  if (bytes.subarray(-HASH_BYTES).toString("base64url") !== hash) {
    throw badShape(`${call}: expected the header of the block that was asked for, found that of another one`);
  }
  return bytes;
}

/**
 * When the block of a header was made, in unix seconds.
 * @throws NodeError bad_shape
 */
export function creationSeconds(header: Buffer, call: string): number {
  const microseconds = header.readBigInt64LE(CREATION_TIME_AT);
  if (microseconds <= 0n || microseconds > Number.MAX_SAFE_INTEGER) {
    throw badShape(`${call}: expected the time of a block, found ${microseconds} microseconds`);
  }
  return Number(microseconds) / 1e6;
}

/** The height of the block on its chain. */
export function heightIn(header: Buffer): number {
  return Number(header.readBigUInt64LE(header.length - HEIGHT_FROM_END));
}

function headerBytes(answer: unknown): Buffer | undefined {
  if (typeof answer !== "string" || answer.length > MAX_BYTES || !/^[A-Za-z0-9_-]+$/.test(answer)) return undefined;
  const bytes = Buffer.from(answer, "base64url");
  return bytes.length >= MIN_BYTES ? bytes : undefined;
}

function badShape(message: string) {
  return nodeError("bad_shape", message, "check that the URL is the P2P API of a chainweb node");
}
