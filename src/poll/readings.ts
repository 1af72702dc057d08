import type { NodeReport } from "../model/report.ts";

/**
 * Numbers of a poll by which the pages judge a node, as alerts judge its series. The report itself is not stored, and reading its
 * lines back would take seconds for a fleet.
 */
export type Readings = {
  /** Unix time of the head block. */
  readonly headSeconds: number | undefined;
  /** Usual seconds between two blocks. */
  readonly blockSeconds: number | undefined;
  readonly clockSkewSeconds: number | undefined;
  readonly certificateExpirySeconds: number | undefined;
  /** Samples of the chain's own families, by the name of the family; undefined where the chain has none of these. */
  readonly ofChain: ReadonlyMap<string, number> | undefined;
};

/** The families of chains that are kept. */
export const JUDGED_FAMILIES = [
  "p2p_chainweb_outdated",
  "p2p_chainweb_service_date_timestamp_seconds",
  "p2p_monero_free_space_bytes",
  "p2p_monero_untrusted",
  "p2p_wire_vanished_peers",
  "p2p_wire_wrong_chain_peers",
] as const;

export type JudgedFamily = (typeof JUDGED_FAMILIES)[number];

const JUDGED: ReadonlySet<string> = new Set(JUDGED_FAMILIES);

export function readingsOf(report: NodeReport): Readings {
  const { head, blockSeconds, clockSkewSeconds, certificateExpirySeconds, chainSamples } = report;
  const judged = chainSamples.filter(({ family }) => JUDGED.has(family.name));
  return {
    headSeconds: head.ok ? head.value.timestampSeconds : undefined,
    blockSeconds,
    clockSkewSeconds,
    certificateExpirySeconds,
    ofChain: judged.length === 0 ? undefined : new Map(judged.map(({ family, value }) => [family.name, value])),
  };
}
