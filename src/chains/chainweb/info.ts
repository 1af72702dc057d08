import { isObject } from "../../lib/json.ts";
import { nodeError } from "../../model/failure.ts";
import { count, text } from "../decode.ts";

/** What /info of the service API returns; releases before 2.24 return little of it (src/Chainweb/RestAPI/NodeInfo.hs). */
export type Info = {
  /** The network's name. */
  readonly network: string | undefined;
  /** The package version. */
  readonly version: string | undefined;
  /** Usual seconds between two blocks of a chain. */
  readonly blockSeconds: number | undefined;
  /** When this release stops by itself, unix seconds. */
  readonly serviceDateSeconds: number | undefined;
};

/** As releases write their service date ("2025-10-15T00:00:00Z"). */
const DATE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/;

/** No network makes blocks more slowly. */
const MAX_BLOCK_SECONDS = 86_400;

/** @throws NodeError bad_shape */
export function decodeInfo(answer: unknown, call: string): Info {
  if (!isObject(answer)) throw nodeError("bad_shape", `${call}: expected an object`, "check chainweb.service_url");
  return {
    // `nodeVersion` is the name of the network; the version is nodePackageVersion, since 2.24.1.
    network: text(answer.nodeVersion),
    version: text(answer.nodePackageVersion),
    blockSeconds: blockSeconds(answer.nodeBlockDelay),
    serviceDateSeconds: dateSeconds(answer.nodeServiceDate),
  };
}

/** Microseconds, although the documentation says seconds. */
function blockSeconds(value: unknown): number | undefined {
  const seconds = (count(value) ?? 0) / 1e6;
  return seconds > 0 && seconds <= MAX_BLOCK_SECONDS ? seconds : undefined;
}

function dateSeconds(value: unknown): number | undefined {
  const milliseconds = typeof value === "string" && DATE.test(value) ? Date.parse(value) : Number.NaN;
  return milliseconds >= 0 ? milliseconds / 1000 : undefined;
}

/**
 * Networks of the releases whose numbers are compared. Others are built from forks of the code with numbers of their own
 * (evm-testnet, stoa), and on a development network all nodes are the operator's.
 */
const PUBLIC_NETWORKS: readonly string[] = ["mainnet01", "testnet04", "testnet06"];

/**
 * The oldest release that follows the network. The last days of the releases before it have passed:
 * - 2.x (kadena-io): each stopped at the service date of its successor, 2.30 on 2025-10-15; the community's network, which
 *   forked on 2025-11-07, refuses all of them (src/Chainweb/NodeVersion.hs isAcceptedVersion), and their own made its last block
 *   on 2025-11-15.
 * - 3.0 and 3.0.1 (kda-community): stop at their service date, 2026-01-07.
 * - 3.1: has no service date; 3.2 is mandatory since 2026-08-01 (CHANGELOG).
 */
const OLDEST_FOLLOWING = { major: 3, minor: 2 };

/** Numbers and dots, as the node itself reads it. */
const VERSION = /^(\d{1,4})\.(\d{1,6})(?:\.\d{1,6}){0,3}$/;

/** Whether a node of this version no longer follows the network; undefined where that is not known. */
export function isOutdated(version: string | undefined, network: string | undefined): boolean | undefined {
  const [, major, minor] = VERSION.exec(version ?? "") ?? [];
  if (major === undefined || network === undefined || !PUBLIC_NETWORKS.includes(network)) return undefined;
  const oldest = OLDEST_FOLLOWING;
  return Number(major) < oldest.major || (Number(major) === oldest.major && Number(minor) < oldest.minor);
}

/** A label for the version that an untrusted peer sent: any other text could make a new series with every response. */
export function versionLabel(version: string | undefined): string {
  if (version === undefined) return "unknown";
  return VERSION.test(version) ? version : OTHER;
}

export const OTHER = "other";

/** How often each value occurs: the `max` most common ones, and the sum of all others as `other`. */
export function mostCommon(values: readonly string[], max: number): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let others = counts.get(OTHER) ?? 0;
  counts.delete(OTHER);
  const ranked = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  for (const [, count] of ranked.slice(max)) others += count;
  const shown = ranked.slice(0, max);
  return others === 0 ? shown : [...shown, [OTHER, others]];
}
