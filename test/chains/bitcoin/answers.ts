import { coreRow } from "./peer-rows.ts";

/** What Bitcoin Core 30 answers, as its exported help lists the members; all values are invented. */

export const HEAD_HASH = "00000000000000000001ab".padEnd(64, "c");
export const NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5);
export const HEAD_SECONDS = NOW_MS / 1000 - 100;

/** Of Bitcoin Core 30, as its exported help lists them. */
export const INFO = {
  ...{ chain: "main", blocks: 930_017, headers: 930_017, bestblockhash: HEAD_HASH, time: HEAD_SECONDS },
  ...{ mediantime: HEAD_SECONDS - 3600, verificationprogress: 0.999_99, initialblockdownload: false, pruned: false },
  ...{ size_on_disk: 800_000_000_000, warnings: [] },
};

const NETWORK = {
  ...{ version: 300_100, subversion: "/Satoshi:30.1.0/", protocolversion: 70_016, timeoffset: 0, networkactive: true },
  ...{ connections: 1, connections_in: 0, connections_out: 1, warnings: [] },
  networks: [
    { name: "ipv4", limited: false, reachable: true, proxy: "" },
    { name: "onion", limited: true, reachable: false, proxy: "" },
  ],
  localaddresses: [],
};

const TOTALS = {
  ...{ totalbytesrecv: 5000, totalbytessent: 6000, timemillis: NOW_MS },
  uploadtarget: { target: 5000, bytes_left_in_cycle: 100 },
};

/** By method. */
export const CORE_30: Readonly<Record<string, unknown>> = {
  getpeerinfo: [coreRow("30")],
  getblockchaininfo: INFO,
  getnettotals: TOTALS,
  uptime: 4000,
  getnetworkinfo: NETWORK,
  getchaintips: [{ height: 930_017, hash: HEAD_HASH, branchlen: 0, status: "active" }],
  listbanned: [{ address: "192.0.2.1/32", ban_created: 1, banned_until: 2 }],
  getaddrmaninfo: { ipv4: { new: 5, tried: 2, total: 7 } },
  getaddednodeinfo: [{ addednode: "node.example", connected: false, addresses: [] }],
  getblockhash: "ab".repeat(32),
  getblockheader: { hash: HEAD_HASH, height: 930_017, time: HEAD_SECONDS },
};
