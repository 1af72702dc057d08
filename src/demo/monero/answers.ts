import { BLOCK_SECONDS, blockHash, cumulativeDifficulty, difficulty, topBlockTime } from "./chain.ts";
import type { EpeeObject } from "./epee.ts";
import { type MoneroState, targetHeight } from "./state.ts";

/** `untrusted` is gone in 0.19. */
export const OK = { status: "OK", untrusted: false } as const;
/** Left over from pay-for-RPC. */
export const PAID = { credits: 0, top_hash: "" } as const;
const DATABASE_STEP = 5 * 2 ** 30;
const DATABASE_SIZE = 233_172_553_728;

/** get_info, blanked as the restricted RPC blanks it (core_rpc_server.cpp:294-340). */
export function info(state: MoneroState, now: number): EpeeObject {
  const height = state.height(now);
  const { restricted } = state;
  // Only the public zone is counted, before_handshake included.
  const rows = state
    .peers()
    .connections(now)
    .filter(({ type }) => type === "ipv4" || type === "ipv6");
  const shown = <T>(value: T, blank: T) => (restricted ? blank : value);
  return {
    adjusted_time: Math.floor(now),
    alt_blocks_count: shown(state.alternativeChain ? 1 : 0, 0),
    block_size_limit: 600_000,
    block_size_median: 300_000,
    block_weight_limit: 600_000,
    block_weight_median: 300_000,
    bootstrap_daemon_address: "",
    busy_syncing: rows.some((row) => row.state === "synchronizing") && Math.floor(now) % 3 === 0,
    ...PAID,
    cumulative_difficulty: cumulativeDifficulty(height),
    cumulative_difficulty_top64: 0,
    database_size: shown(DATABASE_SIZE, Math.ceil(DATABASE_SIZE / DATABASE_STEP) * DATABASE_STEP),
    difficulty: difficulty(),
    difficulty_top64: 0,
    free_space: shown(412_316_860_416n, 2n ** 64n - 1n),
    grey_peerlist_size: shown(state.directory.gray.length, 0),
    height,
    height_without_bootstrap: height,
    incoming_connections_count: shown(rows.filter((row) => row.incoming).length, 0),
    mainnet: true,
    nettype: "mainnet",
    offline: false,
    outgoing_connections_count: shown(rows.filter((row) => !row.incoming).length, 0),
    restricted,
    rpc_connections_count: shown(state.rpcConnections(), 0),
    stagenet: false,
    start_time: shown(Math.floor(state.startedAt()), 0),
    status: "OK",
    synchronized: state.synchronized(now),
    target: BLOCK_SECONDS,
    target_height: targetHeight(state, now),
    testnet: false,
    top_block_hash: blockHash(height - 1),
    tx_count: 41_000_000 + height * 3,
    tx_pool_size: 12 + (Math.floor(now / 7) % 40),
    untrusted: false,
    update_available: shown(state.software.outdated, false),
    version: shown(state.software.version, ""),
    was_bootstrap_ever_used: false,
    white_peerlist_size: shown(state.directory.clearnet.length, 0),
    wide_cumulative_difficulty: hexadecimal(cumulativeDifficulty(height)),
    wide_difficulty: hexadecimal(difficulty()),
  };
}

export function lastBlockHeader(state: MoneroState, now: number): EpeeObject {
  const height = state.height(now);
  return {
    block_header: {
      block_size: 92_000,
      block_weight: 92_000,
      cumulative_difficulty: cumulativeDifficulty(height),
      cumulative_difficulty_top64: 0,
      depth: 0,
      difficulty: difficulty(),
      difficulty_top64: 0,
      hash: blockHash(height - 1),
      height: height - 1,
      long_term_weight: 176_470,
      major_version: 16,
      miner_tx_hash: blockHash(height - 1, "miner"),
      minor_version: 16,
      nonce: 2_147_506_111,
      num_txes: 31,
      orphan_status: false,
      pow_hash: "",
      prev_hash: blockHash(height - 2),
      reward: 600_000_000_000,
      timestamp: topBlockTime(height),
      wide_cumulative_difficulty: hexadecimal(cumulativeDifficulty(height)),
      wide_difficulty: hexadecimal(difficulty()),
    },
    ...PAID,
    ...OK,
  };
}

export function alternateChains(state: MoneroState, now: number): EpeeObject {
  const height = state.height(now);
  const parent = height - 1 - (height % 720);
  const chain = {
    block_hash: blockHash(parent + 1, "alternative"),
    block_hashes: [blockHash(parent + 1, "alternative")],
    difficulty: cumulativeDifficulty(parent + 1),
    difficulty_top64: 0,
    height: parent + 1,
    length: 1,
    main_chain_parent_block: blockHash(parent),
    wide_difficulty: hexadecimal(cumulativeDifficulty(parent + 1)),
  };
  return { chains: state.alternativeChain ? [chain] : [], ...OK };
}

export function hardForkInfo(): EpeeObject {
  return {
    earliest_height: 2_689_608,
    enabled: true,
    state: 2,
    threshold: 0,
    version: 16,
    votes: 10_080,
    voting: 16,
    window: 10_080,
    ...PAID,
    ...OK,
  };
}

/** With heights and hard forks since v0.18.2.0. */
export function version(state: MoneroState, now: number): EpeeObject {
  const height = state.height(now);
  return {
    current_height: height,
    hard_forks: [
      { height: 1, hf_version: 1 },
      { height: 2_688_888, hf_version: 15 },
      { height: 2_689_608, hf_version: 16 },
    ],
    release: true,
    target_height: targetHeight(state, now),
    version: (3 << 16) | state.software.rpcMinor,
    ...OK,
  };
}

export function heightOnly(state: MoneroState, now: number): EpeeObject {
  const height = state.height(now);
  return { hash: blockHash(height - 1), height, ...OK };
}

function hexadecimal(value: bigint): string {
  return `0x${value.toString(16)}`;
}
