import { isObject } from "../../lib/json.ts";
import { nodeError } from "../../model/failure.ts";
import type { Head } from "../../model/report.ts";
import { count, text } from "../decode.ts";

export type Cut = {
  readonly head: Head;
  /** The newest block of each chain by its hash; undefined where that is not a hash. */
  readonly tips: ReadonlyMap<string, string | undefined>;
  /** Sum of the work, rounded to a float. */
  readonly weight: number | undefined;
  /** The network's name. */
  readonly instance: string | undefined;
};

/** Decimal without leading zeros. The largest network has 98 chains; the limit of 1000 bounds what a broken node can cost. */
const CHAIN = /^(?:0|[1-9]\d{0,2})$/;

/** 32 bytes in base64url, as hashes, weights and peer ids are written. */
const BYTES_32 = /^[A-Za-z0-9_-]{43}$/;

/**
 * A cut: `{hashes: {chain: {height, hash}}, height, weight, instance, …}` (src/Chainweb/Cut/CutHashes.hs). Its height is
 * the sum of the heights of the braided chains.
 * @throws NodeError bad_shape
 */
export function decodeCut(answer: unknown, call: string): Cut {
  const hashes = isObject(answer) ? answer.hashes : undefined;
  if (!isObject(answer) || !isObject(hashes)) throw badShape(`${call}: expected an object with hashes`);
  const chainHeights = new Map<string, number>();
  const tips = new Map<string, string | undefined>();
  for (const [chain, entry] of Object.entries(hashes)) {
    const height = isObject(entry) ? count(entry.height) : undefined;
    // A cut that lacks a chain would give a wrong sum and a wrong lag, so one bad chain makes the whole cut invalid.
    if (!CHAIN.test(chain) || height === undefined) throw badShape(`${call}: expected a height for every chain`);
    chainHeights.set(chain, height);
    tips.set(chain, isObject(entry) ? bytes32(entry.hash) : undefined);
  }
  if (chainHeights.size === 0) throw badShape(`${call}: expected at least one chain in the cut`);
  const sum = [...chainHeights.values()].reduce((total, height) => total + height, 0);
  const height = count(answer.height) ?? count(sum);
  if (height === undefined) throw badShape(`${call}: expected a height of the cut below 2^53`);
  return { head: { height, chainHeights }, tips, weight: weight(answer.weight), instance: text(answer.instance) };
}

/** The text of 32 bytes in base64url; undefined for anything else. */
export function bytes32(value: unknown): string | undefined {
  return typeof value === "string" && BYTES_32.test(value) ? value : undefined;
}

/** A 256-bit integer, its lowest byte first (src/Chainweb/BlockWeight.hs). */
function weight(value: unknown): number | undefined {
  const encoded = bytes32(value);
  if (encoded === undefined) return undefined;
  return Number(BigInt(`0x${Buffer.from(encoded, "base64url").reverse().toString("hex")}`));
}

function badShape(message: string) {
  return nodeError("bad_shape", message, "check that the URL is a chainweb node's API");
}
