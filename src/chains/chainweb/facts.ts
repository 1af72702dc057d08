import { chainSample, knownSamples } from "../../model/chain-samples.ts";
import type { ChainFamily, ChainSample, NodeIdentity } from "../../model/report.ts";
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
import type { PeerIdentities, PeerIdentity } from "./peer-page.ts";
import type { Tips } from "./tips.ts";
import { isOutdated } from "./version.ts";

export function cutSamples({ head: { chainHeights = new Map() }, weight }: Cut): readonly ChainSample[] {
  return [
    ...byChain(CHAIN_HEIGHT, chainHeights),
    chainSample(CHAINS, chainHeights.size),
    ...knownSamples([CUT_WEIGHT, weight]),
  ];
}

export function tipSamples({ seconds }: Tips): readonly ChainSample[] {
  return byChain(CHAIN_HEAD_TIMESTAMP, seconds);
}

const IDENTITY_KINDS: readonly PeerIdentity["kind"][] = ["pinned", "ca"];

export function identitySamples(identities: PeerIdentities): readonly ChainSample[] {
  const kinds = [...identities.values()].map(({ kind }) => kind);
  return IDENTITY_KINDS.map((kind) =>
    chainSample(PEERS_BY_IDENTITY, kinds.filter((each) => each === kind).length, [kind]),
  );
}

export function infoSamples({ serviceDateSeconds }: Info): readonly ChainSample[] {
  return knownSamples([SERVICE_DATE, serviceDateSeconds]);
}

export function versionSamples({ version, network }: NodeIdentity): readonly ChainSample[] {
  const outdated = isOutdated(version, network);
  return knownSamples([OUTDATED, outdated]);
}

function byChain(family: ChainFamily, values: ReadonlyMap<string, number>): readonly ChainSample[] {
  return [...values].map(([chain, value]) => chainSample(family, value, [chain]));
}
