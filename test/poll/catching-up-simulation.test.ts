import { describe, expect, test } from "vitest";
import { createRandom } from "../../src/demo/random.ts";
import { EMPTY_HISTORY, type NodeHistory } from "../../src/poll/history.ts";
import { IS_LONG, runs } from "../support/effort.ts";
import {
  chainweb,
  GENESIS,
  halting,
  irreversibleWire,
  type MakeNetwork,
  proofOfWork,
  reportOf,
  wire,
} from "./simulated-heads.ts";
import { deadReport, nodeConfig, stateAfter } from "./support.ts";

/** Thousands of polls of nodes that are healthy, and of nodes that catch up, on networks with blocks at random. */

type Case = {
  readonly makeNetwork: MakeNetwork;
  readonly interval: number;
  /** In the unit suite; the long run has 10,000 of each case and seed. */
  readonly polls?: number;
};

const POLLS = 10_000;
const FEW_POLLS = 500;

const NETWORKS: readonly (readonly [string, MakeNetwork])[] = [
  ["Wire", wire],
  ["Wire with an irreversible head", irreversibleWire],
  ["Chainweb with tip_age", chainweb({ chains: 20, hasAge: true })],
  ["Chainweb without tip_age", chainweb({ chains: 20, hasAge: false })],
];

const OTHERS: readonly (readonly [string, MakeNetwork])[] = [
  ["Chainweb with chains that do not wait for each other", chainweb({ chains: 20, hasAge: true, isBraided: false })],
  ["Chainweb while its hash rate doubles", chainweb({ chains: 10, hasAge: true, rate: 2 })],
  ["Chainweb with one chain", chainweb({ chains: 1, hasAge: true })],
  ["Chainweb with 98 chains", chainweb({ chains: 98, hasAge: true })],
  ["proof of work with a block every 150 s", proofOfWork(150)],
];

const CASES: readonly (readonly [string, Case])[] = [
  ...NETWORKS.flatMap(([name, makeNetwork]) =>
    [1, 15, 60, 300].map((interval) => {
      const polls = interval === 15 ? POLLS : FEW_POLLS;
      return [`${name}, polled every ${interval} s`, { makeNetwork, interval, polls }] as const;
    }),
  ),
  ...OTHERS.map(([name, makeNetwork]) => [name, { makeNetwork, interval: 15 }] as const),
];

const SEEDS = Array.from({ length: IS_LONG ? runs(5) : 1 }, (_, index) => `seed ${index}`);

/** Of one case in the long run. */
const TIMEOUT_MS = 300_000;

const START = 18_000;

const NODE = nodeConfig();

/** When the node knows every block up to which moment. Both in seconds, and growing. */
type Way = (seconds: number) => number;

type Said = { readonly seconds: number; readonly behind: number; readonly syncing: boolean | undefined };

/** Sets the clock of the exporter now and then, by up to ten minutes: how far it is from the true time after each poll. */
function* clockErrors(seed: string): Iterable<number> {
  const random = createRandom(`${seed} clock`);
  let error = 0;
  for (;;) {
    if (random.chance(0.005))
      error = random.chance(0.3) ? 0 : error + random.between(-1, 1) * random.pick([3, 60, 600]);
    yield error;
  }
}

function* noClockErrors(): Iterable<number> {
  for (;;) yield 0;
}

type Disturbances = {
  readonly clock: (seed: string) => Iterable<number>;
  readonly failures: number;
  readonly gaps: number;
};

const CALM: Disturbances = { clock: noClockErrors, failures: 0.005, gaps: 0 };

/** What polls of a node say. Another node of the fleet has all blocks. */
function* polls(
  { makeNetwork, interval }: Case,
  seed: string,
  way: Way,
  { clock, failures, gaps }: Disturbances = CALM,
): Iterable<Said> {
  const random = createRandom(`${seed} polls`);
  const own = makeNetwork(seed);
  const fleet = makeNetwork(seed);
  const late = Math.min(2, 0.4 * interval);
  let history: NodeHistory = EMPTY_HISTORY;
  let turn = START;
  for (const error of clock(seed)) {
    turn += random.chance(gaps) ? random.between(interval, 10_000) : interval;
    const seconds = turn + random.between(0, late);
    // The other one was polled a little earlier, and blocks arrive a little late.
    const other = reportOf(fleet, fleet.headAt(seconds - random.between(0, late)));
    const known = Math.min(way(seconds), seconds - random.between(0, late));
    const isDown = random.chance(failures);
    const state = stateAfter(isDown ? deadReport() : reportOf(own, own.headAt(known)), {
      node: NODE,
      history,
      others: [other],
      endedMs: (GENESIS + seconds + error) * 1000,
      intervalMs: interval * 1000,
    });
    history = state.history;
    if (!isDown) yield { seconds, behind: seconds - known, syncing: state.syncing };
  }
}

/** How often the polls of a healthy node give each answer. */
function answersOf(given: Case, seed: string, disturbances?: Disturbances): ReadonlyMap<boolean | undefined, number> {
  const said = new Map<boolean | undefined, number>();
  let left = IS_LONG ? POLLS : (given.polls ?? FEW_POLLS);
  for (const { syncing } of polls(given, seed, (seconds) => seconds, disturbances)) {
    said.set(syncing, (said.get(syncing) ?? 0) + 1);
    left -= 1;
    if (left === 0) break;
  }
  return said;
}

describe("thousands of polls of a healthy node", () => {
  test.each(CASES)(
    "%s: not one 1",
    (_, given) => {
      for (const seed of SEEDS) {
        const said = answersOf(given, seed);
        expect([seed, said.get(true)]).toEqual([seed, undefined]);
        // At the start, an irreversible head looks like one that is behind.
        expect(said.get(undefined) ?? 0).toBeLessThan(115);
      }
    },
    TIMEOUT_MS,
  );

  const disturbances = { clock: clockErrors, failures: 0.3, gaps: 0.003 };
  test.each(NETWORKS)(
    "%s that halts, with failures, gaps, and a clock that is set: not one 1",
    (_, makeNetwork) => {
      for (const seed of SEEDS) {
        const said = answersOf({ makeNetwork: halting(makeNetwork), interval: 15 }, seed, disturbances);
        expect([seed, said.get(true)]).toEqual([seed, undefined]);
      }
    },
    TIMEOUT_MS,
  );
});

/** The node is so far behind at the start, and gains so many seconds in each second. */
function gaining(speed: number, behind: number): Way {
  return (seconds) => START - behind + (seconds - START) * speed;
}

const WAYS: readonly (readonly [name: string, way: Way, isSlow: boolean])[] = [
  ["two and a half times as fast", gaining(2.5, 2700), true],
  ["ten times as fast", gaining(10, 9000), true],
  ["thirty times as fast, in bursts", inBursts(gaining(30, 17_000)), false],
];

/** Nothing for 30 seconds, then everything at once. */
function inBursts(way: Way): Way {
  return (seconds) => way(START + Math.floor((seconds - START) / 30) * 30);
}

/** Where blocks are few, random ones look like a slow sync. */
const isFast = ([name]: (typeof CASES)[number]) => !/one chain|150 s$/.test(name);

const CATCHING_UP = CASES.filter(([, { interval }]) => interval <= 60).flatMap((given) =>
  WAYS.filter(([, , isSlow]) => !isSlow || isFast(given)).map(
    ([name, way]) => [`${given[0]}, ${name}`, { ...given[1], way }] as const,
  ),
);

describe("a node that catches up: 1 within three minutes until it is there, then 0", () => {
  test.each(CATCHING_UP)("%s", (_, { way, ...given }) => {
    const wrong: unknown[] = [];
    for (const seed of SEEDS) {
      let arrived = 0;
      for (const each of polls(given, seed, way)) {
        const { seconds, behind, syncing } = each;
        if (behind < 60) arrived ||= seconds;
        if (arrived === 0 && seconds > START + 182 && syncing !== true) wrong.push({ ...each, seed });
        if (arrived !== 0 && seconds > arrived + 180 && syncing !== false) wrong.push({ ...each, seed });
        if (arrived !== 0 && seconds > arrived + 1000) break;
      }
    }
    expect(wrong).toEqual([]);
  });
});
