import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeConnections } from "../../../src/chains/wire/connections.ts";
import type { WireConnection } from "../../../src/chains/wire/row.ts";
import { runs } from "../../support/effort.ts";
import { changedRow, DIALECTS, rowsOf } from "./support.ts";

const CALL = "/v1/net/connections at http://127.0.0.1:8888";

const fixtureRows = DIALECTS.flatMap(rowsOf);
const NODE_IDS = ["ab".repeat(32), "cd".repeat(32), "0".repeat(64), "no id", 7];

/** Few values for each field, so that two lists often have the same ones at one place, and often nearly the same. */
const row = fc
  .record({
    base: fc.constantFrom(...fixtureRows),
    change: fc.record(
      {
        peer: fc.constantFrom(
          "",
          "p2p.example:9876",
          "p2p.example:9876:trx",
          "198.51.100.7:9876",
          "[2001:DB8::0]:9876",
        ),
        remote_ip: fc.constantFrom(
          "198.51.100.7",
          "203.0.113.9",
          "2001:DB8::0",
          "2001:db8::",
          "<unknown>",
          "",
          "name",
          5,
        ),
        remote_port: fc.constantFrom("9876", 9876, "0", "70000", "none"),
        connection_id: fc.constantFrom(1, 2, "2", -1),
      },
      { requiredKeys: [] },
    ),
    handshake: fc.record(
      {
        node_id: fc.constantFrom(...NODE_IDS),
        p2p_address: fc.constantFrom("p2p.example:9876 - abababa", "198.51.100.7:9876", ""),
      },
      { requiredKeys: [] },
    ),
  })
  .map(({ base, change, handshake }) => changedRow(base, change, handshake));

/** A row without the number of its connection, which counts over the lists. */
function withoutLink({ session: _, wire: { link, ...wire }, ...row }: WireConnection): object {
  expect(link).toBeGreaterThanOrEqual(0);
  return { ...row, wire };
}

test("a list is decoded in the same way after any earlier list", () => {
  const lists = fc.array(fc.array(fc.oneof({ weight: 9, arbitrary: row }, { weight: 1, arbitrary: fc.constant({}) })), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(lists, (polls) => {
      let before: ReturnType<typeof decodeConnections>["connections"] = [];
      for (const rows of polls) {
        const now = decodeConnections(rows, CALL, before);
        expect(now.connections.map(withoutLink)).toEqual(decodeConnections(rows, CALL).connections.map(withoutLink));
        before = now.connections;
      }
    }),
    { numRuns: runs(300) },
  );
});

test("an unchanged address is not decoded again", () => {
  const rows = rowsOf("w4");
  const before = decodeConnections(rows, CALL).connections;
  const now = decodeConnections(rows, CALL, before).connections;
  const isReused = ({ address }: (typeof now)[number], index: number) => address === before[index]?.address;
  expect(now.filter(isReused).length).toBeGreaterThan(now.length / 2);
});
