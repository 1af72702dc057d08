/**
 * Rows of getpeerinfo as each release and each program of the family sends them: the members that the exported help of the
 * releases lists (0.16 to 32), and those in the source of the others. All values are invented, in documentation ranges.
 */

/** Bitcoin Core, and what was made from it without changing the rows. */
export const RELEASES = ["0.16", "0.19", "0.20", "0.21", "22", "23", "24", "26", "28", "30", "31", "32"] as const;
export type Release = (typeof RELEASES)[number];

type Row = Readonly<Record<string, unknown>>;

const OLDEST: Row = {
  id: 7,
  addr: "198.51.100.7:8333",
  addrlocal: "203.0.113.1:51234",
  addrbind: "192.0.2.1:51234",
  services: "0000000000000409",
  relaytxes: true,
  lastsend: 1_767_323_040,
  lastrecv: 1_767_323_041,
  bytessent: 123_456,
  bytesrecv: 654_321,
  conntime: 1_767_300_000,
  timeoffset: -1,
  pingtime: 0.051_234,
  minping: 0.049,
  version: 70_015,
  subver: "/Satoshi:0.16.3/",
  inbound: false,
  addnode: false,
  startingheight: 929_000,
  banscore: 0,
  synced_headers: 930_017,
  synced_blocks: 930_016,
  inflight: [],
  whitelisted: false,
  minfeefilter: 0.000_01,
};

const SENT = { addr: 55, feefilter: 32, getdata: 3100, getheaders: 1053, headers: 106, inv: 91_000, ping: 6144 };
const RECEIVED = { addr: 30_127, block: 500_000, cmpctblock: 90_000, inv: 21_000, pong: 6144, tx: 7000, verack: 24 };

/** What a release added, and what it no longer sends. */
const CHANGES: Readonly<Record<Release, { readonly added?: Row; readonly gone?: readonly string[] }>> = {
  "0.16": {},
  "0.19": {
    added: {
      servicesnames: ["NETWORK", "WITNESS", "NETWORK_LIMITED"],
      permissions: [],
      bytessent_per_msg: SENT,
      bytesrecv_per_msg: { ...RECEIVED, "*other*": 42 },
    },
  },
  "0.20": { added: { mapped_as: 64_500 } },
  "0.21": {
    added: {
      network: "ipv4",
      connection_type: "outbound-full-relay",
      last_transaction: 1_767_323_000,
      last_block: 1_767_322_000,
    },
  },
  "22": {
    added: { bip152_hb_to: true, bip152_hb_from: false, addr_processed: 1100, addr_rate_limited: 0 },
    gone: ["addnode", "banscore", "whitelisted"],
  },
  "23": { added: { addr_relay_enabled: true } },
  "24": { added: { presynced_headers: -1 } },
  "26": { added: { transport_protocol_type: "v2", session_id: "5a".repeat(32) } },
  "28": {},
  "30": {},
  "31": { added: { last_inv_sequence: 12_345, inv_to_send: 3 } },
  "32": { gone: ["startingheight"] },
};

/** A row of an outbound peer of a release, with these members changed; undefined: left out. */
export function coreRow(release: Release, changes: Row = {}): Row {
  let row: Row = OLDEST;
  for (const each of RELEASES.slice(0, RELEASES.indexOf(release) + 1)) {
    const { added = {}, gone = [] } = CHANGES[each];
    row = Object.fromEntries(Object.entries({ ...row, ...added }).filter(([name]) => !gone.includes(name)));
  }
  const agent = `/Satoshi:${release.startsWith("0.") ? release : `${release}.0`}.0/`;
  return known({ ...row, subver: agent, ...changes });
}

function known(row: Row): Row {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));
}

/** Any release: a TCP client that says nothing. */
export function silentRow(release: Release, changes: Row = {}): Row {
  return coreRow(release, {
    ...{
      inbound: true,
      addr: "192.0.2.99:40000",
      version: 0,
      subver: "",
      startingheight: -1,
      services: "0000000000000000",
    },
    ...{ servicesnames: [], relaytxes: false, lastsend: 0, lastrecv: 0, bytessent: 0, bytesrecv: 0, timeoffset: 0 },
    ...{ synced_headers: -1, synced_blocks: -1, pingtime: undefined, minping: undefined, mapped_as: undefined },
    ...(release === "0.16" ? {} : { bytessent_per_msg: {}, bytesrecv_per_msg: {} }),
    ...changes,
  });
}

/** dogecoind 1.14, made from 0.14 (src/rpc/net.cpp): a decimal text for the fee filter, bytes by message. */
export function dogecoinRow(changes: Row = {}): Row {
  const { addrbind, minfeefilter, ...row } = OLDEST;
  return known({
    ...row,
    addr: "198.51.100.8:22556",
    subver: "/Shibetoshi:1.14.9/",
    feefilter: "0.01000000",
    addr_processed: 10,
    addr_rate_limited: 0,
    bytessent_per_msg: SENT,
    bytesrecv_per_msg: RECEIVED,
    ...changes,
  });
}

/** dashd 20.1 and later: Core 22 with masternodes. */
export function dashRow(changes: Row = {}): Row {
  const agent = { addr: "198.51.100.9:9999", subver: "/Dash Core:21.1.0/" };
  const masternode = {
    verified_proregtx_hash: "ab".repeat(32),
    verified_pubkey_hash: "cd".repeat(20),
    masternode: true,
  };
  return coreRow("22", { ...agent, ...masternode, ...changes });
}

/** zcashd 6 (help getpeerinfo): no minping, and timeoffset is always 0. */
export function zcashdRow(changes: Row = {}): Row {
  const { addrbind, minping, minfeefilter, relaytxes, addnode, ...row } = OLDEST;
  const own = { addr: "198.51.100.10:8233", subver: "/MagicBean:6.0.0/", version: 170_100, timeoffset: 0 };
  return known({ ...row, ...own, addr_processed: 5, addr_rate_limited: 0, ...changes });
}

/** zebrad of 2026 (zebra-rpc peer_info.rs): an entry of its address book. */
export function zebraRow(changes: Row = {}): Row {
  return known({
    addr: "198.51.100.11:8233",
    services: "0000000000000001",
    lastrecv: 1_767_323_041,
    inbound: false,
    banscore: 0,
    subver: "/Zebra:3.0.0/",
    version: 170_120,
    connection_state: "connected",
    pingtime: 0.08,
    ...changes,
  });
}

/** Older zebrad: nothing but this, of the peers that it is connected with. */
export function oldZebraRow(changes: Row = {}): Row {
  return { addr: "198.51.100.11:8233", inbound: false, ...changes };
}

/** btcd 0.26 (rpcserver.go handleGetPeerInfo): times in microseconds, 0 until the first ping. */
export function btcdRow(changes: Row = {}): Row {
  return known({
    id: 1,
    addr: "198.51.100.12:8333",
    addrlocal: "192.0.2.1:51235",
    services: "00001101",
    relaytxes: true,
    lastsend: 1_767_323_040,
    lastrecv: 1_767_323_041,
    bytessent: 1000,
    bytesrecv: 2000,
    conntime: 1_767_300_000,
    timeoffset: 0,
    pingtime: 51_234,
    version: 70_016,
    subver: "/btcwire:0.5.0/btcd:0.26.2/",
    inbound: false,
    startingheight: 929_000,
    currentheight: 930_018,
    banscore: 0,
    feefilter: 0,
    syncnode: true,
    v2_connection: true,
    ...changes,
  });
}

/** bcoin (lib/node/rpc.js): `conntime` is an age, and -1 is no ping. */
export function bcoinRow(changes: Row = {}): Row {
  return known({
    id: 3,
    addr: "198.51.100.13:8333",
    addrlocal: "192.0.2.1:51236",
    services: "00000001",
    relaytxes: true,
    lastsend: 1_767_323_040,
    lastrecv: 1_767_323_041,
    bytessent: 10,
    bytesrecv: 20,
    conntime: 300,
    timeoffset: 0,
    pingtime: -1,
    minping: -1,
    version: 70_015,
    subver: "/bcoin:2.2.0/",
    inbound: false,
    startingheight: 929_000,
    besthash: null,
    bestheight: 930_015,
    banscore: 0,
    inflight: [],
    whitelisted: false,
    ...changes,
  });
}
