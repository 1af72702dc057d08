import type { ChainTraits } from "../chains/adapter.ts";
import { NAME_END } from "../lib/hourly-budget.ts";
import {
  type AddressType,
  CONNECTION_STATES,
  type ConnectionState,
  type Direction,
  type PeerConnection,
  type PeerList,
} from "../model/report.ts";
import type { NodeHistory } from "../poll/history.ts";
import { type NameBytes, NOT_COUNTED } from "../poll/name-bytes.ts";
import type { ConnectionSettings } from "./connection-settings.ts";
import { countBytes } from "./count-bytes.ts";
import { cleanText, escapeLabelValue } from "./exposition.ts";
import { isSharedLabel, peerText } from "./peer-label.ts";
import { mergeConnections, ownSamples, type RowScope, type ShownConnection, stateRank } from "./shown-connection.ts";

/** Chooses the rows of a peer list that become series, labels them, and merges rows with the same labels. */

export type ShownConnections = {
  readonly connections: readonly ShownConnection[];
  /** The bytes of the names that connections share. */
  readonly bytes: NameBytes;
  /** Rows whose names are beyond `maxPerNode`. */
  readonly omitted: number;
  /** Rows that were merged into another one because their labels are the same. */
  readonly merged: number;
  /** Rows without a series because their labels are new and the budget for new series is used up. */
  readonly withheld: number;
};

/**
 * Returns the names of a list that exceed the budget for new ones.
 * @param rank sorts new names by priority
 */
export type AdmitNames = (
  list: string,
  limit: number,
  rank?: (newNames: readonly string[]) => readonly string[],
) => ReadonlySet<string>;

/** A peer list, what the history says about its rows, and the bytes after the list before. */
type ListToShow = {
  readonly list: PeerList;
  readonly history: Pick<NodeHistory, "connectionStarts" | "rowIdentity">;
  readonly scope: RowScope;
  readonly bytes: NameBytes;
};

/** @param admit is called for every list, even an empty one */
export function showConnections(shown: ListToShow, settings: ConnectionSettings, admit: AdmitNames): ShownConnections {
  const rows = shown.list.connections;
  const { kept, hidden } = settings.series ? mostUseful(rows, settings) : { kept: [], hidden: rows };
  const { named, indexes } = mergeByName(kept, shown, settings);
  // Bytes of names that are withheld are counted too: the names may be shown by the next poll.
  const bytes = shown.scope === "peer" ? shown.bytes : countNamed({ kept, hidden, named, indexes }, shown, settings);
  const connections = withinBudget(named, settings.maxNewPerHour, admit);
  const withheld = connections === named ? 0 : kept.length - sumRows(connections);
  return {
    connections,
    bytes,
    omitted: rows.length - kept.length,
    merged: kept.length - withheld - connections.length,
    withheld,
  };
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

type Named = {
  readonly named: readonly Writable<ShownConnection>[];
  /** For each row the index of its connection in `named`. */
  readonly indexes: readonly number[];
};

function mergeByName(
  kept: readonly PeerConnection[],
  { history, scope }: ListToShow,
  settings: ConnectionSettings,
): Named {
  const named: ShownConnection[] = [];
  const indexes: number[] = [];
  const indexByKey = new Map<string, number>();
  for (const row of kept) {
    const { direction, state } = row;
    const peer = peerText(row, settings);
    const peerPart = peer === "" ? "" : `,peer="${peer}"`;
    const shown = {
      labels: scope === "peer" ? peerPart : DIRECTION_LABELS[direction] + peerPart,
      key: (scope === "peer" ? DIRECTION_KEYS.unknown : DIRECTION_KEYS[direction]) + peer,
      agent: row.agent === undefined ? "" : escapeLabelValue(cleanText(row.agent)),
      row,
      samples: ownSamples(row, settings.address),
      rows: 1,
      states: state === undefined ? 0 : STATE_BITS[state],
      hasCounters: row.receivedBytes !== undefined || row.sentBytes !== undefined || row.rowBytes !== undefined,
      startSeconds: row.startSeconds ?? history.connectionStarts.get(row.id),
      place: NOT_COUNTED,
    };
    const index = indexByKey.get(shown.key) ?? named.length;
    const other = named[index];
    if (other === undefined) indexByKey.set(shown.key, index);
    named[index] = other === undefined ? shown : mergeConnections(other, shown);
    indexes.push(index);
  }
  return { named, indexes };
}

type NamedRows = Named & { readonly kept: readonly PeerConnection[]; readonly hidden: readonly PeerConnection[] };

/** Counts the bytes of names that are or may be shared, and sets their places. */
function countNamed(
  { kept, hidden, named, indexes }: NamedRows,
  { list, history, bytes }: ListToShow,
  settings: ConnectionSettings,
): NameBytes {
  const { address, maxPerNode, series } = settings;
  const names: string[] = [];
  const rare: string[] = [];
  for (const connection of named) {
    const { key, row, rows } = connection;
    const isRare = !isSharedLabel(row.direction, address);
    if (isRare && rows === 1 && !bytes.rare.includes(key)) continue;
    connection.place = names.length;
    names.push(key);
    if (isRare) rare.push(key);
  }
  return countBytes(bytes, {
    rows: kept,
    places: indexes.map((index) => named[index]?.place ?? NOT_COUNTED),
    names,
    rare,
    hidden,
    maxHidden: series ? maxPerNode : 0,
    nameOf: (row) => keyOf(row, settings),
    hasUnreadable: list.malformed > 0,
    naming: address,
    identity: history.rowIdentity,
    starts: history.connectionStarts,
  });
}

/** @returns the same list if none is withheld */
function withinBudget(named: readonly ShownConnection[], limit: number, admit: AdmitNames): readonly ShownConnection[] {
  let list = "";
  for (const { key, agent, row } of named) {
    // The same as nameOf, with as few concatenations as possible: each poll builds the names of all connections.
    list += key;
    if (agent !== "") list += `\t${agent}`;
    list += LISTED_TYPES[row.address.type];
  }
  const refused = admit(list, limit, (newNames) => {
    const isNew = new Set(newNames);
    const unknown = named.filter((connection) => isNew.has(nameOf(connection)));
    return unknown.sort((a, b) => byUsefulness(a.row, b.row)).map(nameOf);
  });
  return refused.size === 0 ? named : named.filter((connection) => !refused.has(nameOf(connection)));
}

/**
 * Short form of the labels of p2p_connection_info. Further labels of a connection, such as its state, have only a few values.
 * Labels contain no tabs and no line feeds (cleanText).
 */
function nameOf({ key, agent, row }: ShownConnection): string {
  return agent === "" ? key + TYPE_KEYS[row.address.type] : `${key}\t${agent}${TYPE_KEYS[row.address.type]}`;
}

const DIRECTION_KEYS: Readonly<Record<Direction, string>> = { inbound: "i", outbound: "o", unknown: "u" };

const DIRECTION_LABELS: Readonly<Record<Direction, string>> = {
  inbound: ',direction="inbound"',
  outbound: ',direction="outbound"',
  unknown: ',direction="unknown"',
};

const STATE_BITS: Readonly<Record<ConnectionState, number>> = {
  connected: 1 << CONNECTION_STATES.indexOf("connected"),
  handshaking: 1 << CONNECTION_STATES.indexOf("handshaking"),
  dialing: 1 << CONNECTION_STATES.indexOf("dialing"),
  disconnected: 1 << CONNECTION_STATES.indexOf("disconnected"),
};

const TYPE_KEYS: Readonly<Record<AddressType, string>> = {
  ipv4: "\t4",
  ipv6: "\t6",
  tor: "\tt",
  i2p: "\ti",
  cjdns: "\tc",
  unknown: "\tu",
};

/** The ends of names in a list. */
const LISTED_TYPES: Readonly<Record<AddressType, string>> = {
  ipv4: TYPE_KEYS.ipv4 + NAME_END,
  ipv6: TYPE_KEYS.ipv6 + NAME_END,
  tor: TYPE_KEYS.tor + NAME_END,
  i2p: TYPE_KEYS.i2p + NAME_END,
  cjdns: TYPE_KEYS.cjdns + NAME_END,
  unknown: TYPE_KEYS.unknown + NAME_END,
};

function sumRows(connections: readonly ShownConnection[]): number {
  return connections.reduce((sum, { rows }) => sum + rows, 0);
}

/** Rows with series and without, the most useful first where there are too many. */
type Chosen = { readonly kept: readonly PeerConnection[]; readonly hidden: readonly PeerConnection[] };

const NONE: readonly PeerConnection[] = [];

/**
 * Keeps outbound rows first, as the operator or the node chose these peers; then connected rows, then the oldest. Rows that share
 * a name share its series, so that the limit is one of names: those of a shown name are kept however many they are.
 */
function mostUseful(rows: readonly PeerConnection[], settings: ConnectionSettings): Chosen {
  const { maxPerNode: max, address } = settings;
  if (rows.length <= max) return { kept: rows, hidden: NONE };
  const sorted = [...rows].sort(byUsefulness);
  // Nearly all names are different.
  if (address === "full" || address === "hashed") return { kept: sorted.slice(0, max), hidden: sorted.slice(max) };
  const names = new Set<string>();
  const kept: PeerConnection[] = [];
  const hidden: PeerConnection[] = [];
  for (const row of sorted) {
    const name = keyOf(row, settings);
    if (names.size < max) names.add(name);
    (names.has(name) ? kept : hidden).push(row);
  }
  return hidden.length === 0 ? { kept: rows, hidden } : { kept, hidden };
}

/** The name of a row, in a short form. */
function keyOf(row: PeerConnection, settings: ConnectionSettings): string {
  return DIRECTION_KEYS[row.direction] + peerText(row, settings);
}

function byUsefulness(a: PeerConnection, b: PeerConnection): number {
  return usefulness(b) - usefulness(a) || (b.ageSeconds ?? 0) - (a.ageSeconds ?? 0);
}

function usefulness({ direction, state }: PeerConnection): number {
  return (direction === "outbound" ? CONNECTION_STATES.length : 0) + stateRank(state);
}

/** Every combination of direction and state that the chain's peer list can have. */
export function knownCombinations({
  directions,
  states,
}: ChainTraits): readonly (readonly [Direction, ConnectionState])[] {
  return directions.flatMap((direction) => states.map((state) => [direction, state] as const));
}
