import { describe, expect, test } from "vitest";
import { handshake, started } from "./support.ts";

const ROW_FIELDS = ["peer", "remote_ip", "remote_port"];
const STATE_FIELDS = ["connecting", "syncing"];
const LINK_FIELDS = [
  "is_bp_peer",
  "is_bp_gossip_peer",
  "is_socket_open",
  "is_blocks_only",
  "is_transactions_only",
  "last_vote_received",
  "last_handshake",
];
const HANDSHAKE_FIELDS = ["network_version", "chain_id", "node_id", "key", "time", "token", "sig", "p2p_address"];

describe("dialects", () => {
  const { peers } = started();

  test("Spring 1.2", () => {
    for (const row of peers("spring")) {
      expect(Object.keys(row)).toEqual([...ROW_FIELDS, ...STATE_FIELDS, ...LINK_FIELDS]);
      expect(Object.keys(handshake(row))).toEqual([
        ...HANDSHAKE_FIELDS,
        "fork_db_root_num",
        "fork_db_root_id",
        "fork_db_head_num",
        "fork_db_head_id",
        "os",
        "agent",
        "generation",
      ]);
    }
  });

  test("Leap 5", () => {
    for (const row of peers("leap")) {
      expect(Object.keys(row)).toEqual([
        ...ROW_FIELDS,
        ...STATE_FIELDS,
        "is_bp_peer",
        "is_socket_open",
        "is_blocks_only",
        "is_transactions_only",
        "last_handshake",
      ]);
      expect(Object.keys(handshake(row))).toEqual([
        ...HANDSHAKE_FIELDS,
        "last_irreversible_block_num",
        "last_irreversible_block_id",
        "head_num",
        "head_id",
        "os",
        "agent",
        "generation",
      ]);
      expect([row.is_blocks_only, row.is_transactions_only]).toEqual([false, false]);
    }
  });

  test("the newest Wire", () => {
    for (const row of peers("wire")) {
      expect(Object.keys(row)).toEqual([...ROW_FIELDS, "connection_id", "peer_score", ...STATE_FIELDS, ...LINK_FIELDS]);
      expect(Object.keys(handshake(row))).toEqual([
        "network_version",
        "chain_id",
        "node_id",
        "p2p_address",
        "fork_db_root_id",
        "fork_db_head_id",
        "chain_head_id",
        "agent",
        "generation",
      ]);
    }
    const ids = peers("wire").map((row) => row.connection_id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("times need more than a double, and ids begin with the block number", () => {
    const connected = peers("spring").filter((row) => row.is_socket_open && !row.connecting);
    expect(connected.length).toBeGreaterThan(10);
    for (const row of connected) {
      const {
        time,
        fork_db_head_num: number,
        fork_db_head_id: id,
        node_id: nodeId,
        p2p_address: address,
      } = handshake(row);
      expect(time).toMatch(/^\d{19}$/);
      expect(String(BigInt(Number(time)))).not.toBe(time);
      const fromId = Number.parseInt(String(id).slice(0, 8), 16);
      expect(Number(number) - fromId).toBeOneOf([0, 1, 2]);
      expect(address).toMatch(new RegExp(` - ${String(nodeId).slice(0, 7)}$`));
    }
  });
});
