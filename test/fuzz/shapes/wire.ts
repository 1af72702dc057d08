import { INFO_BUDGET, LIST_BUDGET, METRICS_BUDGET } from "../../../src/rpc/budget.ts";
import { hash, ipv4, ipv6, LONG, MALFORMED, odd } from "./row-texts.ts";
import type { Row, Targets } from "./targets.ts";

type Fields = {
  readonly peer?: string;
  readonly remote?: string;
  readonly id?: number | string;
  readonly claim?: string;
  readonly agent?: string;
  readonly head?: number | string;
  readonly extra?: string;
};

/** A row of the newest Wire: as many fields as any dialect has. */
function row(index: number, fields: Fields): string {
  const { peer = "", remote = ipv4(index), id = index, claim = `p2p${index}.example:9876`, agent = "Agent" } = fields;
  const node = hash(index);
  const handshake = [
    `"network_version":1,"chain_id":"${hash(7)}","node_id":"${node}","time":"17684346${String(index).padStart(11, "0").slice(-11)}"`,
    `"p2p_address":"${claim} - ${node.slice(0, 7)}","fork_db_root_id":"${hash(20_000_000)}"`,
    `"fork_db_head_id":"${hash(20_000_000 + index)}","fork_db_head_num":${fields.head ?? 20_000_000 + index}`,
    `"chain_head_id":"${hash(index)}","agent":"${agent}","generation":${1 + (index % 9)}`,
  ].join(",");
  return [
    `{"peer":"${peer}","remote_ip":"${remote}","remote_port":"${1 + (index % 60_000)}","connection_id":${id},"peer_score":${index % 100}`,
    `"connecting":false,"syncing":${index % 3 === 0},"is_bp_peer":${index % 5 === 0},"is_bp_gossip_peer":false`,
    `"is_socket_open":true,"is_blocks_only":false,"is_transactions_only":false,"last_vote_received":"2026-01-15T23:29:59.500"`,
    `"last_handshake":{${handshake}}${fields.extra ?? ""}}`,
  ].join(",");
}

const ROWS: Readonly<Record<string, Row>> = {
  "rows, inbound": (index, salt) => row(index + salt, {}),
  "rows, outbound": (index, salt) => row(index + salt, { peer: `p2p${index + salt}.example:9876:blk` }),
  "rows, the same": () => row(7, {}),
  "rows, agents of their own": (index, salt) => row(index + salt, { agent: odd(index + salt) }),
  "rows, long texts": (index, salt) =>
    row(index + salt, {
      agent: LONG + (index + salt),
      claim: `${LONG}${index + salt}:1`,
      peer: index % 2 ? "" : LONG + index,
    }),
  "rows, IPv6": (index, salt) => row(index + salt, { remote: ipv6(index + salt), claim: `[${ipv6(index)}]:9876` }),
  "rows, numbers in quotes": (index, salt) =>
    row(index + salt, { id: `"${9_007_199_254_000_000 + index}"`, head: `"${4_294_967_296 + index + salt}"` }),
  "rows, odd addresses": (index, salt) =>
    row(index + salt, {
      remote: odd(index),
      peer: `${odd(index + salt)}:::${index}:trx`,
      claim: ` - ${odd(index)} - `,
    }),
  "rows, of many fields": (index, salt) =>
    row(index + salt, { extra: `,${Array.from({ length: 40 }, (_, key) => `"f${key}":"${index}"`).join(",")}` }),
  "rows, short": (index, salt) => `{"peer":"${index + salt}","connecting":false}`,
  ...MALFORMED,
  "rows, of the wrong types": (index) => `{"peer":${index},"connecting":"no","last_handshake":[]}`,
};

export const WIRE_TARGETS: Targets = {
  connections: { format: "json", budget: LIST_BUDGET, frame: ["", ""], rows: ROWS },
  get_info: { format: "json", budget: INFO_BUDGET, frame: ['{"head_block_num":5,"server_version_string":', "}"] },
  prometheus: { format: "text", budget: METRICS_BUDGET },
};
