import type { JsonObject } from "../../lib/json.ts";
import { addSample } from "../../model/chain-samples.ts";
import type { ChainSample, ConnectionState } from "../../model/report.ts";
import { count, flag } from "../decode.ts";
import {
  HANDSHAKE_GENERATION,
  HANDSHAKE_TIME,
  IS_BLOCKS_ONLY,
  IS_BP_GOSSIP_PEER,
  IS_BP_PEER,
  IS_TRANSACTIONS_ONLY,
  LAST_VOTE_TIME,
  PEER_SCORE,
} from "./families.ts";
import { handshakeTime, parseTime } from "./values.ts";

/**
 * What a row tells beside the model that all chains share. When a link closes, the node zeroes the handshake, the vote
 * and the producer flags (net_plugin.cpp connection::_close), so only connected rows only.
 */
export function rowSamples(row: JsonObject, handshake: JsonObject, state: ConnectionState): readonly ChainSample[] {
  const known: ChainSample[] = [];
  if (state === "connected") {
    addSample(known, HANDSHAKE_TIME, handshakeTime(handshake.time));
    addSample(known, HANDSHAKE_GENERATION, count(handshake.generation));
    addSample(known, IS_BP_PEER, flag(row.is_bp_peer));
    addSample(known, IS_BP_GOSSIP_PEER, flag(row.is_bp_gossip_peer));
    // Leap 5 and the first Wire send both and never assign them (spring cd66df0dd); votes came after them.
    if (row.last_vote_received !== undefined) {
      addSample(known, IS_BLOCKS_ONLY, flag(row.is_blocks_only));
      addSample(known, IS_TRANSACTIONS_ONLY, flag(row.is_transactions_only));
    }
    addSample(known, LAST_VOTE_TIME, parseTime(row.last_vote_received));
  }
  addSample(known, PEER_SCORE, count(row.peer_score));
  return known;
}
