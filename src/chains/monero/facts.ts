import { chainSample } from "../../model/chain-samples.ts";
import type { ChainFamily, ChainSample } from "../../model/report.ts";
import type { MoneroPeer } from "./connections.ts";
import * as families from "./families.ts";
import type { DaemonInfo } from "./info.ts";
import { STRIPES } from "./pruning.ts";

/** One sample, or none where the value is not known, or more than a double holds. */
export function sampleOf(
  family: ChainFamily,
  value: number | undefined,
  ...labels: readonly string[]
): readonly ChainSample[] {
  return value !== undefined && Number.isSafeInteger(value) ? [chainSample(family, value, labels)] : [];
}

function flagSample(family: ChainFamily, value: boolean | undefined): readonly ChainSample[] {
  return sampleOf(family, value === undefined ? undefined : Number(value));
}

/** What get_info tells of the node itself. */
export function infoSamples(info: DaemonInfo): readonly ChainSample[] {
  const target = info.untrusted === true || info.targetHeight === 0 ? undefined : info.targetHeight;
  return [
    ...sampleOf(families.PEERLIST_SIZE, info.whitePeers, "white"),
    ...sampleOf(families.PEERLIST_SIZE, info.grayPeers, "gray"),
    ...sampleOf(families.TARGET_HEIGHT, target),
    ...sampleOf(families.ALTERNATIVE_BLOCKS, info.alternativeBlocks),
    ...sampleOf(families.START_TIMESTAMP, info.startSeconds),
    ...flagSample(families.RESTRICTED, info.restricted),
    ...flagSample(families.UNTRUSTED, info.untrusted),
    ...flagSample(families.OFFLINE, info.offline),
    ...flagSample(families.UPDATE_AVAILABLE, info.updateAvailable),
    ...sampleOf(families.RPC_CONNECTIONS, info.rpcConnections),
    ...sampleOf(families.FREE_SPACE, info.freeSpaceBytes),
    ...sampleOf(families.DATABASE_SIZE, info.databaseBytes),
  ];
}

/** Counts over the peers in working connection: before the handshake a peer has told nothing. */
export function peerSamples(peers: readonly MoneroPeer[]): readonly ChainSample[] {
  const keepers = new Map<MoneroPeer["pruningStripe"], number>();
  let publicRpc = 0;
  for (const { state, pruningStripe, offersRpc } of peers) {
    if (state !== "connected") continue;
    keepers.set(pruningStripe, (keepers.get(pruningStripe) ?? 0) + 1);
    if (offersRpc) publicRpc += 1;
  }
  return [
    ...STRIPES.flatMap((stripe) => sampleOf(families.PEERS_BY_STRIPE, keepers.get(stripe) ?? 0, stripe)),
    ...sampleOf(families.PUBLIC_RPC_PEERS, publicRpc),
  ];
}
