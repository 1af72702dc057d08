import { describe, expect, test } from "vitest";
import { changedRow, DIALECTS, type Dialect, decodeAll, decodeOne, rowsOf, shown } from "./support.ts";

const VOTED = Date.UTC(2026, 0, 15, 23, 29, 59) / 1000 + 0.5;
/** The kind is sent, as in the first row of the newest Wire. */
const KIND = ["true", "true", "true", "false"];
const SHAKEN = Date.UTC(2026, 0, 15, 23, 30) / 1000 + 0.123;

/** The first row: outbound, connected, of a block producer. */
const FIRST: Readonly<Record<Dialect, object>> = {
  // In microseconds.
  "e1-eosio-1.8": { handshake_timestamp_seconds: 1_580_000_000.654, handshake_generation: 2 },
  "l4-leap-4.0": { handshake_timestamp_seconds: SHAKEN, handshake_generation: 2 },
  "l5-leap-5.0-w1": { handshake_timestamp_seconds: SHAKEN, handshake_generation: 2 },
  "s10-spring-1.0": { ...spring(), handshake_timestamp_seconds: SHAKEN },
  "s11-spring-1.1": { ...spring(), handshake_timestamp_seconds: SHAKEN },
  "s12-spring-1.2-w2": { ...spring(), handshake_timestamp_seconds: SHAKEN },
  w3: spring(),
  w4: { ...spring(), peer_score: 100 },
};

function spring() {
  return { handshake_generation: 2, last_vote_timestamp_seconds: VOTED };
}

/** The flags that each dialect sends, of the first row: bp_peer, bp_gossip_peer, blocks_only, transactions_only. */
const FLAGS: Readonly<Record<Dialect, readonly string[] | undefined>> = {
  "e1-eosio-1.8": undefined,
  "l4-leap-4.0": ["true", "", "", ""],
  // It sends both kinds, and they are never assigned.
  "l5-leap-5.0-w1": ["true", "", "", ""],
  "s10-spring-1.0": ["true", "", "false", "false"],
  "s11-spring-1.1": ["true", "", "false", "false"],
  "s12-spring-1.2-w2": ["true", "true", "false", "false"],
  w3: ["true", "true", "false", "false"],
  w4: ["true", "true", "false", "false"],
};

describe.each(DIALECTS)("%s", (dialect) => {
  const rows = decodeAll(rowsOf(dialect));

  test("a connected row", () => {
    expect(shown(rows[0]?.chainSamples)).toEqual(FIRST[dialect]);
    expect(rows[0]?.info?.labels).toEqual(FLAGS[dialect]);
  });

  test("a connected row for transactions, without a vote", () => {
    const { last_vote_timestamp_seconds: _, ...same } = { ...shown(rows[0]?.chainSamples) };
    const expected = {
      ...same,
      handshake_generation: 32_767,
      ...("peer_score" in same ? { peer_score: 95 } : {}),
    };
    expect(shown(rows[5]?.chainSamples)).toEqual(expected);
    const [, , , kind] = FLAGS[dialect] ?? [];
    const others = FLAGS[dialect]?.slice(0, 3).map((flag) => flag && "false");
    expect(rows[5]?.info?.labels).toEqual(others && [...others, kind && "true"]);
  });

  test("rows that are not connected have only their score", () => {
    for (const { state, chainSamples, info } of rows) {
      if (state === "connected") continue;
      expect(Object.keys(shown(chainSamples))).toEqual(dialect === "w4" ? ["peer_score"] : []);
      expect(info).toBeUndefined();
    }
  });

  test("rows with the same flags share one array", () => {
    const infos = rows.flatMap(({ info }) => info ?? []);
    expect(new Set(infos).size).toBe(new Set(infos.map(({ labels }) => labels.join())).size);
  });
});

describe("odd values", () => {
  const [first] = rowsOf("w4");
  test.each<[string, object, object, string]>([
    ["no vote yet", { last_vote_received: "1970-01-01T00:00:00.000" }, {}, "last_vote_timestamp_seconds"],
    ["a vote that is no time", { last_vote_received: 7 }, {}, "last_vote_timestamp_seconds"],
    ["a score below 0", { peer_score: -3 }, {}, "peer_score"],
    ["no handshake time", {}, { time: 0 }, "handshake_timestamp_seconds"],
    ["a handshake time of another length", {}, { time: "176851980" }, "handshake_timestamp_seconds"],
  ])("%s", (_, row, handshake, name) => {
    expect(Object.keys(shown(decodeOne(changedRow(first, row, handshake)).chainSamples))).not.toContain(name);
  });

  test.each<[string, object, readonly string[] | undefined]>([
    ["a flag that is a number", { is_bp_peer: 1 }, ["", "true", "false", "false"]],
    ["a flag that is a text", { is_blocks_only: "false" }, ["true", "true", "", "false"]],
    ["a flag that is missing", { is_bp_gossip_peer: undefined }, ["true", "", "false", "false"]],
    ["the kind where there are votes, even invalid ones", { last_vote_received: "never", is_blocks_only: true }, KIND],
    ["no kind without votes", { last_vote_received: undefined, is_blocks_only: true }, ["true", "true", "", ""]],
    [
      "no flag at all",
      { is_bp_peer: undefined, is_bp_gossip_peer: null, is_blocks_only: 0, is_transactions_only: "" },
      undefined,
    ],
  ])("%s", (_, row, labels) => {
    expect(decodeOne(changedRow(first, row)).info?.labels).toEqual(labels);
  });

  test("a generation as a text", () => {
    expect(shown(decodeOne(changedRow(first, {}, { generation: "17" })).chainSamples)).toMatchObject({
      handshake_generation: 17,
    });
  });
});

test("every combination of flags has its own labels", () => {
  const [first] = rowsOf("w4");
  const sent = [undefined, false, true];
  const seen = new Set<string>();
  for (const is_bp_peer of sent) {
    for (const is_bp_gossip_peer of sent) {
      for (const is_blocks_only of sent) {
        for (const is_transactions_only of sent) {
          const flags = { is_bp_peer, is_bp_gossip_peer, is_blocks_only, is_transactions_only };
          const expected = Object.values(flags).map((flag) => String(flag ?? ""));
          const { info } = decodeOne(changedRow(first, flags));
          expect(info?.labels ?? ["", "", "", ""]).toEqual(expected);
          seen.add(expected.join());
        }
      }
    }
  }
  expect(seen.size).toBe(81);
});

describe("session: which link an outbound row stands for", () => {
  const [outbound, inbound] = rowsOf("s12-spring-1.2-w2");

  test("the same link in the next poll", () => {
    const session = decodeOne(outbound).session;
    expect(session).toBeTypeOf("string");
    expect(decodeOne(changedRow(outbound, { syncing: true }, { generation: 9 })).session).toBe(session);
  });

  test("another one to the peer after its restart", () => {
    const again = decodeOne(changedRow(outbound, {}, { node_id: "ab".repeat(32) }));
    expect(again.id).toBe(decodeOne(outbound).id);
    expect(again.session).not.toBe(decodeOne(outbound).session);
  });

  test("none while there is no link, and none of inbound rows, which live no longer than their link", () => {
    expect(decodeOne(changedRow(outbound, {}, { node_id: "0".repeat(64) })).session).toBeUndefined();
    expect(decodeOne(inbound).session).toBeUndefined();
  });

  test.each(DIALECTS)("%s: no two connected rows share one", (dialect) => {
    const connected = decodeAll(rowsOf(dialect)).filter(({ state }) => state === "connected");
    const sessions = connected.map(({ id, session = id }) => session);
    expect(new Set(sessions).size).toBe(connected.length);
  });

  test("two configured addresses of one peer are two links", () => {
    const other = changedRow(outbound, { peer: "p2p-a.example:9877" });
    expect(decodeOne(other).session).not.toBe(decodeOne(outbound).session);
  });
});
