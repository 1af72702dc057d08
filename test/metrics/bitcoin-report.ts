import { decodeChainInfo } from "../../src/chains/bitcoin/chain-info.ts";
import { decodeChainTips } from "../../src/chains/bitcoin/chain-tips.ts";
import { addMessageBytes } from "../../src/chains/bitcoin/message-bytes.ts";
import { decodeNetworkInfo, decodeTotals } from "../../src/chains/bitcoin/network-info.ts";
import { decodePeers } from "../../src/chains/bitcoin/peers.ts";
import { report } from "../../src/chains/bitcoin/report.ts";
import { decodeAddedNodes, decodeAddressManager, decodeBans } from "../../src/chains/bitcoin/secondary-answers.ts";
import { type NodeReport, succeeded } from "../../src/model/report.ts";

/** A pruned bitcoind 29 two blocks behind its headers, as its answers make it: every family has a sample. */

const HASH = "0".repeat(16).padEnd(64, "a");

const RECEIVED = { block: 4_000_000, inv: 70_000, tx: 900_000, "*other*": 32 };

/** What the rows have in common. */
const ROW = {
  version: 70016,
  subver: "/Satoshi:29.0.0/",
  transport_protocol_type: "v2",
  relaytxes: true,
  addr_relay_enabled: true,
  permissions: [],
  inflight: [],
  startingheight: 976_000,
};

function rows(now: number): readonly unknown[] {
  return [
    {
      ...ROW,
      id: 3,
      addr: "198.51.100.7:8333",
      network: "ipv4",
      inbound: false,
      connection_type: "outbound-full-relay",
      conntime: now - 7200,
      lastrecv: now - 3,
      last_block: now - 2400,
      last_transaction: now - 9,
      pingtime: 0.043,
      bytesrecv: 4_970_032,
      bytessent: 310_220,
      synced_headers: 976_412,
      synced_blocks: 976_410,
      inflight: [976_411, 976_412],
      bytesrecv_per_msg: RECEIVED,
      bytessent_per_msg: { getdata: 10_220, tx: 300_000 },
    },
    {
      ...ROW,
      id: 5,
      addr: "[2001:db8::7]:8333",
      network: "ipv6",
      inbound: false,
      connection_type: "block-relay-only",
      transport_protocol_type: "v1",
      relaytxes: false,
      addr_relay_enabled: false,
      conntime: now - 3600,
      lastrecv: now - 90,
      last_block: 0,
      last_transaction: 0,
      pingtime: 0.12,
      pingwait: 85.2,
      bytesrecv: 51_004,
      bytessent: 9_120,
      synced_headers: 976_412,
      synced_blocks: 976_410,
      presynced_headers: 702_000,
      inflight: [976_412],
    },
    {
      ...ROW,
      id: 8,
      addr: "fakehost2aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaad.onion:8333",
      network: "onion",
      inbound: false,
      connection_type: "manual",
      permissions: ["noban"],
      conntime: now - 61,
      lastrecv: now - 1,
      bytesrecv: 20_000,
      bytessent: 1_000,
      synced_headers: -1,
      synced_blocks: -1,
    },
    {
      ...ROW,
      id: 9,
      addr: "127.0.0.1:51234",
      network: "onion",
      inbound: true,
      connection_type: "inbound",
      conntime: now - 30,
      lastrecv: now - 2,
      bytesrecv: 5_000,
      bytessent: 6_000,
      synced_headers: -1,
      synced_blocks: -1,
    },
    // Before its version message.
    {
      ...ROW,
      id: 12,
      addr: "203.0.113.9:40001",
      network: "ipv4",
      inbound: true,
      connection_type: "inbound",
      transport_protocol_type: "detecting",
      version: 0,
      subver: "",
      relaytxes: false,
      addr_relay_enabled: false,
      conntime: now - 1,
      bytesrecv: 0,
      bytessent: 0,
    },
  ];
}

const INFO = {
  chain: "main",
  blocks: 976_410,
  headers: 976_412,
  bestblockhash: HASH,
  initialblockdownload: false,
  verificationprogress: 0.999_998,
  pruned: true,
  pruneheight: 902_118,
  size_on_disk: 98_604_118_403,
  warnings: ["This is a pre-release test build"],
};

const NETWORK = {
  subversion: "/Satoshi:29.1.0/",
  networkactive: true,
  timeoffset: -1,
  localaddresses: [{ address: "203.0.113.5", port: 8333, score: 4 }],
  networks: ["ipv4", "ipv6", "onion", "i2p", "cjdns"].map((name) => ({
    name,
    reachable: ["ipv4", "ipv6", "onion"].includes(name),
  })),
};

const TIPS = [
  { height: 976_410, hash: HASH, branchlen: 0, status: "active" },
  { height: 976_400, hash: HASH, branchlen: 1, status: "valid-fork" },
  { height: 976_412, hash: HASH, branchlen: 2, status: "headers-only" },
];

const TABLES = {
  ipv4: { new: 49_120, tried: 6_004, total: 55_124 },
  ipv6: { new: 9_400, tried: 870, total: 10_270 },
  onion: { new: 12_000, tried: 310, total: 12_310 },
};

const ADDED = [
  { addednode: "198.51.100.7:8333", connected: true, addresses: [] },
  { addednode: "192.0.2.99:8333", connected: false, addresses: [] },
];

const BANS = [{ address: "192.0.2.0/24" }, { address: "198.51.100.66/32" }];

/** @param nowMs when its answers came, unix milliseconds */
export function bitcoinReport(nowMs: number): NodeReport {
  const now = nowMs / 1000;
  const peers = decodePeers(rows(now), "getpeerinfo", { receivedMs: nowMs });
  const totals = {
    totalbytesrecv: 3_402_118_771,
    totalbytessent: 41_207_330_915,
    timemillis: nowMs + 375,
    uploadtarget: { target: 5_368_709_120, bytes_left_in_cycle: 3_180_402_118 },
  };
  return report({
    coin: "bitcoin",
    label: "bitcoin-1",
    info: succeeded(decodeChainInfo({ ...INFO, time: now - 312 }, "getblockchaininfo")),
    peers: succeeded(peers),
    headTime: undefined,
    blocks: { blocks: [{ height: INFO.blocks, hash: HASH }], outcome: undefined },
    secondary: {
      totals: succeeded(decodeTotals(totals, "getnettotals", { sentMs: nowMs, receivedMs: nowMs })),
      uptime: succeeded(86_400),
      network: succeeded(decodeNetworkInfo(NETWORK, "getnetworkinfo")),
      chain_tips: succeeded(decodeChainTips(TIPS, "getchaintips")),
      bans: succeeded(decodeBans(BANS, "listbanned")),
      address_manager: succeeded(decodeAddressManager(TABLES, "getaddrmaninfo")),
      added_nodes: succeeded(decodeAddedNodes(ADDED, "getaddednodeinfo")),
    },
    startSeconds: now - 86_400,
    // The first connection had nothing at the first poll.
    messages: addMessageBytes(addMessageBytes(undefined, silent(peers.connections)), peers.connections),
  });
}

type Peers = ReturnType<typeof decodePeers>["connections"];

function silent(peers: Peers): Peers {
  return peers.map((peer) => ({ ...peer, receivedByMessage: {}, sentByMessage: {} }));
}
