// A simulated monerod: the answers that the exporter asks for, laid out as epee writes them (about 790 bytes for each
// row of get_connections). Texts stand ready; each answer only sets in its numbers.
import { address, hex, mix } from "./numbers.mjs";

const FIRST_HEIGHT = 3_512_001;
const BLOCK_SECONDS = 120;

/**
 * @param {{ index: number, peers: number, churn?: number }} options churn: share of the peers that each poll replaces
 */
export function createFakeMonero({ index, peers, churn = 0 }) {
  const started = Date.now();
  const rows = Array.from({ length: peers }, (_, peer) => createRow(index * 4096 + peer));
  let replaced = 0;
  let polls = 0;

  const height = () => FIRST_HEIGHT + Math.floor((Date.now() - started) / (BLOCK_SECONDS * 1000));

  function connections() {
    polls += 1;
    for (let count = Math.round(peers * churn); count > 0; count -= 1) {
      rows[replaced % peers] = createRow(index * 4096 + peers + replaced * 524_288);
      replaced += 1;
    }
    const now = height();
    const list = rows.length === 0 ? "" : `"connections": [${rows.map((row) => row(polls, now)).join(",")}],\n    `;
    return envelope(`${list}"status": "OK",\n    "untrusted": false`);
  }

  const methods = {
    get_info: () => envelope(info(height(), peers)),
    get_connections: connections,
    get_last_block_header: () => envelope(header(height())),
    get_bans: () => envelope('"status": "OK",\n    "untrusted": false'),
  };
  const paths = {
    "/get_net_stats": () => netStats(polls),
    "/get_limit": () => bare({ limit_down: 32_768, limit_up: 8192 }),
    "/in_peers": () => bare({ in_peers: 4_294_967_295 }),
    "/out_peers": () => bare({ out_peers: 12 }),
  };
  return {
    /** @returns {Buffer | undefined} undefined: 404 */
    answer(path, body) {
      const method = path === "/json_rpc" ? /"method": ?"(\w+)"/.exec(body)?.[1] : undefined;
      const text = (method === undefined ? paths[path] : methods[method])?.();
      return text === undefined ? undefined : Buffer.from(text, "latin1");
    },
    /** Whether a poll begins with this request. */
    beginsPoll: (_path, body) => body.includes('"get_info"'),
  };
}

/** One peer: gives its row for the poll of that number. */
function createRow(seed) {
  const host = address(seed);
  const incoming = mix(seed + 1) % 4 === 0;
  const port = incoming ? 30_000 + (seed % 30_000) : 18_080;
  const createdAt = Date.now() / 1000 - (mix(seed + 2) % 90_000);
  const received = 1_000_000 + (mix(seed + 3) % 90_000_000);
  const sent = 1_000_000 + (mix(seed + 4) % 300_000_000);
  const pace = 2000 + (mix(seed + 5) % 50_000);
  const start = `{
      "address": "${host}:${port}",
      "address_type": 1,
      "avg_download": 0,
      "avg_upload": 1,
      "connection_id": "${hex(seed, 32)}",
      "current_download": 0,
      "current_upload": 1,
      "height": `;
  const middle = `,
      "host": "${host}",
      "incoming": ${incoming},
      "ip": "${host}",
      "live_time": `;
  const counters = `,
      "local_ip": false,
      "localhost": false,
      "peer_id": "${hex(seed + 6, 16)}",
      "port": "${port}",
      "pruning_seed": ${seed % 3 === 0 ? 384 + (seed % 8) : 0},
      "recv_count": `;
  const end = `,
      "state": "normal",
      "support_flags": 1
    }`;
  return (poll, height) => {
    const idle = (seed + poll) % 40;
    const lived = Math.floor(Date.now() / 1000 - createdAt);
    return `${start}${height}${middle}${lived}${counters}${received + poll * pace},
      "recv_idle_time": ${idle},
      "rpc_credits_per_hash": 0,
      "rpc_port": ${seed % 5 === 0 ? 18_089 : 0},
      "send_count": ${sent + poll * pace * 3},
      "send_idle_time": ${idle + 1}${end}`;
  };
}

function envelope(fields) {
  return `{
  "id": "0",
  "jsonrpc": "2.0",
  "result": {
    ${fields}
  }
}`;
}

function bare(fields) {
  return JSON.stringify({ ...fields, status: "OK", untrusted: false }, null, 2);
}

function fieldsOf(object) {
  return JSON.stringify(object, null, 4).slice(6, -2);
}

function info(height, peers) {
  return fieldsOf({
    adjusted_time: Math.floor(Date.now() / 1000),
    alt_blocks_count: 0,
    block_size_limit: 600_000,
    block_size_median: 300_000,
    block_weight_limit: 600_000,
    block_weight_median: 300_000,
    bootstrap_daemon_address: "",
    busy_syncing: false,
    credits: 0,
    cumulative_difficulty: 1,
    cumulative_difficulty_top64: 0,
    database_size: 251_658_240_000,
    difficulty: 673_000_000_000,
    difficulty_top64: 0,
    free_space: 90_000_000_000,
    grey_peerlist_size: 4987,
    height,
    height_without_bootstrap: height,
    incoming_connections_count: Math.floor(peers / 4),
    mainnet: true,
    nettype: "mainnet",
    offline: false,
    outgoing_connections_count: peers - Math.floor(peers / 4),
    restricted: false,
    rpc_connections_count: 1,
    stagenet: false,
    start_time: 1_750_000_000,
    status: "OK",
    synchronized: true,
    target: BLOCK_SECONDS,
    target_height: 0,
    testnet: false,
    top_block_hash: hex(height, 64),
    top_hash: "",
    tx_count: 48_123_456,
    tx_pool_size: 17,
    untrusted: false,
    update_available: false,
    version: "0.18.5.1-release",
    was_bootstrap_ever_used: false,
    white_peerlist_size: 1000,
    wide_cumulative_difficulty: "0x1",
    wide_difficulty: "0x9cb2a6ca00",
  });
}

function header(height) {
  return fieldsOf({
    block_header: {
      block_size: 92_000,
      block_weight: 92_000,
      cumulative_difficulty: 1,
      depth: 0,
      difficulty: 673_000_000_000,
      hash: hex(height, 64),
      height: height - 1,
      long_term_weight: 176_470,
      major_version: 16,
      miner_tx_hash: hex(height + 1, 64),
      minor_version: 16,
      nonce: 7,
      num_txes: 31,
      orphan_status: false,
      pow_hash: "",
      prev_hash: hex(height - 1, 64),
      reward: 600_000_000_000,
      timestamp: Math.floor(Date.now() / 1000) - 60,
      wide_difficulty: "0x9cb2a6ca00",
    },
    credits: 0,
    status: "OK",
    top_hash: "",
    untrusted: false,
  });
}

function netStats(polls) {
  return bare({
    start_time: 1_750_000_000,
    total_bytes_in: 912_345_678_901 + polls * 800_000,
    total_bytes_out: 1_723_456_789_012 + polls * 2_400_000,
    total_packets_in: 1_495_648_654,
    total_packets_out: 1_833_464_669,
  });
}
