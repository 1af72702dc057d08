import { factOf, facts } from "../../model/chain-samples.ts";
import type { Fact, FactFamily, NodeIdentity } from "../../model/report.ts";
import type { Cut } from "./cut.ts";
import {
  CHAIN_HEAD_TIMESTAMP,
  CHAIN_HEIGHT,
  CHAINS,
  CUT_WEIGHT,
  OUTDATED,
  PEERS_BY_IDENTITY,
  SERVICE_DATE,
} from "./families.ts";
import type { Info } from "./info.ts";
import type { PeerIdentities, PeerIdentity } from "./peers.ts";
import type { Tips } from "./tips.ts";
import { isOutdated } from "./version.ts";

export function cutFacts({ head: { chainHeights = new Map() }, weight }: Cut): readonly Fact[] {
  return [...byChain(CHAIN_HEIGHT, chainHeights), factOf(CHAINS, chainHeights.size), ...facts([CUT_WEIGHT, weight])];
}

export function tipFacts({ seconds }: Tips): readonly Fact[] {
  return byChain(CHAIN_HEAD_TIMESTAMP, seconds);
}

const IDENTITY_KINDS: readonly PeerIdentity["kind"][] = ["pinned", "ca"];

export function identityFacts(identities: PeerIdentities): readonly Fact[] {
  const kinds = [...identities.values()].map(({ kind }) => kind);
  return IDENTITY_KINDS.map((kind) => factOf(PEERS_BY_IDENTITY, kinds.filter((each) => each === kind).length, [kind]));
}

export function infoFacts({ serviceDateSeconds }: Info): readonly Fact[] {
  return facts([SERVICE_DATE, serviceDateSeconds]);
}

export function versionFacts({ version, network }: NodeIdentity): readonly Fact[] {
  const outdated = isOutdated(version, network);
  return facts([OUTDATED, outdated]);
}

function byChain(family: FactFamily, values: ReadonlyMap<string, number>): readonly Fact[] {
  return [...values].map(([chain, value]) => factOf(family, value, [chain]));
}
