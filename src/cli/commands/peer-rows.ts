import { compareBy, compareTexts, type SortValue } from "../../lib/compare.ts";
import { isoTime } from "../../lib/text/format.ts";
import { formatAddress } from "../../model/address.ts";
import type { PeerConnection } from "../../model/report.ts";
import type { PeerColumn, SortOrder } from "../sort-order.ts";
import { polledJson } from "./node-json.ts";
import type { PolledNode } from "./polling.ts";

/** One row of a node's peer list, as the command shows it. Unknown values are undefined. */
export type PeerRow = {
  readonly peer: string;
  readonly connection: PeerConnection;
  /** The peer's head; nodes report 0 until they know it. */
  readonly head: number | undefined;
  /** The peer's head minus the node's own. */
  readonly difference: number | undefined;
  /** When it opened, unix seconds. */
  readonly startSeconds: number | undefined;
};

export function peerRows({ report, history }: PolledNode, sort: SortOrder<PeerColumn> | undefined): readonly PeerRow[] {
  if (!report.peers.ok) return [];
  const own = report.head.ok ? report.head.value.height : undefined;
  const rows = report.peers.value.connections.map((connection): PeerRow => {
    const head = connection.height === 0 ? undefined : connection.height;
    return {
      peer: formatAddress(connection.address),
      connection,
      head,
      difference: head === undefined || own === undefined ? undefined : head - own,
      startSeconds: connection.startSeconds ?? history.connectionStarts.get(connection.id),
    };
  });
  const sorted = rows.sort(inUsualOrder);
  return sort === undefined ? sorted : sorted.sort(by(sort));
}

/** Outbound first, as the node or its operator chose them, then connected ones; then by name, numbers in natural order. */
function inUsualOrder(a: PeerRow, b: PeerRow): number {
  return (
    rank(DIRECTION_RANK, a.connection.direction) - rank(DIRECTION_RANK, b.connection.direction) ||
    rank(STATE_RANK, a.connection.state) - rank(STATE_RANK, b.connection.state) ||
    compareTexts(a.peer, b.peer)
  );
}

const DIRECTION_RANK: readonly (string | undefined)[] = ["outbound", "inbound", "unknown"];
const STATE_RANK: readonly (string | undefined)[] = [undefined, "connected", "handshaking", "dialing", "disconnected"];

function rank(order: readonly (string | undefined)[], value: string | undefined): number {
  return order.indexOf(value);
}

/** Times from the oldest. */
function by({ column, isReversed }: SortOrder<PeerColumn>): (a: PeerRow, b: PeerRow) => number {
  return compareBy(PEER_VALUES[column], isReversed !== (column === "since"));
}

/** What a column is sorted by. */
export const PEER_VALUES: Readonly<Record<PeerColumn, (row: PeerRow) => SortValue>> = {
  peer: ({ peer }) => peer,
  direction: ({ connection }) => connection.direction,
  state: ({ connection }) => connection.state,
  agent: ({ connection }) => connection.agent,
  head: ({ head }) => head,
  difference: ({ difference }) => difference,
  in: ({ connection }) => connection.receivedBytes,
  out: ({ connection }) => connection.sentBytes,
  since: ({ startSeconds }) => startSeconds,
  latency: ({ connection }) => connection.latencySeconds,
  syncing: ({ connection }) => connection.syncing,
};

/**
 * The output of `peers --json`; its keys are a contract (docs/cli.md). Bytes, seconds and heights are numbers, times are unix
 * seconds; values that a node does not report are left out. Texts that peers chose are not changed.
 */
export function peersJson(
  polled: readonly PolledNode[],
  sort: SortOrder<PeerColumn> | undefined,
  nowMs: number,
): object {
  return { time: isoTime(nowMs), nodes: polled.map((one) => nodeJson(one, sort)) };
}

function nodeJson(polled: PolledNode, sort: SortOrder<PeerColumn> | undefined): object {
  const { report } = polled;
  return {
    ...polledJson(polled),
    malformed_rows: report.peers.ok ? report.peers.value.malformed : undefined,
    peers: report.peers.ok
      ? peerRows(polled, sort).map(({ peer, connection, head, difference, startSeconds }) => ({
          peer,
          address_type: connection.address.type,
          direction: connection.direction,
          state: connection.state,
          agent: connection.agent,
          head_height: head,
          head_difference: difference,
          receive_bytes: connection.receivedBytes,
          transmit_bytes: connection.sentBytes,
          start_timestamp_seconds: startSeconds,
          latency_seconds: connection.latencySeconds,
          syncing: connection.syncing,
        }))
      : undefined,
  };
}
