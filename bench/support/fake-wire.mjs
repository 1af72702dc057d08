// A simulated nodeop of Wire: the rows that version W4 sends (about 830 bytes each), in the order of its fields.
import { address, hex, mix } from "./numbers.mjs";

const CHAIN_ID = "327f05b5747845b2283fdb25ea0c8785f71c8cc4b42329f3b0d354f6807f8362";
const FIRST_BLOCK = 21_000_502;

/** @param {{ index: number, peers: number, churn?: number }} options */
export function createFakeWire({ index, peers, churn = 0 }) {
  const rows = Array.from({ length: peers }, (_, peer) => createRow(index * 4096 + peer));
  let replaced = 0;
  let polls = 0;

  function connections() {
    polls += 1;
    for (let count = Math.round(peers * churn); count > 0; count -= 1) {
      rows[replaced % peers] = createRow(index * 4096 + peers + replaced * 524_288);
      replaced += 1;
    }
    return `[${rows.map((row) => row(polls)).join(",")}]`;
  }

  const paths = { "/v1/net/connections": connections, "/v1/chain/get_info": () => chainInfo(polls) };
  return {
    /** @returns {Buffer | undefined} undefined: 404 */
    answer(path) {
      const text = paths[path]?.();
      return text === undefined ? undefined : Buffer.from(text, "latin1");
    },
    beginsPoll: (path) => path === "/v1/net/connections",
  };
}

/** The first four bytes of a block's id are its number. */
function blockId(number) {
  return number.toString(16).padStart(8, "0") + hex(number, 56);
}

function createRow(seed) {
  const isInbound = mix(seed + 1) % 4 === 0;
  const host = address(seed);
  const port = isInbound ? 30_000 + (seed % 30_000) : 9876;
  const nodeId = hex(seed + 2, 64);
  const start = `{"peer":"${isInbound ? "" : `p2p-${seed}.example:9876`}","remote_ip":"${host}","remote_port":"${port}",\
"connection_id":${40 + seed},"peer_score":${mix(seed + 3) % 200},"connecting":false,"syncing":false,\
"is_bp_peer":${seed % 7 === 0},"is_bp_gossip_peer":${seed % 5 === 0},"is_socket_open":true,"is_blocks_only":false,\
"is_transactions_only":false,"last_vote_received":"`;
  const handshake = `","last_handshake":{"network_version":1,"chain_id":"${CHAIN_ID}","node_id":"${nodeId}",\
"p2p_address":"p2p-${seed}.example:9876 - ${nodeId.slice(0, 7)}","fork_db_root_id":"`;
  // Each handshake with another head is another one with a higher generation, and begins again at 2 from about 32,000. With any
  // other lower one, or the same one, all connections would be new at each poll.
  const generation = 2 + (mix(seed + 4) % 9);
  return (poll) => {
    const block = FIRST_BLOCK + poll * 30;
    return `${start}${new Date(Date.now() - (seed % 60) * 1000).toISOString().slice(0, -1)}${handshake}${blockId(block - 44)}\
","fork_db_head_id":"${blockId(block)}","chain_head_id":"${blockId(block - 1)}","agent":"Agent ${seed % 20}",\
"generation":${generation + (poll % 4) * 10_500}}}`;
  };
}

function chainInfo(polls) {
  const block = FIRST_BLOCK + polls * 30;
  const time = new Date().toISOString().slice(0, -1);
  return JSON.stringify({
    server_version: "5eb61b73",
    chain_id: CHAIN_ID,
    head_block_num: block - 1,
    last_irreversible_block_num: block - 44,
    last_irreversible_block_id: blockId(block - 44),
    head_block_id: blockId(block - 1),
    head_block_time: time,
    head_block_producer: "producer1",
    virtual_block_cpu_limit: 100_000_000,
    virtual_block_net_limit: "104857600000",
    block_cpu_limit: 99_900,
    block_net_limit: 1_048_576,
    server_version_string: "v5.0.0",
    fork_db_head_block_num: block,
    fork_db_head_block_id: blockId(block),
    server_full_version_string: "v5.0.0-01ad22eac43ce2773504a7e218661ebe5957a576",
    total_cpu_weight: "70000009000000",
    total_net_weight: "30000009000000",
    earliest_available_block_num: 20_000_001,
    last_irreversible_block_time: time,
  });
}
