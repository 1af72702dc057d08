import { PEERS_BUDGET } from "../../../src/chains/bitcoin/session.ts";
import { INFO_BUDGET, LIST_BUDGET, type ResponseBudget } from "../../../src/rpc/budget.ts";
import { hash, ipv4, ipv6, LONG, MALFORMED, odd } from "./row-texts.ts";
import type { Row, Target, Targets } from "./targets.ts";

type Fields = {
  readonly addr?: string;
  readonly id?: number | string;
  readonly agent?: string;
  readonly height?: number | string;
  readonly messages?: string;
  readonly extra?: string;
};

const MESSAGES = ["addr", "block", "cmpctblock", "feefilter", "getdata", "headers", "inv", "ping", "pong", "tx"];

function bytes(index: number): string {
  return MESSAGES.map((type, key) => `"${type}":${index * 10 + key}`).join(",");
}

function row(index: number, fields: Fields): string {
  const { addr = `${ipv4(index)}:8333`, id = index, agent = `/Satoshi:30.${index % 9}.0/` } = fields;
  const { height = 930_000 + (index % 20), messages = bytes(index) } = fields;
  return [
    `{"id":${id},"addr":"${addr}","addrbind":"192.0.2.1:8333","network":"ipv4","services":"0000000000000c09"`,
    `"servicesnames":["NETWORK","WITNESS"],"relaytxes":true,"lastsend":1767323040,"lastrecv":1767323041`,
    `"last_transaction":1767323000,"last_block":0,"bytessent":${index * 100},"bytesrecv":${index * 90}`,
    `"conntime":${1_767_300_000 + index},"timeoffset":0,"pingtime":0.05${index % 10},"minping":0.04,"version":70016`,
    `"subver":"${agent}","inbound":${index % 2 === 0},"bip152_hb_to":false,"startingheight":929000`,
    `"presynced_headers":-1,"synced_headers":${height},"synced_blocks":${height},"inflight":[],"addr_relay_enabled":true`,
    `"permissions":[],"minfeefilter":0.00001,"bytessent_per_msg":{${messages}},"bytesrecv_per_msg":{${messages}}`,
    `"connection_type":"inbound","transport_protocol_type":"v2","session_id":"${hash(index)}"${fields.extra ?? ""}}`,
  ].join(",");
}

const PEERS: Readonly<Record<string, Row>> = {
  "rows, as they are": (index, salt) => row(index + salt, {}),
  "rows, the same": () => row(7, {}),
  "rows, ids of their own, one address": (index, salt) => row(index + salt, { addr: "192.0.2.7:8333" }),
  "rows, IPv6": (index, salt) => row(index + salt, { addr: `[${ipv6(index + salt)}]:8333` }),
  "rows, onions": (index, salt) => row(index + salt, { addr: `${"a".repeat(50)}${index + salt}.onion:8333` }),
  "rows, long texts": (index, salt) => row(index + salt, { addr: LONG + (index + salt), agent: LONG + (index + salt) }),
  "rows, odd texts": (index, salt) => row(index + salt, { addr: odd(index + salt), agent: odd(index) }),
  "rows, numbers at their ends": (index) => row(index, { height: "18446744073709551615", id: `9007199254740${index}` }),
  "rows, many blocks in flight": (index, salt) =>
    row(index + salt, { extra: `,"inflight":[${Array.from({ length: 200 }, (_, key) => index + key).join(",")}]` }),
  "rows, many types of messages": (index, salt) =>
    row(index + salt, { messages: Array.from({ length: 60 }, (_, key) => `"m${key}":${index}`).join(",") }),
  "rows, new types of messages": (index, salt) =>
    row(index + salt, { messages: Array.from({ length: 8 }, (_, key) => `"${index + salt}x${key}":1`).join(",") }),
  "rows, short": (index, salt) => `{"inbound":true,"addr":"${index + salt}"}`,
  "rows, of an address book": (index, salt) =>
    `{"addr":"${ipv4(index + salt)}:8233","inbound":false,"connection_state":"${index % 3 === 0 ? "connected" : "failed"}"}`,
  ...MALFORMED,
  "rows, of the wrong types": (index) => `{"inbound":"yes","addr":${index},"inflight":{},"permissions":7}`,
};

const STATUSES = ["valid-fork", "valid-headers", "headers-only", "invalid", "active", "unknown"];

const TIPS: Readonly<Record<string, Row>> = {
  "rows, as they are": (index) =>
    `{"height":${index},"hash":"${hash(index)}","branchlen":${index % 9},"status":"${STATUSES[index % STATUSES.length]}"}`,
  "rows, numbers at their ends": () => `{"height":9007199254740991,"branchlen":9007199254740991,"status":"valid-fork"}`,
  ...MALFORMED,
};

const BANS: Readonly<Record<string, Row>> = {
  "rows, as they are": (index) => `{"address":"${ipv4(index)}/32","ban_created":1767300000,"banned_until":1767400000}`,
  "rows, subnets": (index) => `{"address":"${ipv6(index)}/64","ban_created":1767300000}`,
  "rows, long texts": (index) => `{"address":"${LONG}${index}/"}`,
  ...MALFORMED,
};

const ADDED: Readonly<Record<string, Row>> = {
  "rows, as they are": (index) => `{"addednode":"${ipv4(index)}","connected":${index % 2 === 0},"addresses":[]}`,
  ...MALFORMED,
};

function rows(own: Target["rows"], budget: ResponseBudget = LIST_BUDGET): Target {
  return { format: "json", budget, frame: ['{"error":null,"id":"0","result":', "}"], ...(own && { rows: own }) };
}

/** An answer with an object that has a value in this member. */
function member(name: string, budget: ResponseBudget = INFO_BUDGET): Target {
  return { format: "json", budget, frame: [`{"error":null,"id":"0","result":{"blocks":5,"${name}":`, "}}"] };
}

/** All but getblockhash, which is asked only where two nodes have no block in common; its answer is one text. */
export const BITCOIN_TARGETS: Targets = {
  getpeerinfo: rows(PEERS, PEERS_BUDGET),
  getblockchaininfo: member("chain"),
  getnettotals: member("timemillis"),
  uptime: rows(undefined, INFO_BUDGET),
  getnetworkinfo: member("networks"),
  getchaintips: rows(TIPS),
  listbanned: rows(BANS),
  getaddrmaninfo: member("ipv4", LIST_BUDGET),
  getaddednodeinfo: rows(ADDED),
  getblockheader: member("time"),
};
