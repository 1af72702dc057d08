import { INFO_BUDGET, LIST_BUDGET } from "../../../src/rpc/budget.ts";
import { ipv4, ipv6, LONG, MALFORMED, odd } from "./row-texts.ts";
import type { Row, Target, Targets } from "./targets.ts";

type Fields = {
  readonly address?: string;
  readonly id?: string;
  readonly state?: string;
  readonly height?: number | string;
  readonly extra?: string;
};

function row(index: number, fields: Fields): string {
  const { address = `${ipv4(index)}:18080`, id = index.toString(16).padStart(32, "0"), state = "normal" } = fields;
  return [
    `{"address":"${address}","address_type":${1 + (index % 4)},"avg_download":0,"avg_upload":0,"connection_id":"${id}"`,
    `"current_download":0,"current_upload":0,"height":${fields.height ?? 3_000_000 + (index % 1000)},"host":"${address}"`,
    `"incoming":${index % 2 === 0},"ip":"","live_time":${index},"local_ip":false,"localhost":false`,
    `"peer_id":"${index.toString(16).padStart(16, "0")}","port":"18080","pruning_seed":${index % 9 === 0 ? 0 : 384 + (index % 8)}`,
    `"recv_count":${index * 1000},"recv_idle_time":4,"rpc_credits_per_hash":0,"rpc_port":${index % 3 === 0 ? 18_089 : 0}`,
    `"send_count":${index * 900},"send_idle_time":4,"state":"${state}","support_flags":1${fields.extra ?? ""}}`,
  ].join(",");
}

const STATES = ["before_handshake", "synchronizing", "standby", "idle", "normal"];

const PEERS: Readonly<Record<string, Row>> = {
  "rows, as they are": (index, salt) => row(index + salt, {}),
  "rows, of all states": (index, salt) => row(index + salt, { state: STATES[index % STATES.length] ?? "" }),
  "rows, the same": () => row(7, {}),
  "rows, ids of their own, one address": (index, salt) => row(7, { id: `${index + salt}` }),
  "rows, IPv6": (index, salt) => row(index + salt, { address: `[${ipv6(index + salt)}]:18080` }),
  "rows, onions": (index, salt) => row(index + salt, { address: `${"a".repeat(50)}${index + salt}.onion:18083` }),
  "rows, long texts": (index, salt) => row(index + salt, { address: LONG + (index + salt), id: LONG + (index + salt) }),
  "rows, odd addresses": (index, salt) => row(index + salt, { address: odd(index + salt), state: odd(index) }),
  "rows, numbers at their ends": (index, salt) =>
    row(index + salt, { height: "18446744073709551615", id: `\x01${index}` }),
  "rows, of many fields": (index, salt) =>
    row(index + salt, { extra: `,${Array.from({ length: 40 }, (_, key) => `"f${key}":"${index}"`).join(",")}` }),
  "rows, short": (index, salt) => `{"incoming":true,"address":"${index + salt}","state":""}`,
  ...MALFORMED,
  "rows, of the wrong types": (index) => `{"incoming":"yes","address":${index},"state":[]}`,
};

const BANS: Readonly<Record<string, Row>> = {
  "rows, as they are": (index) => `{"host":"${ipv4(index)}","ip":${index},"seconds":86399}`,
  "rows, subnets": (index) => `{"host":"${ipv4(index)}\\/24","ip":0,"seconds":3600}`,
  "rows, long texts": (index) => `{"host":"${LONG}${index}\\/","ip":0,"seconds":1}`,
  ...MALFORMED,
};

const SPANS: Readonly<Record<string, Row>> = {
  "rows, as they are": (index) =>
    `{"connection_id":"${index.toString(16).padStart(32, "0")}","nblocks":20,"rate":9,"remote_address":"${ipv4(index)}:18080","size":${index % 5},"speed":100,"start_block_height":${index * 20}}`,
  "rows, numbers at their ends": () => `{"nblocks":9007199254740991,"size":9007199254740991}`,
  ...MALFORMED,
};

const rpc = (field: string, rows?: Target["rows"]): Target => ({
  format: "json",
  budget: rows === undefined ? INFO_BUDGET : LIST_BUDGET,
  frame: [`{"id":"0","jsonrpc":"2.0","result":{"status":"OK","height":5,"${field}":`, "}}"],
  ...(rows === undefined ? {} : { rows }),
});

const bare = (field: string): Target => ({
  format: "json",
  budget: INFO_BUDGET,
  frame: [`{"status":"OK","${field}":`, "}"],
});

export const MONERO_TARGETS: Targets = {
  get_info: rpc("version"),
  get_connections: rpc("connections", PEERS),
  get_last_block_header: rpc("block_header"),
  get_block_header_by_height: rpc("block_header"),
  sync_info: rpc("spans", SPANS),
  get_bans: rpc("bans", BANS),
  get_net_stats: bare("total_bytes_in"),
  get_limit: bare("limit_down"),
  in_peers: bare("in_peers"),
  out_peers: bare("out_peers"),
};
