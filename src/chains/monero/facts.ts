import { factOf } from "../../model/chain-samples.ts";
import type { Fact, FactFamily } from "../../model/report.ts";
import type { MoneroPeer } from "./connections.ts";
import * as families from "./families.ts";
import type { DaemonInfo } from "./info.ts";
import { STRIPES } from "./pruning.ts";

/** One sample, or none where the value is not known, or more than a double holds. */
export function fact(family: FactFamily, value: number | undefined, ...labels: readonly string[]): readonly Fact[] {
  return value !== undefined && Number.isSafeInteger(value) ? [factOf(family, value, labels)] : [];
}

function flagFact(family: FactFamily, value: boolean | undefined): readonly Fact[] {
  return fact(family, value === undefined ? undefined : Number(value));
}

/** What get_info tells of the node itself. */
export function infoFacts(info: DaemonInfo): readonly Fact[] {
  const target = info.untrusted === true || info.targetHeight === 0 ? undefined : info.targetHeight;
  return [
    ...fact(families.PEERLIST_SIZE, info.whitePeers, "white"),
    ...fact(families.PEERLIST_SIZE, info.grayPeers, "gray"),
    ...fact(families.TARGET_HEIGHT, target),
    ...fact(families.ALTERNATIVE_BLOCKS, info.alternativeBlocks),
    ...fact(families.START_TIMESTAMP, info.startSeconds),
    ...flagFact(families.RESTRICTED, info.restricted),
    ...flagFact(families.UNTRUSTED, info.untrusted),
    ...flagFact(families.OFFLINE, info.offline),
    ...flagFact(families.UPDATE_AVAILABLE, info.updateAvailable),
    ...fact(families.RPC_CONNECTIONS, info.rpcConnections),
    ...fact(families.FREE_SPACE, info.freeSpaceBytes),
    ...fact(families.DATABASE_SIZE, info.databaseBytes),
  ];
}

/** Counts over the peers in working connection: before the handshake a peer has told nothing. */
export function peerFacts(peers: readonly MoneroPeer[]): readonly Fact[] {
  const keepers = new Map<MoneroPeer["pruningStripe"], number>();
  let publicRpc = 0;
  for (const { state, pruningStripe, offersRpc } of peers) {
    if (state !== "connected") continue;
    keepers.set(pruningStripe, (keepers.get(pruningStripe) ?? 0) + 1);
    if (offersRpc) publicRpc += 1;
  }
  return [
    ...STRIPES.flatMap((stripe) => fact(families.PEERS_BY_STRIPE, keepers.get(stripe) ?? 0, stripe)),
    ...fact(families.PUBLIC_RPC_PEERS, publicRpc),
  ];
}
