import { counted } from "../../lib/text/format.ts";
import type { ChainFamily } from "../../model/chain-family.ts";
import { OTHER_STATUSES, TIP_STATUSES, YOUNG_BLOCKS } from "./chain-tips.ts";
import { REAL_NETWORKS } from "./peer-facts.ts";

/** The metric families about a node that only the Bitcoin family has, except for those about its peers. */

const LESS_OFTEN = "at the last poll or up to five minutes earlier";
const MINUTE = "at the last poll or up to a minute earlier";

export const WARMING_UP: ChainFamily = {
  name: "p2p_bitcoin_warming_up",
  type: "gauge",
  help: "1 while the node starts and answers no call (error -28), 0 when it answers, from the last poll; absent while it is not known.",
  source: "getblockchaininfo, getpeerinfo: error -28",
  labels: [],
  troubles: [
    {
      ...{
        state: "starting",
        level: "warning",
        ofNodes: "starting",
        alert: "P2PBitcoinWarmupLong",
        explainsDown: true,
      },
      textOf: (value) => (value === 1 ? "starting" : undefined),
    },
  ],
};

export const HEADERS_HEIGHT: ChainFamily = {
  name: "p2p_bitcoin_headers_height",
  type: "gauge",
  help: "The best header of the node, from the last poll (getblockchaininfo headers): above the head while it fetches blocks.",
  source: "getblockchaininfo headers",
  labels: [],
};

export const INITIAL_DOWNLOAD: ChainFamily = {
  name: "p2p_bitcoin_initial_block_download",
  type: "gauge",
  help: "1 during the initial block download, from the last poll (getblockchaininfo initialblockdownload); 0 from its end on until the node starts again, also when the node falls behind.",
  source: "getblockchaininfo initialblockdownload",
  labels: [],
  troubles: [
    {
      state: "initial-download",
      level: "warning",
      ofNodes: "in initial block download",
      alert: "P2PBitcoinInitialDownloadSlow",
      textOf: (value) => (value === 1 ? "initial block download" : undefined),
    },
  ],
};

export const PROGRESS: ChainFamily = {
  name: "p2p_bitcoin_verification_progress_ratio",
  type: "gauge",
  help: "The share of all transactions up to now that the node has verified, as it estimates it, from the last poll (getblockchaininfo verificationprogress).",
  source: "getblockchaininfo verificationprogress",
  labels: [],
};

export const PRUNED: ChainFamily = {
  name: "p2p_bitcoin_pruned",
  type: "gauge",
  help: "1 if the node deletes old blocks, from the last poll (getblockchaininfo pruned).",
  source: "getblockchaininfo pruned",
  labels: [],
};

export const PRUNE_HEIGHT: ChainFamily = {
  name: "p2p_bitcoin_prune_height",
  type: "gauge",
  help: "The lowest block that a pruned node still has, from the last poll (getblockchaininfo pruneheight).",
  source: "getblockchaininfo pruneheight",
  labels: [],
};

export const DISK_SIZE: ChainFamily = {
  name: "p2p_bitcoin_size_on_disk_bytes",
  type: "gauge",
  help: "Size of the blocks and undo files on the node's disk, as it estimates it, from the last poll (getblockchaininfo size_on_disk).",
  source: "getblockchaininfo size_on_disk",
  labels: [],
};

export const WARNINGS: ChainFamily = {
  name: "p2p_bitcoin_warnings",
  type: "gauge",
  help: "Warnings that the node has, from the last poll (getblockchaininfo warnings); releases before 28 join them into one.",
  source: "getblockchaininfo warnings",
  labels: [],
};

export const START_TIMESTAMP: ChainFamily = {
  name: "p2p_bitcoin_start_timestamp_seconds",
  type: "gauge",
  help: "Unix time of the node's start by its own clock, precise to two seconds, from the last poll (getnettotals timemillis less uptime).",
  source: "getnettotals timemillis, uptime",
  labels: [],
};

export const UPLOAD_LEFT: ChainFamily = {
  name: "p2p_bitcoin_upload_target_left_bytes",
  type: "gauge",
  help: "Bytes that the node may still send in this period by its maxuploadtarget, from the last poll (getnettotals uploadtarget bytes_left_in_cycle); absent without a target.",
  source: "getnettotals uploadtarget bytes_left_in_cycle",
  labels: [],
};

export const NETWORK_ACTIVE: ChainFamily = {
  name: "p2p_bitcoin_network_active",
  type: "gauge",
  help: `Whether the node's P2P network is on, ${MINUTE} (getnetworkinfo networkactive): 0 while the operator has switched it off.`,
  source: "getnetworkinfo networkactive",
  labels: [],
  troubles: [
    {
      state: "network-off",
      level: "warning",
      ofNodes: "with the network switched off",
      alert: "P2PBitcoinNetworkUnreachable",
      textOf: (value) => (value === 0 ? "network switched off" : undefined),
    },
  ],
};

export const REACHABLE: ChainFamily = {
  name: "p2p_bitcoin_network_reachable",
  type: "gauge",
  help: `Whether the node can reach peers on each network that it knows, ${MINUTE} (getnetworkinfo networks reachable).`,
  source: "getnetworkinfo networks reachable",
  labels: ["peer_network"],
  values: { peer_network: REAL_NETWORKS },
};

export const LOCAL_ADDRESSES: ChainFamily = {
  name: "p2p_bitcoin_local_addresses",
  type: "gauge",
  help: `Own addresses that the node tells its peers, ${MINUTE} (getnetworkinfo localaddresses): with 0, other nodes do not learn how to connect to it.`,
  source: "getnetworkinfo localaddresses",
  labels: [],
};

export const TIME_OFFSET: ChainFamily = {
  name: "p2p_bitcoin_time_offset_seconds",
  type: "gauge",
  help: `The time of the node's outbound peers minus its own, their median, ${MINUTE} (getnetworkinfo timeoffset).`,
  source: "getnetworkinfo timeoffset",
  labels: [],
};

export const CHAIN_TIPS: ChainFamily = {
  name: "p2p_bitcoin_chain_tips",
  type: "gauge",
  help: `Ends of the branches that the node knows, by what it knows of them, ${LESS_OFTEN} (getchaintips): active (its own branch), valid-fork, valid-headers, headers-only, invalid.`,
  source: "getchaintips status",
  labels: ["status"],
  values: { status: TIP_STATUSES },
};

export const TIP_HEIGHT: ChainFamily = {
  name: "p2p_bitcoin_chain_tip_height",
  type: "gauge",
  help: `The highest end of a branch with this status, ${LESS_OFTEN} (getchaintips height); absent where the node knows none.`,
  source: "getchaintips height, status",
  labels: ["status"],
  values: { status: TIP_STATUSES },
};

export const TIP_LEAD: ChainFamily = {
  name: "p2p_bitcoin_chain_tip_lead_blocks",
  type: "gauge",
  help: `How far the highest end of a branch with this status is above the node's own head, ${LESS_OFTEN} (getchaintips height less that of the active one); below 0 where it is lower, absent where the node knows none.`,
  source: "getchaintips height, status",
  labels: ["status"],
  values: { status: OTHER_STATUSES },
  troubles: [
    {
      state: "invalid-tip",
      labels: ["invalid"],
      level: "critical",
      ofNodes: "refusing a branch",
      alert: "P2PBitcoinChainTipInvalid",
      textOf: (lead) =>
        lead < 0
          ? undefined
          : `refuses a branch ${lead === 0 ? "as high as its own" : `${counted(lead, "block")} higher`}`,
    },
  ],
};

export const FORK_LENGTH: ChainFamily = {
  name: "p2p_bitcoin_longest_fork_blocks",
  type: "gauge",
  help: `Blocks of the longest branch that the node has left or never followed, ${LESS_OFTEN}, of those that ended within the last ${YOUNG_BLOCKS} blocks (getchaintips valid-fork branchlen).`,
  source: "getchaintips branchlen",
  labels: [],
};

export const BANS: ChainFamily = {
  name: "p2p_bitcoin_bans",
  type: "gauge",
  help: `Bans that the operator has set and that are not over, ${LESS_OFTEN} (listbanned): of single addresses and of subnets.`,
  source: "listbanned",
  labels: ["kind"],
  values: { kind: ["address", "subnet"] },
};

export const ADDRESSES: ChainFamily = {
  name: "p2p_bitcoin_address_manager_size",
  type: "gauge",
  help: `Addresses that the node keeps, by network and table, ${LESS_OFTEN} (getaddrmaninfo, from release 26 on): tried (it was connected with them), new (known from others).`,
  source: "getaddrmaninfo",
  labels: ["peer_network", "table"],
  values: { peer_network: REAL_NETWORKS, table: ["tried", "new"] },
};

export const ADDED_NODES: ChainFamily = {
  name: "p2p_bitcoin_added_nodes",
  type: "gauge",
  help: `Nodes that the operator has added (addnode), ${LESS_OFTEN} (getaddednodeinfo connected): those that are connected, and those that stay away.`,
  source: "getaddednodeinfo connected",
  labels: ["state"],
  values: { state: ["connected", "away"] },
  troubles: [
    {
      state: "added-away",
      labels: ["away"],
      level: "warning",
      ofNodes: "with added nodes away",
      alert: "P2PBitcoinAddedNodeAway",
      textOf: (away) => (away > 0 ? `${counted(away, "added node")} away` : undefined),
    },
  ],
};

export const nodeFamilies: readonly ChainFamily[] = [
  ...[WARMING_UP, INITIAL_DOWNLOAD, PROGRESS, HEADERS_HEIGHT],
  ...[CHAIN_TIPS, TIP_HEIGHT, TIP_LEAD, FORK_LENGTH],
  ...[NETWORK_ACTIVE, REACHABLE, LOCAL_ADDRESSES, TIME_OFFSET, ADDED_NODES, BANS, ADDRESSES, UPLOAD_LEFT],
  ...[START_TIMESTAMP, PRUNED, PRUNE_HEIGHT, DISK_SIZE, WARNINGS],
];
