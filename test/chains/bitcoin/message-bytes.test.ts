import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addMessageBytes,
  bytesOf,
  MESSAGE_TYPES,
  type MessageBytes,
} from "../../../src/chains/bitcoin/message-bytes.ts";
import { messageSamples } from "../../../src/chains/bitcoin/peer-samples.ts";
import { type BitcoinPeer, decodePeers } from "../../../src/chains/bitcoin/peers.ts";
import { runs } from "../../support/effort.ts";
import { coreRow, silentRow } from "./peer-rows.ts";

type Bytes = Readonly<Record<string, unknown>>;
type Row = { readonly id?: number; readonly conntime?: number; readonly received?: unknown; readonly sent?: unknown };

/** Rows of 0.19 and later, which have bytes by message. */
function peers(...rows: readonly Row[]): readonly BitcoinPeer[] {
  const list = rows.map(({ received, sent, ...row }) =>
    coreRow("30", { ...row, bytesrecv_per_msg: received, bytessent_per_msg: sent }),
  );
  return decodePeers(list, "call", { receivedMs: 0 }).connections;
}

/** The sums after these lists, those that are not 0. */
function sumsAfter(...lists: readonly (readonly BitcoinPeer[])[]): Readonly<Record<string, number>> {
  let state: MessageBytes | undefined;
  for (const list of lists) state = addMessageBytes(state, list);
  return sumsOf(state);
}

function sumsOf(state: MessageBytes | undefined): Readonly<Record<string, number>> {
  const shown = messageSamples(state).map(({ family, labels, value }) => {
    const direction = family.name.includes("receive") ? "received" : "sent";
    return [`${direction} ${labels.join()}`, value] as const;
  });
  return Object.fromEntries(shown.filter(([, value]) => value > 0));
}

const ONE: Row = { id: 1, received: { tx: 100, inv: 10 }, sent: { ping: 32 } };

test("the first list is the start: what came before it is not counted", () => {
  expect(sumsAfter(peers(ONE))).toEqual({});
});

test("a type of message that was seen has its series from then on, so that the first gain shows as one", () => {
  const first = messageSamples(addMessageBytes(undefined, peers(ONE)));
  expect(first.map(({ labels: [type], value }) => [type, value])).toEqual([
    ["inv", 0],
    ["ping", 0],
    ["tx", 0],
  ]);
});

test("what a connection gained is added up, and stays when it closes", () => {
  const grown = { ...ONE, received: { tx: 150, inv: 10, block: 7 }, sent: { ping: 64 } };
  const expected = { "received tx": 50, "received block": 7, "sent ping": 32 };
  expect(sumsAfter(peers(ONE), peers(grown))).toEqual(expected);
  expect(sumsAfter(peers(ONE), peers(grown), peers())).toEqual(expected);
});

test("a connection that opened later counts from its first byte, also after a list without any", () => {
  expect(sumsAfter(peers(ONE), peers(ONE, { id: 2, received: { tx: 5 }, sent: {} }))).toEqual({ "received tx": 5 });
  expect(sumsAfter(peers(), peers({ id: 2, received: { tx: 5 }, sent: {} }))).toEqual({ "received tx": 5 });
});

test("another process of the node uses the same ids: the time of the connection tells", () => {
  const before = { ...ONE, conntime: 1_767_300_000 };
  const after = { id: 1, conntime: 1_767_400_000, received: { tx: 120 }, sent: {} };
  expect(sumsAfter(peers(before), peers(after))).toEqual({ "received tx": 120 });
});

test("a counter that fell belongs to another connection", () => {
  expect(sumsAfter(peers(ONE), peers({ id: 1, received: { tx: 30 }, sent: {} }))).toEqual({ "received tx": 30 });
});

test("names that are not known count as `other`, with those that the node calls *other*", () => {
  const received = { "*other*": 4, qfcommit: 5, __proto__x: 6, constructor: 7 };
  expect(sumsAfter(peers(), peers({ id: 1, received, sent: { islock: 3 } }))).toEqual({
    "received other": 22,
    "sent other": 3,
  });
});

test("thousands of names of a hostile node make no more series, and the state does not grow", () => {
  const names = (from: number): Bytes =>
    Object.fromEntries(Array.from({ length: 5000 }, (_, n) => [`m${from + n}`, n]));
  let state: MessageBytes | undefined;
  for (let poll = 0; poll < 5; poll += 1) {
    state = addMessageBytes(state, peers({ id: poll, received: names(poll * 5000), sent: names(poll) }));
  }
  expect(Object.keys(sumsOf(state))).toEqual(["received other", "sent other"]);
  expect(state?.last.size).toBe(1);
});

test("of rows with the same id, the first counts", () => {
  const twice = peers({ id: 1, received: { tx: 10 }, sent: {} }, { id: 1, received: { tx: 5 }, sent: {} });
  expect(sumsAfter(peers(), twice, twice)).toEqual({ "received tx": 10 });
});

test.each<[string, unknown]>([
  ["a list", [1, 2]],
  ["a number", 7],
  ["nothing", undefined],
])("a row whose counts are %s has none", (_, received) => {
  expect(sumsAfter(peers(), peers({ id: 1, received, sent: { tx: 1 } }))).toEqual({});
});

test("values that are no counts are 0", () => {
  const received = { tx: -1, inv: 1.5, block: null, addr: "12", ping: 2 ** 53, pong: { a: 1 } };
  expect(sumsAfter(peers(), peers({ id: 1, received, sent: {} }))).toEqual({ "received addr": 12 });
});

test("releases before 0.19 have no such counts: there is no state, and no series", () => {
  const old = decodePeers([coreRow("0.16")], "call", { receivedMs: 0 }).connections;
  expect(addMessageBytes(undefined, old)).toBeUndefined();
  expect(messageSamples(undefined)).toEqual([]);
});

test("silent TCP clients have empty counts", () => {
  const silent = decodePeers([silentRow("30")], "call", { receivedMs: 0 }).connections;
  expect(sumsAfter(silent, silent)).toEqual({});
  expect(sumsAfter(silent, peers(ONE))).toEqual({ "received inv": 10, "received tx": 100, "sent ping": 32 });
});

test("each type has a place of its own", () => {
  const received = Object.fromEntries(MESSAGE_TYPES.map((type, index) => [type, index + 1]));
  const state = addMessageBytes(addMessageBytes(undefined, []), peers({ id: 1, received, sent: {} }));
  expect(MESSAGE_TYPES.map((_, index) => state && bytesOf(state, index))).toEqual(
    MESSAGE_TYPES.map((_, index) => ({ received: index + 1, sent: undefined })),
  );
});

describe("property", () => {
  const TYPES = ["tx", "inv", "qfcommit"];
  const counts = fc.dictionary(fc.constantFrom(...TYPES), fc.integer({ min: 1, max: 50 }));
  const row = fc.record({
    id: fc.nat(3),
    conntime: fc.constantFrom(1_767_300_000, 1_767_300_001),
    received: counts,
    sent: counts,
  });
  const lists = fc.array(fc.uniqueArray(row, { maxLength: 4, selector: keyOf }), { maxLength: 8 });

  type Sampled = { id: number; conntime: number; received: Record<string, number>; sent: Record<string, number> };

  function keyOf({ id, conntime }: Pick<Sampled, "id" | "conntime">): string {
    return `${id} ${conntime}`;
  }

  /** Word by word what the family promises: for each list, what every connection gained since the list before. */
  function model(all: readonly (readonly Sampled[])[]): Record<string, number> {
    const sums: Record<string, number> = {};
    const started = all.length === 0 ? [] : all.slice(1);
    started.forEach((list, index) => {
      for (const now of list) {
        const before = all[index]?.find((other) => keyOf(other) === keyOf(now));
        for (const direction of ["received", "sent"] as const) {
          for (const type of TYPES) {
            const bytes = now[direction][type] ?? 0;
            const known = before?.[direction][type] ?? 0;
            const gain = bytes < known ? bytes : bytes - known;
            const name = `${direction} ${type === "qfcommit" ? "other" : type}`;
            if (gain > 0) sums[name] = (sums[name] ?? 0) + gain;
          }
        }
      }
    });
    return sums;
  }

  test("the sums are those of a simple model, and never fall", () => {
    fc.assert(
      fc.property(lists, (all) => {
        let state: MessageBytes | undefined;
        let before: Readonly<Record<string, number>> = {};
        for (const list of all) {
          state = addMessageBytes(state, peers(...list));
          const sums = sumsOf(state);
          for (const [name, value] of Object.entries(before)) expect(sums[name] ?? 0).toBeGreaterThanOrEqual(value);
          before = sums;
        }
        expect(before).toEqual(model(all));
        expect(state?.last.size ?? 0).toBe(all.at(-1)?.length ?? 0);
      }),
      { numRuns: runs(100) },
    );
  });
});
