/**
 * Every field of the responses that list a node's peers, as the documentation of the nodes and of a gateway shows them, with what
 * becomes of it. Fields of other dialects of Wire are named with the one that they replace.
 */

export type FieldUse = {
  /** The families that have its value, as a number or as a label. */
  readonly families?: readonly string[];
  /** Why it has no series of its own. */
  readonly reason?: string;
};

export type ApiFields = {
  /** The call, and the chain's name in the catalogue. */
  readonly call: string;
  readonly chain: string;
  readonly fields: Readonly<Record<string, FieldUse>>;
};

function shownBy(...families: readonly string[]): FieldUse {
  return { families };
}

function leftOut(reason: string): FieldUse {
  return { reason };
}

const RATE = "a rate in KiB/s, rounded down, so mostly 0; `rate()` of the byte counters is exact and for any time";
const OF_ADDRESS = "part of `address`, which is read instead: it is empty for some addresses";
const FOLLOWS = "follows from the address";
const SIGNATURE =
  "proves to the node who signed the handshake; peers without a producer's key leave it empty, and it says nothing about the connection";
const OF_NODE = "of the node's own end of the connection, which says nothing about the peer";
const SERVICES = "what the peer says it offers: a text of its own choice, and the same for nearly all";
const FILTER = "changes all the time with the peer's memory pool, and does not say how well the connection works";
const CURSOR = "belongs to the pages of the list: the exporter follows it to the end";

export const API_FIELDS: readonly ApiFields[] = [
  {
    call: "/v1/net/connections",
    chain: "wire",
    fields: {
      peer: shownBy("p2p_connection_info", "p2p_wire_vanished_peers"),
      remote_ip: shownBy("p2p_connection_info", "p2p_node_peer_subnets", "p2p_node_peers_by_address_type"),
      remote_port: shownBy("p2p_connection_info"),
      connecting: shownBy("p2p_node_connections", "p2p_connection_state"),
      syncing: shownBy("p2p_connection_syncing", "p2p_node_syncing_peers"),
      is_bp_peer: shownBy("p2p_wire_connection_info"),
      is_socket_open: shownBy("p2p_node_connections", "p2p_connection_state"),
      is_blocks_only: shownBy("p2p_wire_connection_info"),
      is_transactions_only: shownBy("p2p_wire_connection_info"),
      "last_handshake.network_version": shownBy("p2p_wire_peers_by_network_version"),
      "last_handshake.chain_id": shownBy("p2p_node_info", "p2p_wire_wrong_chain_peers"),
      "last_handshake.node_id": leftOut(
        "drawn at random at each start of a peer: as a label it would be a new series each time. It tells connections apart (`p2p_node_peer_connects_total`) and finds a connection's values on the page of prometheus_plugin",
      ),
      "last_handshake.key": leftOut(SIGNATURE),
      "last_handshake.time": shownBy("p2p_wire_connection_handshake_timestamp_seconds"),
      "last_handshake.token": leftOut(SIGNATURE),
      "last_handshake.sig": leftOut(SIGNATURE),
      "last_handshake.p2p_address": leftOut(
        "a text that the peer chooses. The address of the socket is shown instead, and where that is missing (before Leap 5) this one as `peer`; it also finds links that both ends configure (`p2p_wire_duplicate_links`)",
      ),
      "last_handshake.last_irreversible_block_num": shownBy("p2p_wire_peers_final_height"),
      "last_handshake.last_irreversible_block_id": shownBy("p2p_wire_peers_final_height"),
      "last_handshake.head_num": shownBy(
        "p2p_connection_head_height",
        "p2p_node_peers_by_head",
        "p2p_node_reference_height",
      ),
      "last_handshake.head_id": shownBy(
        "p2p_connection_head_height",
        "p2p_node_peers_by_head",
        "p2p_node_reference_height",
      ),
      "last_handshake.os": shownBy("p2p_wire_peers_by_os"),
      "last_handshake.agent": shownBy("p2p_connection_info", "p2p_node_peers_by_agent"),
      "last_handshake.generation": shownBy("p2p_wire_connection_handshake_generation", "p2p_node_connections"),
    },
  },
  {
    call: "get_connections",
    chain: "monero",
    fields: {
      status: shownBy("p2p_node_up", "p2p_node_poll_failures_total"),
      address: shownBy("p2p_connection_info", "p2p_node_peer_subnets"),
      address_type: shownBy("p2p_connection_info", "p2p_node_peers_by_address_type"),
      avg_download: leftOut(RATE),
      avg_upload: leftOut(RATE),
      connection_id: leftOut(
        "drawn at random for each connection: as a label it would be a new series each time. It tells connections apart (`p2p_node_peer_connects_total`)",
      ),
      current_download: leftOut(`${RATE}; monerod computes it only when bytes arrive or leave`),
      current_upload: leftOut(`${RATE}; monerod computes it only when bytes arrive or leave`),
      height: shownBy("p2p_connection_head_height", "p2p_node_peers_by_head", "p2p_node_reference_height"),
      host: leftOut(OF_ADDRESS),
      incoming: shownBy("p2p_node_peers", "p2p_connection_info"),
      ip: leftOut(OF_ADDRESS),
      live_time: shownBy("p2p_connection_start_timestamp_seconds"),
      local_ip: leftOut(FOLLOWS),
      localhost: leftOut(FOLLOWS),
      peer_id: leftOut(
        "drawn at random at each start of a peer: as a label it would be a new series each time, and peers on Tor and I2P must not be recognised by it",
      ),
      port: leftOut(OF_ADDRESS),
      pruning_seed: shownBy("p2p_monero_peers_by_pruning_stripe"),
      recv_count: shownBy("p2p_connection_receive_bytes_total", "p2p_node_receive_bytes_total"),
      recv_idle_time: shownBy("p2p_monero_connection_last_receive_timestamp_seconds"),
      rpc_credits_per_hash: leftOut("the price of paid RPC, which was removed: always 0"),
      rpc_port: shownBy("p2p_monero_public_rpc_peers"),
      send_count: shownBy("p2p_connection_transmit_bytes_total", "p2p_node_transmit_bytes_total"),
      send_idle_time: shownBy("p2p_monero_connection_last_transmit_timestamp_seconds"),
      state: shownBy(
        ...["p2p_node_connections", "p2p_connection_state"],
        ...["p2p_node_syncing_peers", "p2p_connection_syncing"],
      ),
      support_flags: leftOut("1 for every peer of the last years, and 0 before the handshake, which the state shows"),
    },
  },
  {
    call: "getpeerinfo",
    chain: "bitcoin",
    fields: {
      id: leftOut(
        "counts the connections of a process: as a label it would be a new series each time. It tells connections apart (`p2p_node_peer_connects_total`)",
      ),
      addr: shownBy("p2p_connection_info", "p2p_node_peer_subnets"),
      addrbind: leftOut(OF_NODE),
      addrlocal: leftOut(OF_NODE),
      network: shownBy("p2p_bitcoin_peers_by_network", "p2p_node_peers_by_address_type"),
      mapped_as: leftOut(
        "only of nodes with `-asmap`, and a label of thousands of values; subnets are counted instead",
      ),
      services: leftOut(SERVICES),
      servicesnames: leftOut(SERVICES),
      relaytxes: shownBy("p2p_bitcoin_transaction_relay_peers"),
      lastsend: leftOut("the node sends to every peer that it has not yet dropped; `lastrecv` shows one that is gone"),
      lastrecv: shownBy("p2p_bitcoin_connection_last_receive_timestamp_seconds"),
      last_transaction: shownBy("p2p_bitcoin_connection_last_transaction_timestamp_seconds"),
      last_block: shownBy("p2p_bitcoin_connection_last_block_timestamp_seconds"),
      bytessent: shownBy("p2p_connection_transmit_bytes_total"),
      bytesrecv: shownBy("p2p_connection_receive_bytes_total"),
      conntime: shownBy("p2p_connection_start_timestamp_seconds"),
      timeoffset: leftOut(
        "what the peer said once, in the handshake; `p2p_bitcoin_time_offset_seconds` has their median",
      ),
      pingtime: shownBy("p2p_connection_latency_seconds"),
      minping: leftOut("the smallest `pingtime` of the connection, which Prometheus knows from the latency"),
      pingwait: shownBy("p2p_bitcoin_ping_waiting_peers"),
      version: shownBy("p2p_connection_state", "p2p_node_connections"),
      subver: shownBy("p2p_connection_info", "p2p_node_peers_by_agent"),
      inbound: shownBy("p2p_node_peers", "p2p_connection_info"),
      bip152_hb_to: leftOut("the node chooses up to three peers that send it new blocks first, again and again"),
      bip152_hb_from: leftOut("whether the peer has chosen the node for this, which only the peer profits from"),
      startingheight: leftOut("what the peer said once, in the handshake: it ages, and may be false"),
      presynced_headers: shownBy("p2p_bitcoin_presynced_headers_height"),
      synced_headers: shownBy("p2p_connection_head_height", "p2p_node_peers_by_head"),
      synced_blocks: shownBy("p2p_bitcoin_connection_synced_blocks_height"),
      inflight: shownBy("p2p_bitcoin_blocks_in_flight", "p2p_node_syncing_peers", "p2p_connection_syncing"),
      addr_relay_enabled: shownBy("p2p_bitcoin_address_relay_peers"),
      addr_processed: leftOut(
        "addresses that the peer has sent: the bytes of `addr` and `addrv2` messages show a flood",
      ),
      addr_rate_limited: leftOut("addresses that the node has ignored, as it does when there are many"),
      permissions: shownBy("p2p_bitcoin_permitted_peers", "p2p_bitcoin_connection_info"),
      minfeefilter: leftOut(FILTER),
      bytessent_per_msg: shownBy("p2p_bitcoin_message_transmit_bytes_total"),
      bytesrecv_per_msg: shownBy("p2p_bitcoin_message_receive_bytes_total"),
      connection_type: shownBy("p2p_bitcoin_peers_by_connection_type", "p2p_bitcoin_connection_info"),
      transport_protocol_type: shownBy("p2p_bitcoin_peers_by_transport", "p2p_bitcoin_connection_info"),
      session_id: leftOut("drawn for each connection: as a label it would be a new series each time"),
    },
  },
  {
    call: "cut/peer, mempool/peer",
    chain: "chainweb",
    fields: {
      "items[].address.hostname": shownBy("p2p_chainweb_peer_info", "p2p_node_peer_subnets"),
      "items[].address.port": shownBy("p2p_chainweb_peer_info"),
      "items[].id": shownBy("p2p_chainweb_peer_info", "p2p_chainweb_peers_by_identity"),
      "items[] of mempool/peer": shownBy("p2p_chainweb_mempool_peers"),
      limit: leftOut(CURSOR),
      next: leftOut(CURSOR),
      "x-chainweb-node-version": shownBy("p2p_node_info"),
      "x-server-timestamp": shownBy("p2p_node_clock_skew_seconds"),
      "x-peer-addr": leftOut("the exporter's own address as the node sees it: it says nothing about the node"),
      "PUT cut/peer, PUT mempool/peer": leftOut("they change the node's list of peers: the exporter only reads"),
    },
  },
];

/** The section of docs/metrics.md about fields without a series. */
export function leftOutSection(titleOf: (chain: string) => string): string {
  const tables = API_FIELDS.map(({ call, chain, fields }) => {
    const rows = Object.entries(fields).flatMap(([field, { reason }]) =>
      reason === undefined ? [] : [`| \`${field}\` | ${reason} |`],
    );
    return `### ${titleOf(chain)}: ${call}\n\n| field | why it has no series |\n|---|---|\n${rows.join("\n")}\n`;
  });
  return `\n## What is left out, and why\n\nEvery other field of these responses is in a series above.\n\n${tables.join("\n")}`;
}
