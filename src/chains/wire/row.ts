import type { PeerConnection } from "../../model/report.ts";

/** Details of a row that only this adapter needs: to join it with other APIs and to compare it with other rows. */
export type RowDetails = {
  /** Identifies the process of the peer, which draws one at each start; absent without a handshake. */
  readonly nodeId?: string | undefined;
  /** Counts up over all connections of the node: a new one for each inbound connection (Wire W3 and later). */
  readonly connectionId?: number | undefined;
  /** The peer's end of the socket, of a closed row the last one; absent before the first connection, and before Leap 5. */
  readonly remoteIp?: string | undefined;
  readonly remotePort?: number | undefined;
  /** The address as configured; absent in inbound rows. */
  readonly configured?: string | undefined;
  /** Where the peer says that it listens, or the configured address: `host:port`, without its kind. */
  readonly listens?: string | undefined;
  /** By configuration or by gossip. */
  readonly isBlockProducer: boolean;
  /** The peer's version of the protocol, and its operating system, "" if it says none; absent where the node sends neither. */
  readonly networkVersion?: number | undefined;
  readonly os?: string | undefined;
  /** The peer's last irreversible block. */
  readonly finalHeight?: number | undefined;
  /** Number of the last handshake on its connection; absent without a handshake. */
  readonly generation?: number | undefined;
  /** Differs between handshakes: the peer's time of it, or its head, where it has no time (Wire since W3). */
  readonly mark?: string | undefined;
  /** Counts the connections of the row that opened since the exporter first saw it. */
  readonly link: number;
};

export type WireConnection = PeerConnection & { readonly wire: RowDetails };

export type WireList = { readonly connections: readonly WireConnection[]; readonly malformed: number };

/** The rows of an earlier list. Nodes list them in a stable order, so most are found at their index. */
export type EarlierRows = {
  at(index: number): WireConnection | undefined;
  /** @param index where it is expected */
  find(id: string, index: number): WireConnection | undefined;
};

export function earlierRows(rows: readonly WireConnection[]): EarlierRows {
  let byId: Map<string, WireConnection> | undefined;
  return {
    at: (index) => rows[index],
    find(id, index) {
      const expected = rows[index];
      if (expected?.id === id) return expected;
      byId ??= new Map(rows.map((row) => [row.id, row]));
      return byId.get(id);
    },
  };
}
