import type { Labels } from "./expectations.ts";
import type { Side } from "./memory.ts";
import type { Random } from "./random.ts";

/** Which connections of a node share series, and how many bytes such series count: written from docs/metrics-overview.md. */

export type AddressMode = "host" | "full" | "subnet" | "none";

/** Each node may have a mode of its own; undefined: the default, which is `host`. */
export function pickMode(random: Random): AddressMode | undefined {
  return random.pick([undefined, "host", "full", "full", "subnet", "none"]);
}

/** The `connections` block of a node. */
export function connectionsBlock(mode: AddressMode | undefined): object {
  return mode === undefined ? {} : { connections: { address: mode } };
}

/** The address of a peer as the texts of labels need it. */
export type Address = {
  readonly side: Side;
  /** With port, IPv6 in brackets. */
  readonly whole: string;
  readonly host: string;
  /** IPv4 or IPv6; undefined for other addresses. */
  readonly numeric: string | undefined;
  readonly type: string;
};

/** The labels that name a connection. */
export function labelsOf(mode: AddressMode = "host", { side, whole, host, numeric, type }: Address): Labels {
  const peer = {
    full: whole,
    host: side === "inbound" ? host : whole,
    subnet: numeric === undefined ? type : subnetOf(numeric),
    none: "",
  }[mode];
  return { direction: side, peer };
}

function subnetOf(address: string): string {
  const [first, second] = address.split(/[.:]/);
  return address.includes(":") ? `${first}:${second}::/32` : `${first}.${second}.0.0/16`;
}

/** @param name as from byName */
function sideOf(name: string): Side {
  return name.startsWith("inbound ") ? "inbound" : "outbound";
}

/** Whether one connection after the other may have the same name, although they are different ones. */
function mayShare(mode: AddressMode = "host", side: Side): boolean {
  return mode === "subnet" || mode === "none" || (mode === "host" && side === "inbound");
}

/** The rows of a list by their names, in the order of the list. */
export function byName<Row>(rows: readonly Row[], labels: (row: Row) => Labels): ReadonlyMap<string, readonly Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const { direction, peer } = labels(row);
    const name = `${direction} ${peer}`;
    groups.set(name, [...(groups.get(name) ?? []), row]);
  }
  return groups;
}

/** A connection and what its node has counted for it. `id` is of this connection alone, of all nodes and times. */
export type Counted = { readonly id: string; readonly received: number; readonly sent: number };

/** Of a name: the last counters of every connection that it has counted. */
type NameCount = { readonly isShared: boolean; readonly counted: ReadonlyMap<string, Counted> };

export type NameCounts = ReadonlyMap<string, NameCount>;

/**
 * The counts after one more list. Only names of the list before go on. Where several connections have the name, or may have it
 * one after the other, it counts the bytes of all of them, also of those that are gone; else those of its connection.
 */
export function countNames(
  before: NameCounts,
  groups: ReadonlyMap<string, readonly Counted[]>,
  mode: AddressMode | undefined,
): NameCounts {
  return new Map(
    [...groups].map(([name, rows]) => {
      const known = before.get(name);
      const isShared = known?.isShared === true || rows.length > 1 || mayShare(mode, sideOf(name));
      const counted = new Map(isShared ? known?.counted : []);
      for (const { id, received, sent } of rows) counted.set(id, { id, received, sent });
      return [name, { isShared, counted }];
    }),
  );
}

export function bytesOf(counts: NameCounts, name: string): { readonly received: number; readonly sent: number } {
  let [received, sent] = [0, 0];
  for (const each of counts.get(name)?.counted.values() ?? []) {
    received += each.received;
    sent += each.sent;
  }
  return { received, sent };
}
