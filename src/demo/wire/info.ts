import { blockId, blockTime, CHAIN_ID, fcTime, finalBlock, producerOf } from "./chain.ts";
import type { ChainView } from "./view.ts";

/** What a node says of its own software. */
export type WireSoftware = {
  /** The first 8 digits of the commit, as `server_version` shows it. */
  readonly commit: string;
  readonly version: string;
};

/** The answer of /v1/chain/get_info (Leap 5, Spring and Wire have the same fields: spring get_info_db.hpp). */
export function chainInfo(view: ChainView, software: WireSoftware, now: number): Readonly<Record<string, unknown>> {
  const head = view.head(now);
  const final = finalBlock(head);
  const received = view.received(now);
  return {
    server_version: software.commit,
    chain_id: CHAIN_ID,
    head_block_num: head,
    last_irreversible_block_num: final,
    last_irreversible_block_id: blockId(final),
    head_block_id: blockId(head),
    head_block_time: fcTime(blockTime(head)),
    head_block_producer: producerOf(head),
    virtual_block_cpu_limit: 200_000_000,
    virtual_block_net_limit: 1_048_576_000,
    block_cpu_limit: 200_000,
    block_net_limit: 1_048_576,
    server_version_string: software.version,
    fork_db_head_block_num: received,
    fork_db_head_block_id: blockId(received),
    server_full_version_string: `${software.version}-${software.commit.repeat(5)}`,
    // Above 0xffffffff: strings (libfc json.cpp:592-621).
    total_cpu_weight: "10000002000000",
    total_net_weight: "5000002000000",
    earliest_available_block_num: 1,
    last_irreversible_block_time: fcTime(blockTime(final)),
  };
}
