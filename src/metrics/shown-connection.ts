import type { ChainFamily, ChainSample } from "../model/chain-family.ts";
import type { ConnectionState, PeerConnection } from "../model/report.ts";
import { chooseKnown } from "../model/report.ts";
import type { ConnectionSettings } from "./connection-settings.ts";

/** Connections as their series show them, and those that share series. */

/** What the rows of a peer list are: open connections, or peers that the node knows. */
export type RowScope = NonNullable<ChainFamily["scope"]>;

/** One connection as shown by its series, or several that share them. */
export type ShownConnection = {
  /** `,direction="…",peer="…"`; of a known peer only `,peer="…"`. */
  readonly labels: string;
  /** A shorter form of `labels`. */
  readonly key: string;
  /** The software that the peer reports, escaped as a label value; "" if it reports none. */
  readonly agent: string;
  readonly row: PeerConnection;
  /** The samples of the chain's own families that its series may have. */
  readonly samples: readonly ChainSample[];
  /** The number of rows that were merged into it. */
  readonly rows: number;
  /** The states of these rows, as bits in the order of CONNECTION_STATES. */
  readonly states: number;
  readonly startSeconds: number | undefined;
  /** Whether any of these rows has byte counters in this poll: the API that has them may have failed. */
  readonly hasCounters: boolean;
  /** Where `bytes` has those of its name; NOT_COUNTED: its counters are those of its only row. */
  readonly place: number;
};

/** From the least to the most useful. */
const STATE_RANK: readonly ConnectionState[] = ["disconnected", "dialing", "handshaking", "connected"];

/** How useful a connection in this state is to the node; the higher, the more. */
export function stateRank(state: ConnectionState | undefined): number {
  return state === undefined ? 0 : STATE_RANK.indexOf(state);
}

/**
 * The highest head, the earliest start and the lowest latency of both; texts are those of the connection in the better state. Bytes
 * are counted by name (poll/name-bytes.ts).
 */
export function mergeConnections(a: ShownConnection, b: ShownConnection): ShownConnection {
  const [better, other] = stateRank(b.row.state) > stateRank(a.row.state) ? [b, a] : [a, b];
  const row: PeerConnection = {
    ...better.row,
    height: chooseKnown(Math.max, a.row.height, b.row.height),
    latencySeconds: chooseKnown(Math.min, a.row.latencySeconds, b.row.latencySeconds),
    syncing: better.row.syncing ?? (other.row.state === better.row.state ? other.row.syncing : undefined),
    info: better.row.info ?? other.row.info,
  };
  return {
    ...better,
    row,
    samples: mergeSamples(a.samples, b.samples),
    rows: a.rows + b.rows,
    states: a.states | b.states,
    hasCounters: a.hasCounters || b.hasCounters,
    startSeconds: chooseKnown(Math.min, a.startSeconds, b.startSeconds),
  };
}

const NO_SAMPLES: readonly ChainSample[] = [];

/**
 * The samples of a connection that is alone in its series. Where series are of whole networks, a value that cannot be merged would
 * belong to another peer each time that one is alone.
 */
export function ownSamples(
  { chainSamples = NO_SAMPLES }: PeerConnection,
  mode: ConnectionSettings["address"],
): readonly ChainSample[] {
  return mode === "subnet" || mode === "none" ? chainSamples.filter(canMerge) : chainSamples;
}

function canMerge({ family }: ChainSample): boolean {
  return family.merged !== undefined;
}

function mergeSamples(a: readonly ChainSample[], b: readonly ChainSample[]): readonly ChainSample[] {
  const merged = a.filter(canMerge).map((sample) => best(sample, b));
  return [
    ...merged,
    ...b.filter((sample) => canMerge(sample) && !merged.some(({ family }) => family === sample.family)),
  ];
}

/** The sample, or the better one of its family among others. */
function best(sample: ChainSample, others: readonly ChainSample[]): ChainSample {
  const other = others.find(({ family }) => family === sample.family);
  if (other === undefined) return sample;
  const isOtherBetter = sample.family.merged === "max" ? other.value > sample.value : other.value < sample.value;
  return isOtherBetter ? other : sample;
}
