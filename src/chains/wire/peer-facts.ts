import type { JsonObject } from "../../lib/json.ts";
import type { ChainFamily, ChainSample } from "../../model/chain-family.ts";
import { chainSample, knownSamples } from "../../model/report.ts";
import { count, text } from "../decode.ts";
import { PEERS_BY_NETWORK_VERSION, PEERS_BY_OS, PEERS_FINAL_HEIGHT } from "./families.ts";
import type { RowDetails, WireConnection } from "./row.ts";
import { numberInBlockId } from "./values.ts";

/** What peers say about themselves in their handshakes, and what can be concluded from many of them. */

type PeerFacts = Pick<RowDetails, "networkVersion" | "os" | "finalHeight">;

export function peerFacts(handshake: JsonObject): PeerFacts {
  return {
    networkVersion: count(handshake.network_version),
    os: typeof handshake.os === "string" ? handshake.os : undefined,
    finalHeight: finalHeight(handshake),
  };
}

const FINAL = [
  ["last_irreversible_block_num", "last_irreversible_block_id"],
  ["fork_db_root_num", "fork_db_root_id"],
] as const;

/** As for the head, the number or the id may be missing, by the dialect. */
function finalHeight(handshake: JsonObject): number | undefined {
  let height = 0;
  for (const [number, id] of FINAL) {
    const known = count(handshake[number]) || numberInBlockId(handshake[id]);
    height = Math.max(height, known ?? 0);
  }
  return height > 0 ? height : undefined;
}

/** @param own the chain of the node, if it is known */
export function peerSamples(rows: readonly WireConnection[], own: string | undefined): readonly ChainSample[] {
  const connected = rows.filter(({ state }) => state === "connected");
  const onChain = connected.filter(({ chainId }) => own === undefined || chainId === undefined || chainId === own);
  const versions = connected.map(({ wire }) => wire.networkVersion && String(wire.networkVersion));
  const systems = connected.map(({ wire }) => wire.os);
  return [
    ...countTexts(PEERS_BY_NETWORK_VERSION, versions),
    ...countTexts(PEERS_BY_OS, systems),
    ...knownSamples([PEERS_FINAL_HEIGHT, supported(onChain.map(({ wire }) => wire.finalHeight))]),
  ];
}

const MAX_TEXTS = 20;
const OTHER = "other";
const UNKNOWN = "unknown";

/**
 * Peers by a text of their own: the most common texts, the rest as other, and those without one as unknown; together all peers.
 * Nothing where no peer has the field, as some dialects lack it.
 */
function countTexts(family: ChainFamily, values: readonly (string | number | undefined)[]): readonly ChainSample[] {
  if (values.every((value) => value === undefined)) return [];
  const counts = new Map<string, number>();
  for (const value of values) {
    const known = text(value) ?? UNKNOWN;
    counts.set(known, (counts.get(known) ?? 0) + 1);
  }
  const ranked = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const rest = ranked.slice(MAX_TEXTS).reduce((sum, [, peers]) => sum + peers, 0);
  return [...ranked.slice(0, MAX_TEXTS), ...(rest > 0 ? [[OTHER, rest] as const] : [])].map(([label, peers]) =>
    chainSample(family, peers, [label]),
  );
}

/** A single peer may say anything: the height that two of them have reached, or the only one. */
function supported(heights: readonly (number | undefined)[]): number | undefined {
  const known = heights.filter((height) => height !== undefined).sort((a, b) => b - a);
  return known[1] ?? known[0];
}

/**
 * The chain that the peers are on. A node closes a connection to another chain in its handshake, but untrusted peers write these
 * texts: so the peers that the operator or the schedule made it dial decide, without them at least two others, and all must
 * agree. No heads are compared by it.
 */
export function chainOfPeers(rows: readonly WireConnection[]): string | undefined {
  const known = rows.filter(({ state, chainId }) => state === "connected" && chainId !== undefined);
  const dialed = known.filter(({ direction }) => direction === "outbound");
  const [first, ...others] = dialed.length > 0 ? dialed : known.length > 1 ? known : [];
  return others.every(({ chainId }) => chainId === first?.chainId) ? first?.chainId : undefined;
}
