import fc from "fast-check";
import { expect, test } from "vitest";
import type { PeerConnection } from "../../src/model/report.ts";
import { runs } from "../support/effort.ts";
import { connection, createNode, type PollOptions } from "./bytes-support.ts";

/**
 * Shared byte counters against a ledger that knows every connection by itself, over any history of a node: connections that open
 * and close, several behind one address, ids that are used again, restarts, polls that fail, rows without counters.
 */

const HOSTS = ["192.0.2.1", "192.0.2.2", "192.0.77.1", "198.51.100.1"] as const;

type Connection = {
  /** Known only to the ledger. */
  readonly number: number;
  readonly host: (typeof HOSTS)[number];
  readonly port: number;
  /** How many connections its address had before in this process of the node. */
  readonly earlier: number;
  readonly openedAt: number;
  bytes: number;
};

/** What happens between two polls, and to the second one. */
const anyStep = fc.record({
  opened: fc.array(fc.tuple(fc.constantFrom(...HOSTS), fc.nat(1)), { maxLength: 3 }),
  closed: fc.array(fc.nat(9), { maxLength: 2 }),
  gains: fc.array(fc.nat(1000), { minLength: 12, maxLength: 12 }),
  isRestart: fc.nat(4).map((roll) => roll === 0),
  fate: fc.constantFrom("listed", "listed", "listed", "listed", "failed"),
  /** The places of rows without counters. */
  silent: fc.array(fc.nat(9), { maxLength: 1 }),
  /** The place of a row that cannot be read. */
  unreadable: fc.constantFrom(undefined, undefined, undefined, 0, 1, 2),
});

const anyHistory = fc.record({
  steps: fc.array(anyStep, { minLength: 1, maxLength: 14 }),
  mode: fc.constantFrom("host", "subnet", "none"),
  /** Whether rows are named by their address, so that the next connection from there has the same id and another session. */
  hasOldIds: fc.boolean(),
});

type History = typeof anyHistory extends fc.Arbitrary<infer T> ? T : never;

/** The node's open connections after each step. */
function* play({ steps, hasOldIds }: Pick<History, "steps" | "hasOldIds">) {
  let open: Connection[] = [];
  let number = 0;
  let process = 0;
  let earlier = new Map<string, number>();
  for (const [turn, step] of steps.entries()) {
    if (step.isRestart) {
      process += 1;
      open = [];
      earlier = new Map();
    }
    open = open.filter((_, index) => !step.closed.includes(index));
    for (const [host, port] of step.opened) {
      if (hasOldIds && open.some((each) => each.host === host && each.port === port)) continue;
      const before = earlier.get(`${host}:${port}`) ?? 0;
      earlier.set(`${host}:${port}`, before + 1);
      number += 1;
      open.push({ number, host, port, earlier: before, openedAt: turn, bytes: 0 });
    }
    for (const [index, each] of open.entries()) each.bytes += step.gains[index] ?? 0;
    yield { step, turn, process, open };
  }
}

function rowOf(each: Connection, hasOldIds: boolean, isSilent: boolean): PeerConnection {
  const address = `${each.host}:${each.port + 1}`;
  return connection(hasOldIds ? address : `id ${each.number}`, address, isSilent ? undefined : each.bytes, {
    session: hasOldIds ? `session ${each.earlier}` : undefined,
    ageSeconds: 1000 - each.openedAt,
  });
}

function nameOf({ host }: Pick<Connection, "host">, mode: History["mode"]): string {
  if (mode === "none") return "inbound";
  return `inbound ${mode === "host" ? host : `${host.split(".").slice(0, 2).join(".")}.0.0/16`}`;
}

test("a shared counter is the sum of what its connections gained, as far as the polls saw it", () => {
  fc.assert(
    fc.property(anyHistory, ({ steps, mode, hasOldIds }) => {
      const node = createNode({ address: mode });
      /** By name: the bytes of each connection that had it since it is on the list, also of those that closed. */
      let ledger = new Map<string, Map<number, number>>();
      const seen = new Set<number>();
      /** Connections without counters when the first list came: what they had then is not known. */
      const unknown = new Map<number, number>();
      let lists = 0;
      for (const { step, process, open } of play({ steps, hasOldIds })) {
        if (step.fate === "failed") {
          node.poll("failed");
          continue;
        }
        const rows = open.map((each, index) => rowOf(each, hasOldIds, step.silent.includes(index)));
        const shown = node.poll(rows, { process: `process ${process}` });
        const next = new Map<string, Map<number, number>>();
        // The others have only values of earlier polls.
        const counted = new Set(
          open.flatMap((each, index) => (step.silent.includes(index) ? [] : [nameOf(each, mode)])),
        );
        const begun = new Set([...ledger].filter(([, bytes]) => bytes.size > 0).map(([name]) => name));
        for (const [index, each] of open.entries()) {
          const name = nameOf(each, mode);
          const bytes = new Map(next.get(name) ?? ledger.get(name));
          const isSilent = step.silent.includes(index);
          if (!seen.has(each.number) && isSilent && lists === 0) unknown.set(each.number, Number.NaN);
          if (unknown.has(each.number) && !isSilent && Number.isNaN(unknown.get(each.number))) {
            // In a series that has a value, they count from here.
            unknown.set(each.number, begun.has(name) ? each.bytes : 0);
          }
          seen.add(each.number);
          if (!isSilent) bytes.set(each.number, each.bytes - (unknown.get(each.number) ?? 0));
          next.set(name, bytes);
        }
        ledger = next;
        lists += 1;
        const expected = [...ledger]
          .filter(([name, bytes]) => bytes.size > 0 && counted.has(name))
          .map(([name, bytes]) => [name, [...bytes.values()].reduce((sum, each) => sum + each, 0)] as const);
        expect(new Map([...shown].sort())).toEqual(new Map(expected.sort()));
      }
    }),
    { numRuns: runs(400) },
  );
});

test("a shared counter never falls, and never gains more than its connections have, whichever rows have series", () => {
  fc.assert(
    fc.property(anyHistory, fc.integer({ min: 3, max: 8 }), ({ steps, mode, hasOldIds }, maxPerNode) => {
      const node = createNode({ address: mode, maxPerNode });
      /** By name: its last value, and all bytes of its connections up to then. */
      let last = new Map<string, { readonly value: number; readonly total: number }>();
      const totals = new Map<string, Map<number, number>>();
      for (const { step, process, open } of play({ steps, hasOldIds })) {
        if (step.fate === "failed") {
          node.poll("failed");
          continue;
        }
        // More rows than twice as many as may have series are forgotten.
        const listed = open.slice(0, 2 * maxPerNode).filter((_, index) => index !== step.unreadable);
        const options: PollOptions = { process: `process ${process}`, malformed: open.length - listed.length };
        const shown = node.poll(
          listed.map((each, index) => rowOf(each, hasOldIds, step.silent.includes(index))),
          options,
        );
        for (const each of open) {
          const name = nameOf(each, mode);
          totals.set(name, new Map(totals.get(name)).set(each.number, each.bytes));
        }
        const listedNames = new Set(listed.map((each) => nameOf(each, mode)));
        const next = new Map<string, { readonly value: number; readonly total: number }>();
        for (const name of listedNames) {
          const total = [...(totals.get(name)?.values() ?? [])].reduce((sum, each) => sum + each, 0);
          const value = shown.get(name);
          const before = last.get(name);
          if (value !== undefined && before !== undefined) expect(value).toBeGreaterThanOrEqual(before.value);
          if (value !== undefined) expect(value).toBeLessThanOrEqual(total);
          const known = value === undefined ? before : { value, total };
          if (known !== undefined) next.set(name, known);
        }
        last = next;
      }
    }),
    { numRuns: runs(400) },
  );
});
