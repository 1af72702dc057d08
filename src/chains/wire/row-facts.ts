import type { ConnectionState, Fact } from "../chain.ts";
import { count, flag, type JsonObject } from "../decode.ts";
import {
  facts,
  HANDSHAKE_GENERATION,
  HANDSHAKE_TIME,
  IS_BLOCKS_ONLY,
  IS_BP_GOSSIP_PEER,
  IS_BP_PEER,
  IS_TRANSACTIONS_ONLY,
  LAST_VOTE_TIME,
  PEER_SCORE,
} from "./families.ts";
import { handshakeTime, parseTime } from "./times.ts";

/**
 * What a row tells beside the model that all chains share. When a link closes, the node zeroes the handshake, the vote
 * and the producer flags (net_plugin.cpp connection::_close), so these are facts of connected rows only.
 */
export function rowFacts(row: JsonObject, handshake: JsonObject, state: ConnectionState): readonly Fact[] {
  const score = [PEER_SCORE, count(row.peer_score)] as const;
  if (state !== "connected") return facts(score);
  const tellsKind = row.last_vote_received !== undefined;
  return facts(
    [HANDSHAKE_TIME, handshakeTime(handshake.time)],
    [HANDSHAKE_GENERATION, count(handshake.generation)],
    [IS_BP_PEER, flag(row.is_bp_peer)],
    [IS_BP_GOSSIP_PEER, flag(row.is_bp_gossip_peer)],
    // Leap 5 and the first Wire send both and never assign them (spring cd66df0dd); votes came after them.
    [IS_BLOCKS_ONLY, tellsKind ? flag(row.is_blocks_only) : undefined],
    [IS_TRANSACTIONS_ONLY, tellsKind ? flag(row.is_transactions_only) : undefined],
    [LAST_VOTE_TIME, parseTime(row.last_vote_received)],
    score,
  );
}
