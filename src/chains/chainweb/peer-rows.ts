import type { ChainSample } from "../../model/chain-family.ts";
import {
  ADDRESS_TYPES,
  type AddressType,
  type PeerConnection,
  type PeerList,
  type RowInfo,
} from "../../model/report.ts";
import { IDENTITIES, PEER_INFO } from "./families.ts";
import type { PeerIdentities, PeerIdentity } from "./peer-page.ts";

/** What is shown of each known peer: two texts out of closed sets, so their few combinations are made once. */

type Kind = PeerIdentity["kind"] | "";

const INFO_OF = new Map<AddressType, ReadonlyMap<Kind, RowInfo>>(
  ADDRESS_TYPES.map((type) => [
    type,
    new Map<Kind, RowInfo>(
      ["" as const, ...IDENTITIES].map((kind) => [kind, { family: PEER_INFO, labels: [type, kind] }]),
    ),
  ]),
);

/** @param checks what the exporter found when it asked peers, by the ids of rows */
export function withPeerInfo(
  list: PeerList,
  identities: PeerIdentities,
  checks: ReadonlyMap<string, readonly ChainSample[]> | undefined,
): PeerList {
  const connections = list.connections.map(
    (row): PeerConnection => ({
      ...row,
      info: INFO_OF.get(row.address.type)?.get(identities.get(row.id)?.kind ?? ""),
      chainSamples: checks?.get(row.id),
    }),
  );
  return { ...list, connections };
}
