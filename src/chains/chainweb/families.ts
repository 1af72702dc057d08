import { type ChainFamily, NEW_TEXTS_PER_HOUR } from "../../model/chain-family.ts";
import { expiryTroubles } from "../../model/family-trouble.ts";
import { ADDRESS_TYPES } from "../../model/report.ts";
import type { SharedSources } from "../adapter.ts";
import { OTHER } from "./info.ts";

/** What proves who a peer is: its id, which is that of its certificate, or a certificate of an authority. */
export const IDENTITIES = ["pinned", "ca"] as const;

/** The families that only Chainweb has. `braided_chain` is one of the chains of the network, a number below 1000. */

export const CHAIN_HEIGHT: ChainFamily = {
  name: "p2p_chainweb_chain_height",
  type: "gauge",
  help: "Height of a braided chain in the node's cut, from the last poll (cut hashes.N.height).",
  source: "cut: hashes.N.height",
  labels: ["braided_chain"],
};

export const CHAINS: ChainFamily = {
  name: "p2p_chainweb_chains",
  type: "gauge",
  help: "Braided chains in the node's cut, from the last poll (cut hashes); fewer than the network has while the node syncs its early blocks.",
  source: "cut: hashes",
  labels: [],
};

export const CUT_WEIGHT: ChainFamily = {
  name: "p2p_chainweb_cut_weight",
  type: "gauge",
  help: "Weight of the node's cut, the sum of the work in it, from the last poll (cut weight). Nodes choose the heavier of two cuts.",
  source: "cut: weight",
  labels: [],
};

export const MEMPOOL_PEERS: ChainFamily = {
  name: "p2p_chainweb_mempool_peers",
  type: "gauge",
  help: "Mempool peers of a braided chain that the node knows and whose last session did not fail, from the last poll (mempool/peer).",
  source: "chain/N/mempool/peer: items",
  labels: ["braided_chain"],
};

export const PEERS_BY_IDENTITY: ChainFamily = {
  name: "p2p_chainweb_peers_by_identity",
  type: "gauge",
  help: "Known peers by what proves their identity, from the last poll (cut/peer id): pinned, the id of their certificate; ca, a certificate of an authority. Peers whose id is not valid are not counted.",
  source: "cut/peer: items[].id",
  labels: ["identity"],
  values: { identity: IDENTITIES },
  barsTitle: "Identities",
};

export const SERVICE_DATE: ChainFamily = {
  name: "p2p_chainweb_service_date_timestamp_seconds",
  type: "gauge",
  help: "Unix time at which this release of the node stops by itself, from the last poll (info nodeServiceDate); absent for releases from 3.1 on, which do not stop.",
  source: "info: nodeServiceDate",
  labels: [],
  troubles: expiryTroubles("release", "P2PChainwebNodeExpiring"),
};

export const OUTDATED: ChainFamily = {
  name: "p2p_chainweb_outdated",
  type: "gauge",
  help: "1 if the release of the node no longer follows the network, from the last poll (X-Chainweb-Node-Version; info nodePackageVersion): all before 3.2 (2.x is refused since 2025-11-07, 3.0 stops on 2026-01-07, 3.2 is mandatory since 2026-08-01). Only for mainnet01, testnet04 and testnet06.",
  source: "X-Chainweb-Node-Version; info: nodePackageVersion",
  labels: [],
  troubles: [
    {
      ...{ state: "outdated", level: "warning", ofNodes: "too old for the network", alert: "P2PChainwebNodeOutdated" },
      textOf: (value) => (value === 1 ? "too old for the network" : undefined),
    },
  ],
};

export const CHAIN_HEAD_TIMESTAMP: ChainFamily = {
  name: "p2p_chainweb_chain_head_timestamp_seconds",
  type: "gauge",
  help: "Unix time at which the newest block of a braided chain was made, as its miner says, from the last poll (header creationTime).",
  source: "chain/N/header/HASH: creationTime",
  labels: ["braided_chain"],
};

export const PEER_INFO: ChainFamily = {
  name: "p2p_chainweb_peer_info",
  type: "gauge",
  help: "A peer that the node knows and whose last session did not fail, connected or not, from the last poll (cut/peer address, id); always 1. identity is what proves that a server is the peer: pinned, the id of its certificate; ca, a certificate of an authority; absent if the id is not valid.",
  source: "cut/peer: items[].address, items[].id",
  labels: ["address_type", "identity"],
  values: { address_type: ADDRESS_TYPES, identity: IDENTITIES },
  scope: "peer",
};

// All families of the peer check are experimental: how many peers are asked, and when, may still change.

export const CHECKED_PEERS: ChainFamily = {
  name: "p2p_chainweb_probed_peers",
  type: "gauge",
  help: "Peers that the exporter asked for their cut in the last poll (cut of the peers).",
  source: "cut of the peers",
  labels: [],
  stability: "experimental",
};

export const REACHABLE_PEERS: ChainFamily = {
  name: "p2p_chainweb_reachable_peers",
  type: "gauge",
  help: "Peers asked in the last poll that answered with a cut of this network (cut of the peers).",
  source: "cut of the peers",
  labels: [],
  stability: "experimental",
};

export const REFUSED_PEERS: ChainFamily = {
  name: "p2p_chainweb_probe_refused_peers",
  type: "gauge",
  help: "Peers that the exporter skipped in the last poll because their address (cut/peer hostname) is not public and chainweb.probe.allow does not have it, or is a name while the node has a proxy.",
  source: "cut/peer: items[].address",
  labels: [],
  stability: "experimental",
};

export const REACHABLE_PEERS_BY_VERSION: ChainFamily = {
  name: "p2p_chainweb_reachable_peers_by_version",
  type: "gauge",
  help: "Peers that answered in the last poll, by release (X-Chainweb-Node-Version): the 20 most common; other for the rest and for more than 60 new ones in an hour; unknown without a release.",
  source: "X-Chainweb-Node-Version of the peers",
  labels: ["version"],
  stability: "experimental",
  barsTitle: "Releases of peers that answered",
  newSeries: { perHour: NEW_TEXTS_PER_HOUR, rest: [OTHER] },
};

export const PEER_REACHABLE: ChainFamily = {
  name: "p2p_chainweb_peer_reachable",
  type: "gauge",
  help: "1 if the known peer answered with a cut of this network when the exporter last asked it, 0 if it did not, from the last poll or the two before it (cut of the peer). Absent for other peers.",
  source: "cut of the peer",
  labels: [],
  scope: "peer",
  merged: "max",
  stability: "experimental",
};

export const PEER_CUT_HEIGHT: ChainFamily = {
  name: "p2p_chainweb_peer_cut_height",
  type: "gauge",
  help: "Cut height of the known peer when the exporter last asked it, from the last poll or the two before it (cut height of the peer). Absent for peers that did not answer.",
  source: "cut height of the peer",
  labels: [],
  scope: "peer",
  merged: "max",
  stability: "experimental",
};

export const families: readonly ChainFamily[] = [
  CHAIN_HEIGHT,
  CHAINS,
  CUT_WEIGHT,
  CHAIN_HEAD_TIMESTAMP,
  MEMPOOL_PEERS,
  PEERS_BY_IDENTITY,
  SERVICE_DATE,
  OUTDATED,
  CHECKED_PEERS,
  REACHABLE_PEERS,
  REACHABLE_PEERS_BY_VERSION,
  REFUSED_PEERS,
  PEER_INFO,
  PEER_REACHABLE,
  PEER_CUT_HEIGHT,
];

/** Where the families that all chains share get their values. */
export const sources: SharedSources = {
  p2p_node_up: "cut/peer",
  p2p_node_info: "X-Chainweb-Node-Version or /info nodePackageVersion; cut instance",
  p2p_node_peers: "cut/peer: known peers without a failure",
  p2p_node_head_height: "cut height",
  p2p_node_head_timestamp_seconds: "creationTime of the oldest tip, with tip_age",
  p2p_node_block_interval_seconds: "/info nodeBlockDelay, or 30 s, by the number of chains",
  p2p_node_syncing: "computed from the progress of the cut",
  p2p_node_peer_subnets: "cut/peer hostname",
  p2p_node_largest_subnet_peers: "cut/peer hostname",
  p2p_node_peers_by_address_type: "cut/peer hostname",
  p2p_node_clock_skew_seconds: "X-Server-Timestamp",
  p2p_reference_up: "cut",
  p2p_reference_head_height: "cut",
};
