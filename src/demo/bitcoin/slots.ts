import { deal } from "../random.ts";
import type { Range } from "../timeline.ts";
import { type BitcoinDirectory, type BitcoinPeer, type DemoPeerNetwork, NETWORKS } from "./network.ts";

/** The places of a peer list: one connection at a time in each, with one of its candidates. */

type ConnectionType = "outbound-full-relay" | "block-relay-only" | "inbound" | "manual" | "feeler" | "addr-fetch";

export type Slot = {
  readonly type: ConnectionType;
  readonly isInbound: boolean;
  /** None: a client opens the port and sends nothing. */
  readonly candidates: readonly BitcoinPeer[];
  readonly times: { readonly firstGap: Range; readonly gap: Range; readonly length: Range };
  readonly relaysTransactions: boolean;
  /** The peer sends new blocks without being asked (BIP 152): up to three do. */
  readonly isHighBandwidth: boolean;
  readonly permissions: readonly string[];
  /** Its program stops soon after the handshake. */
  readonly isFrozen: boolean;
};

/** How many places there are for each network. */
type Counts = Partial<Readonly<Record<DemoPeerNetwork, number>>>;

type SlotCounts = {
  readonly outbound: Counts;
  readonly inbound: Counts;
  readonly blockRelay: number;
  readonly manual: number;
  /** Whether there are short connections that look for nodes, a frozen peer, one with permissions and a silent client. */
  readonly hasOdd: boolean;
};

const LONG = { firstGap: [0, 6], gap: [1, 6], length: [240, 5400] } as const;
const COMING = { firstGap: [3, 45], gap: [5, 90], length: [45, 2400] } as const;

function slot(type: ConnectionType, candidates: readonly BitcoinPeer[], times: Slot["times"]): Slot {
  return {
    type,
    isInbound: type === "inbound",
    candidates,
    times,
    relaysTransactions: type !== "block-relay-only" && type !== "feeler",
    isHighBandwidth: false,
    permissions: [],
    isFrozen: false,
  };
}

/** No peer is a candidate of two places. */
export function createSlots(directory: BitcoinDirectory, counts: SlotCounts): readonly Slot[] {
  const isInNetwork = (of: Counts) =>
    NETWORKS.flatMap((network) => Array<DemoPeerNetwork>(of[network] ?? 0).fill(network));
  const places = [
    ...isInNetwork(counts.outbound).map((network) => ({ network, type: "outbound-full-relay" as const })),
    ...Array.from({ length: counts.blockRelay }, () => ({
      network: "ipv4" as const,
      type: "block-relay-only" as const,
    })),
    ...Array.from({ length: counts.manual }, () => ({ network: "ipv4" as const, type: "manual" as const })),
    ...isInNetwork(counts.inbound).map((network) => ({ network, type: "inbound" as const })),
  ];
  const odd = counts.hasOdd ? 4 : 0;
  const dealt = new Map(
    NETWORKS.map((network) => {
      const wanted = places.filter((place) => place.network === network).length + (network === "ipv4" ? odd : 0);
      return [network, deal(directory[network], Math.max(1, wanted))];
    }),
  );
  const next = (network: DemoPeerNetwork) => dealt.get(network)?.shift() ?? [];
  const usual = places.map(({ network, type }, index) => {
    // A peer that the operator added stays the same.
    const candidates = type === "manual" ? next(network).slice(0, 1) : next(network);
    const made = slot(type, candidates, type === "inbound" ? COMING : LONG);
    return { ...made, isHighBandwidth: type === "outbound-full-relay" && index < 3 };
  });
  return counts.hasOdd ? [...usual, ...oddSlots(() => next("ipv4"))] : usual;
}

function oddSlots(next: () => readonly BitcoinPeer[]): readonly Slot[] {
  return [
    slot("feeler", next(), { firstGap: [0, 20], gap: [20, 60], length: [4, 9] }),
    slot("addr-fetch", next(), { firstGap: [0, 60], gap: [60, 200], length: [6, 20] }),
    { ...slot("inbound", next(), { ...COMING, gap: [20, 40], length: [230, 260] }), isFrozen: true },
    { ...slot("inbound", next(), LONG), permissions: ["noban", "relay", "mempool", "download", "addr"] },
    slot("inbound", [], { firstGap: [10, 60], gap: [30, 90], length: [4, 15] }),
  ];
}
