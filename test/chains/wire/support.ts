import { decodeConnections } from "../../../src/chains/wire/connections.ts";
import type { WireConnection } from "../../../src/chains/wire/row.ts";
import type { ChainSample } from "../../../src/model/chain-family.ts";
import { type Fields, fields, fixture, list } from "../support.ts";

export const CHAIN_ID = "327f05b5747845b2283fdb25ea0c8785f71c8cc4b42329f3b0d354f6807f8362";
export const OTHER_CHAIN_ID = "12".repeat(32);

/** The dialects that test/fixtures/wire has a list of connections in. */
export const DIALECTS = [
  "e1-eosio-1.8",
  "l4-leap-4.0",
  "l5-leap-5.0-w1",
  "s10-spring-1.0",
  "s11-spring-1.1",
  "s12-spring-1.2-w2",
  "w3",
  "w4",
] as const;

export type Dialect = (typeof DIALECTS)[number];

/** The rows of a fixture, as JSON. */
export function rowsOf(dialect: Dialect): readonly Fields[] {
  return list(fixture(`wire/${dialect}.json`)).map(fields);
}

/** A row of a fixture with other values for some fields of it and of its handshake. */
export function changedRow(row: Fields | undefined, change: object, handshake: object = {}): Fields {
  return { ...row, ...change, last_handshake: { ...fields(row?.last_handshake), ...handshake } };
}

export function decodeAll(rows: readonly unknown[]): readonly WireConnection[] {
  return decodeConnections(rows, "call").connections;
}

export function decodeOne(row: unknown): WireConnection {
  const [connection] = decodeAll([row]);
  if (connection === undefined) throw new Error("the row is malformed");
  return connection;
}

/** Samples by the names of their families without p2p_wire_, and their labels; one that stands twice is an error. */
export function shown(samples: readonly ChainSample[] | undefined): Readonly<Record<string, number>> {
  const values = (samples ?? []).map(({ family, labels, value }) => {
    return [[family.name.replace(/^p2p_wire_(connection_)?/, ""), ...labels].join(" "), value] as const;
  });
  const record = Object.fromEntries(values);
  if (Object.keys(record).length !== values.length) throw new Error("a sample stands twice");
  return record;
}
