import { createHmac } from "node:crypto";
import type { ChainTraits } from "../chains/adapter.ts";
import { NAME_END } from "../lib/hourly-budget.ts";
import { formatAddress } from "../model/address.ts";
import type { AddressType, ConnectionState, Direction, PeerAddress, PeerConnection } from "../model/report.ts";
import { chooseKnown } from "../model/report.ts";
import type { ConnectionSettings } from "./connection-settings.ts";
import { cleanText, escapeLabelValue } from "./exposition.ts";

/** Chooses the rows of a peer list that become series, labels them, and merges rows with the same labels. */

/** One connection as shown by its series. */
export type ShownConnection = {
  /** `direction="…",peer="…"`. */
  readonly labels: string;
  /** A shorter form of `labels`. */
  readonly key: string;
  /** The software that the peer reports, escaped as a label value; "" if it reports none. */
  readonly agent: string;
  readonly row: PeerConnection;
  /** The number of rows that were merged into it. */
  readonly rows: number;
  readonly startSeconds: number | undefined;
};

export type ShownConnections = {
  readonly connections: readonly ShownConnection[];
  /** Rows beyond `maxPerNode`. */
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

/** @param admit is called for every list, even an empty one */
export function showConnections(
  rows: readonly PeerConnection[],
  starts: ReadonlyMap<string, number>,
  settings: ConnectionSettings,
  admit: AdmitNames,
): ShownConnections {
  const kept = settings.series ? mostUseful(rows, settings.maxPerNode) : [];
  // In modes where connections share series, a connection that is alone in its series has no separate values either.
  const isShared = settings.address === "subnet" || settings.address === "none";
  const groups = new Map<string, ShownConnection>();
  for (const row of kept) {
    const { direction, address } = row;
    const peer = peerText(address, settings);
    const shown = {
      labels: peer === "" ? `direction="${direction}"` : `direction="${direction}",peer="${peer}"`,
      key: DIRECTION_KEYS[direction] + peer,
      agent: row.agent === undefined ? "" : escapeLabelValue(cleanText(row.agent)),
      row: isShared ? { ...row, ...NO_OWN_VALUES } : row,
      rows: 1,
      startSeconds: row.startSeconds ?? starts.get(row.id),
    };
    const other = groups.get(shown.key);
    groups.set(shown.key, other === undefined ? shown : merge(other, shown));
  }
  const named = [...groups.values()];
  const connections = withinBudget(named, settings.maxNewPerHour, admit);
  const withheld = connections === named ? 0 : kept.length - sumRows(connections);
  return {
    connections,
    omitted: rows.length - kept.length,
    merged: kept.length - withheld - connections.length,
    withheld,
  };
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
 * Short form of the labels of p2p_connection_info, except for the state, which has only four values. Labels contain no tabs and
 * no line feeds (cleanText).
 */
function nameOf({ key, agent, row }: ShownConnection): string {
  return agent === "" ? key + TYPE_KEYS[row.address.type] : `${key}\t${agent}${TYPE_KEYS[row.address.type]}`;
}

const DIRECTION_KEYS: Readonly<Record<Direction, string>> = { inbound: "i", outbound: "o", unknown: "u" };

const TYPE_KEYS: Readonly<Record<AddressType, string>> = {
  ipv4: "\t4",
  ipv6: "\t6",
  tor: "\tt",
  i2p: "\ti",
  unknown: "\tu",
};

/** The ends of names in a list. */
const LISTED_TYPES: Readonly<Record<AddressType, string>> = {
  ipv4: TYPE_KEYS.ipv4 + NAME_END,
  ipv6: TYPE_KEYS.ipv6 + NAME_END,
  tor: TYPE_KEYS.tor + NAME_END,
  i2p: TYPE_KEYS.i2p + NAME_END,
  unknown: TYPE_KEYS.unknown + NAME_END,
};

function sumRows(connections: readonly ShownConnection[]): number {
  return connections.reduce((sum, { rows }) => sum + rows, 0);
}

/** The escaped `peer` label; "" if addresses are not shown. */
function peerText(address: PeerAddress, settings: ConnectionSettings): string {
  // Each poll writes all addresses, and most need no cutting, cleaning or escaping.
  if (settings.address === "full" && PLAIN_HOST.test(address.host)) return formatAddress(address);
  return escapeLabelValue(peerLabel(address, settings));
}

/** With port and suffix at most as long as a label may be. */
const PLAIN_HOST = /^[\w.:-]{1,100}$/;

/** Keeps outbound rows first, as the operator or the node chose these peers; then connected rows, then the oldest. */
function mostUseful(rows: readonly PeerConnection[], max: number): readonly PeerConnection[] {
  if (rows.length <= max) return rows;
  return [...rows].sort(byUsefulness).slice(0, max);
}

function byUsefulness(a: PeerConnection, b: PeerConnection): number {
  return usefulness(b) - usefulness(a) || (b.ageSeconds ?? 0) - (a.ageSeconds ?? 0);
}

function usefulness({ direction, state }: PeerConnection): number {
  return (direction === "outbound" ? STATE_RANK.length : 0) + stateRank(state);
}

/** From the least to the most useful. */
const STATE_RANK: readonly ConnectionState[] = ["disconnected", "dialing", "handshaking", "connected"];

function stateRank(state: ConnectionState | undefined): number {
  return state === undefined ? 0 : STATE_RANK.indexOf(state);
}

/**
 * Merges two rows: keeps the highest head and the earliest start; texts come from the row in the better state. A shared series
 * has no bytes, whose sum would fall when one connection closes, and no chain samples, which belong to a single row.
 */
function merge(a: ShownConnection, b: ShownConnection): ShownConnection {
  const [better, other] = stateRank(b.row.state) > stateRank(a.row.state) ? [b, a] : [a, b];
  const row: PeerConnection = {
    ...better.row,
    height: chooseKnown(Math.max, a.row.height, b.row.height),
    ...NO_OWN_VALUES,
    latencySeconds: chooseKnown(Math.min, a.row.latencySeconds, b.row.latencySeconds),
    syncing: better.row.syncing ?? other.row.syncing,
  };
  return { ...better, row, rows: a.rows + b.rows, startSeconds: chooseKnown(Math.min, a.startSeconds, b.startSeconds) };
}

const NO_OWN_VALUES = { receivedBytes: undefined, sentBytes: undefined, chainSamples: undefined };

/** The `peer` label; "" if addresses are not shown. */
export function peerLabel(
  address: PeerAddress,
  { address: mode, hashKey }: Pick<ConnectionSettings, "address" | "hashKey">,
): string {
  switch (mode) {
    case "full":
    case "host":
      return cleanText(formatAddress(address));
    case "subnet":
      return subnet(address);
    case "hashed":
      return createHmac("sha256", hashKey).update(formatAddress(address)).digest("hex").slice(0, 16);
    case "none":
      return "";
  }
}

/** The IPv4 /16 or IPv6 /32 of an address; for one without a number (a name, Tor, I2P) its type. */
export function subnet({ ip, type }: PeerAddress): string {
  if (ip === undefined) return type;
  return ip.includes(":") ? `${networkOf(ip)}::/32` : `${networkOf(ip)}.0.0/16`;
}

/** The common start of all addresses of a subnet. */
export function networkOf(ip: string): string {
  if (!ip.includes(":")) return ip.slice(0, ip.indexOf(".", ip.indexOf(".") + 1));
  const [first = "0", second = "0"] = expandStart(ip);
  return `${first}:${second}`;
}

/** The first two groups of an IPv6 address in canonical text. */
function expandStart(ip: string): readonly string[] {
  const [head = ""] = ip.split("::");
  const groups = head === "" ? [] : head.split(":");
  return [groups[0] ?? "0", groups[1] ?? "0"];
}

/** Every combination of direction and state that the chain's peer list can have. */
export function knownCombinations({
  directions,
  states,
}: ChainTraits): readonly (readonly [Direction, ConnectionState])[] {
  return directions.flatMap((direction) => states.map((state) => [direction, state] as const));
}
