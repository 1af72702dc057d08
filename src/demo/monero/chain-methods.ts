import type { JsonObject } from "../../lib/json.ts";
import { BLOCK_SECONDS, blockHash, cumulativeDifficulty, DIFFICULTY, topBlockTime } from "./network.ts";
import { type EpeeObject, type MoneroState, OK, PAID, RpcError } from "./rpc-method.ts";

const DATABASE_SIZE = 233_172_553_728;
/** A restricted RPC rounds the size of the database up to a multiple of this. */
const DATABASE_STEP = 5 * 2 ** 30;

/** A restricted RPC blanks some of the fields (core_rpc_server.cpp:294-340). */
export function getInfo(state: MoneroState, now: number): EpeeObject {
  const height = state.height(now);
  const { isRestricted } = state;
  // Only the public zone is counted, before_handshake included.
  const rows = state
    .connections()
    .list(now)
    .filter(({ type }) => type === "ipv4" || type === "ipv6");
  const shown = <T>(value: T, blank: T) => (isRestricted ? blank : value);
  return {
    adjusted_time: Math.floor(now),
    alt_blocks_count: shown(state.hasAlternativeChain ? 1 : 0, 0),
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
    difficulty: DIFFICULTY,
    difficulty_top64: 0,
    free_space: shown(412_316_860_416n, 2n ** 64n - 1n),
    grey_peerlist_size: shown(state.directory.gray.length, 0),
    height,
    height_without_bootstrap: height,
    incoming_connections_count: shown(rows.filter((row) => row.isIncoming).length, 0),
    mainnet: true,
    nettype: "mainnet",
    offline: false,
    outgoing_connections_count: shown(rows.filter((row) => !row.isIncoming).length, 0),
    restricted: isRestricted,
    rpc_connections_count: shown(state.rpcConnections(), 0),
    stagenet: false,
    start_time: shown(Math.floor(state.startedAt()), 0),
    status: "OK",
    synchronized: state.isSynchronized(now),
    target: BLOCK_SECONDS,
    target_height: state.targetHeight(now),
    testnet: false,
    top_block_hash: blockHash(height - 1),
    tx_count: 41_000_000 + height * 3,
    tx_pool_size: 12 + (Math.floor(now / 7) % 40),
    untrusted: false,
    update_available: shown(state.software.isOutdated, false),
    version: shown(state.software.version, ""),
    was_bootstrap_ever_used: false,
    white_peerlist_size: shown(state.directory.clearnet.length, 0),
    wide_cumulative_difficulty: hexadecimal(cumulativeDifficulty(height)),
    wide_difficulty: hexadecimal(DIFFICULTY),
  };
}

export function getLastBlockHeader(state: MoneroState, now: number): EpeeObject {
  return headerOf(state.height(now) - 1, state.height(now));
}

/** Restricted RPC answers it too. */
export function getBlockHeaderByHeight(state: MoneroState, now: number, { height = 0 }: JsonObject): EpeeObject {
  const top = state.height(now) - 1;
  const number = typeof height === "number" ? height : 0;
  if (number > top) {
    throw new RpcError(-2, `Requested block height: ${number} greater than current top block height: ${top}`);
  }
  return headerOf(number, top + 1);
}

/** @param chainHeight the node's height, the number of its top block + 1 */
function headerOf(number: number, chainHeight: number): EpeeObject {
  const height = number + 1;
  return {
    block_header: {
      block_size: 92_000,
      block_weight: 92_000,
      cumulative_difficulty: cumulativeDifficulty(height),
      cumulative_difficulty_top64: 0,
      depth: chainHeight - height,
      difficulty: DIFFICULTY,
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
      prev_hash: number === 0 ? "0".repeat(64) : blockHash(height - 2),
      reward: 600_000_000_000,
      timestamp: topBlockTime(height),
      wide_cumulative_difficulty: hexadecimal(cumulativeDifficulty(height)),
      wide_difficulty: hexadecimal(DIFFICULTY),
    },
    ...PAID,
    ...OK,
  };
}

export function getAlternateChains(state: MoneroState, now: number): EpeeObject {
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
  return { chains: state.hasAlternativeChain ? [chain] : [], ...OK };
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

/** It has heights and hard forks since v0.18.2.0. */
export function getVersion(state: MoneroState, now: number): EpeeObject {
  const height = state.height(now);
  return {
    current_height: height,
    hard_forks: [
      { height: 1, hf_version: 1 },
      { height: 2_688_888, hf_version: 15 },
      { height: 2_689_608, hf_version: 16 },
    ],
    release: true,
    target_height: state.targetHeight(now),
    version: (3 << 16) | state.software.rpcMinor,
    ...OK,
  };
}

export function getHeight(state: MoneroState, now: number): EpeeObject {
  const height = state.height(now);
  return { hash: blockHash(height - 1), height, ...OK };
}

function hexadecimal(value: bigint): string {
  return `0x${value.toString(16)}`;
}
