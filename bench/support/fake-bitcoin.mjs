// A simulated Bitcoin Core 30: rows of getpeerinfo with all of its fields (about 1,700 bytes each), on one line as the node
// writes them. Texts stand ready; each answer only sets in its numbers.
import { address, hex, mix } from "./numbers.mjs";

const FIRST_HEIGHT = 912_000;
/** After so many, the chain has one block more. */
const POLLS_PER_BLOCK = 40;
/** Those that a connection which relays transactions has after a day. */
const TYPES = [
  ...["addrv2", "cmpctblock", "feefilter", "getblocktxn", "getdata", "getheaders", "headers", "inv", "ping"],
  ...["pong", "sendaddrv2", "sendcmpct", "tx", "verack", "version", "wtxidrelay"],
];
const NETWORKS = [
  { name: "ipv4", limited: false, reachable: true },
  { name: "ipv6", limited: false, reachable: true },
  { name: "onion", limited: true, reachable: false },
  { name: "i2p", limited: true, reachable: false },
  { name: "cjdns", limited: true, reachable: false },
];

/** @param {{ index: number, peers: number, churn?: number }} options churn: share of the peers that each poll replaces */
export function createFakeBitcoin({ index, peers, churn = 0 }) {
  const started = Date.now() - 90_000_000;
  const rows = Array.from({ length: peers }, (_, peer) => createRow(index * 4096 + peer));
  let replaced = 0;
  let polls = 0;
  const height = () => FIRST_HEIGHT + Math.floor(polls / POLLS_PER_BLOCK);
  const now = () => Math.floor(Date.now() / 1000);

  function getpeerinfo() {
    polls += 1;
    for (let count = Math.round(peers * churn); count > 0; count -= 1) {
      rows[replaced % peers] = createRow(index * 4096 + peers + replaced * 524_288);
      replaced += 1;
    }
    return `[${rows.map((row) => row(polls, height(), now())).join(",")}]`;
  }

  const methods = {
    getpeerinfo,
    getblockchaininfo: () => JSON.stringify(chainInfo(height(), now())),
    getnettotals: () => JSON.stringify(netTotals(polls)),
    uptime: () => String(Math.floor((Date.now() - started) / 1000)),
    getnetworkinfo: () => JSON.stringify(networkInfo(peers)),
    getchaintips: () => JSON.stringify([{ height: height(), hash: hash(height()), branchlen: 0, status: "active" }]),
    listbanned: () => "[]",
    getaddrmaninfo: () => JSON.stringify(addressManager()),
    getaddednodeinfo: () => "[]",
  };
  return {
    /** @returns {Buffer | undefined} undefined: 404 */
    answer(_path, body) {
      const result = methods[/"method": ?"(\w+)"/.exec(body)?.[1]]?.();
      return result === undefined ? undefined : Buffer.from(`{"result":${result},"error":null,"id":"0"}\n`, "latin1");
    },
    /** Whether a poll begins with this request. */
    beginsPoll: (_path, body) => body.includes('"getblockchaininfo"'),
  };
}

/** One peer: gives its row for the poll of that number. */
function createRow(seed) {
  const host = address(seed);
  const inbound = mix(seed + 1) % 10 !== 0;
  const port = inbound ? 30_000 + (seed % 30_000) : 8333;
  const openedAt = Math.floor(Date.now() / 1000) - (mix(seed + 2) % 90_000) - 100;
  const isV2 = mix(seed + 3) % 2 === 0;
  const pace = 200 + (mix(seed + 4) % 5000);
  const ping = (mix(seed + 5) % 400) / 1000 + 0.012;
  const start = `{"id":${seed},"addr":"${host}:${port}","addrbind":"192.0.2.1:8333","addrlocal":"192.0.2.1:8333","network":"ipv4",\
"services":"0000000000000c09","servicesnames":["NETWORK","WITNESS","NETWORK_LIMITED","P2P_V2"],"relaytxes":true,"lastsend":`;
  const opened = `,"conntime":${openedAt},"timeoffset":${seed % 3},"pingtime":${ping},"minping":${ping},"version":70016,\
"subver":"/Satoshi:${24 + (seed % 7)}.0.0/","inbound":${inbound},"bip152_hb_to":false,"bip152_hb_from":false,\
"startingheight":${FIRST_HEIGHT - (seed % 500)},"presynced_headers":-1,"synced_headers":`;
  const addresses = `,"inflight":[],"addr_relay_enabled":true,"addr_processed":${seed % 5000},"addr_rate_limited":0,"permissions":[],\
"minfeefilter":0.00001000,"bytessent_per_msg":{`;
  const end = `},"connection_type":"${inbound ? "inbound" : "outbound-full-relay"}","transport_protocol_type":"${isV2 ? "v2" : "v1"}",\
"session_id":"${isV2 ? hex(seed + 6, 64) : ""}"}`;
  const messages = (base) => TYPES.map((type, place) => `"${type}":${base * (place + 1)}`).join(",");
  return (poll, height, now) => {
    const bytes = 1_000_000 + poll * pace;
    const heard = now - ((seed + poll) % 40);
    return `${start}${now - (seed % 20)},"lastrecv":${heard},"last_transaction":${heard - 3},"last_block":${heard - 60},\
"bytessent":${bytes * 3},"bytesrecv":${bytes}${opened}${height},"synced_blocks":${height}${addresses}${messages(bytes)}},\
"bytesrecv_per_msg":{${messages(bytes >> 1)}${end}`;
  };
}

function hash(height) {
  return `${"0".repeat(19)}${hex(height, 45)}`;
}

function chainInfo(height, now) {
  return {
    chain: "main",
    blocks: height,
    headers: height,
    bestblockhash: hash(height),
    bits: "1701f0cc",
    target: "0000000000000000000001f0cc00000000000000000000000000000000000000",
    difficulty: 142_342_602_928_674.9,
    time: now - 60,
    mediantime: now - 3600,
    verificationprogress: 0.999_999_8,
    initialblockdownload: false,
    chainwork: hex(height + 1, 64),
    size_on_disk: 780_000_000_000,
    pruned: false,
    warnings: [],
  };
}

function netTotals(polls) {
  return {
    totalbytesrecv: 912_345_678_901 + polls * 800_000,
    totalbytessent: 1_723_456_789_012 + polls * 2_400_000,
    timemillis: Date.now(),
    uploadtarget: {
      timeframe: 86_400,
      target: 0,
      target_reached: false,
      serve_historical_blocks: true,
      bytes_left_in_cycle: 0,
      time_left_in_cycle: 0,
    },
  };
}

function networkInfo(peers) {
  return {
    version: 300_000,
    subversion: "/Satoshi:30.0.0/",
    protocolversion: 70_016,
    localservices: "0000000000000c09",
    localservicesnames: ["NETWORK", "WITNESS", "NETWORK_LIMITED", "P2P_V2"],
    localrelay: true,
    timeoffset: 0,
    networkactive: true,
    connections: peers,
    connections_in: peers - Math.min(10, peers),
    connections_out: Math.min(10, peers),
    networks: NETWORKS.map((network) => ({ ...network, proxy: "", proxy_randomize_credentials: false })),
    relayfee: 0.000001,
    incrementalfee: 0.000001,
    localaddresses: [{ address: "192.0.2.1", port: 8333, score: 4 }],
    warnings: [],
  };
}

function addressManager() {
  const table = (fresh, tried) => ({ new: fresh, tried, total: fresh + tried });
  return {
    ipv4: table(41_200, 5100),
    ipv6: table(8900, 1200),
    onion: table(14_300, 1900),
    all_networks: table(64_400, 8200),
  };
}
