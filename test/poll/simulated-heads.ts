import { createRandom, type Random } from "../../src/demo/random.ts";
import type { Head, NodeReport } from "../../src/model/report.ts";
import { report } from "./support.ts";

/**
 * Simulated networks: the head that a node has which knows every block up to a time. Blocks of proof of work come at random, as
 * in a Poisson process. Two networks with the same seed make the same blocks, so a node that is behind has the head of an
 * earlier time. Times are seconds since the start; each network is asked in the order of time.
 */
export type Network = {
  headAt(seconds: number): Head;
  readonly blockSeconds: number;
};

export type MakeNetwork = (seed: string) => Network;

/** The start of every network, in unix seconds. */
export const GENESIS = 1_700_000_000;

const SLOT_SECONDS = 0.5;
const TURN_BLOCKS = 12;
const TURN_SECONDS = TURN_BLOCKS * SLOT_SECONDS;

/** Producers in turn make 12 blocks each; sometimes one misses its turn. */
export function wire(seed: string): Network {
  const turns = producerTurns(seed);
  return {
    blockSeconds: SLOT_SECONDS,
    headAt(seconds) {
      const turn = Math.floor(seconds / TURN_SECONDS);
      const { height, made, seconds: last } = turns(turn);
      const now = Math.min(made, Math.floor((seconds - turn * TURN_SECONDS) / SLOT_SECONDS) + 1);
      const before = height - made;
      return now === 0
        ? { height, timestampSeconds: GENESIS + last }
        : { height: before + now, timestampSeconds: GENESIS + turn * TURN_SECONDS + (now - 1) * SLOT_SECONDS };
    },
  };
}

/** The same in read-mode=irreversible before Savanna: the head is the last block of the turn that was 28 turns ago. */
export function irreversibleWire(seed: string): Network {
  const turns = producerTurns(seed);
  return {
    blockSeconds: SLOT_SECONDS,
    headAt(seconds) {
      const { height, seconds: last } = turns(Math.floor(seconds / TURN_SECONDS) - 28);
      return { height, timestampSeconds: GENESIS + last };
    },
  };
}

type Turn = { readonly height: number; readonly made: number; readonly seconds: number };

/** The last blocks of the turns; older turns are forgotten. */
function producerTurns(seed: string): (turn: number) => Turn {
  const random = createRandom(seed);
  const kept = 100;
  const turns: Turn[] = [];
  let count = 0;
  return (turn) => {
    while (count <= turn) {
      const before = turns[(count + kept - 1) % kept] ?? { height: 0, seconds: 0 };
      const made = random.chance(0.02) ? 0 : TURN_BLOCKS;
      const seconds = made === 0 ? before.seconds : count * TURN_SECONDS + (made - 1) * SLOT_SECONDS;
      turns[count % kept] = { height: before.height + made, made, seconds };
      count += 1;
    }
    return turns[Math.max(0, turn) % kept] ?? { height: 0, made: 0, seconds: 0 };
  };
}

export type ChainwebOptions = {
  readonly chains: number;
  /** Whether the head has the time of the oldest of the newest blocks. */
  readonly hasAge: boolean;
  /** A chain can be one block ahead of its neighbours at most, so that one without luck holds up the others. */
  readonly isBraided?: boolean;
  /** Blocks come this many times as fast as usual. */
  readonly rate?: number;
};

export function chainweb({ chains, hasAge, isBraided = true, rate = 1 }: ChainwebOptions): MakeNetwork {
  return (seed) => {
    const random = createRandom(seed);
    const heights = new Array<number>(chains).fill(0);
    const times = new Array<number>(chains).fill(0);
    const isFree = (chain: number) =>
      !isBraided ||
      [1, chains - 1, chains >> 1].every((step) => (heights[(chain + step) % chains] ?? 0) >= (heights[chain] ?? 0));
    // Miners work on chains that need not wait, so that all chains together make blocks at a constant rate.
    function mine(seconds: number): void {
      let chain = random.integer(0, chains - 1);
      while (!isFree(chain)) chain = random.integer(0, chains - 1);
      heights[chain] = (heights[chain] ?? 0) + 1;
      times[chain] = seconds - random.between(0, 5);
    }
    let next = 0;
    return {
      blockSeconds: CHAIN_SECONDS / chains,
      headAt(seconds) {
        while (next <= seconds) {
          mine(next);
          next += (exponential(random) * CHAIN_SECONDS) / chains / rate;
        }
        return {
          height: heights.reduce((sum, height) => sum + height, 0),
          timestampSeconds: hasAge ? GENESIS + Math.min(...times) : undefined,
          chainHeights: new Map(heights.map((height, chain) => [String(chain), height])),
        };
      },
    };
  };
}

const CHAIN_SECONDS = 30;

/** One chain with proof of work. */
export function proofOfWork(blockSeconds: number): MakeNetwork {
  return (seed) => {
    const random = createRandom(seed);
    let [height, last, next] = [0, 0, 0];
    return {
      blockSeconds,
      headAt(seconds) {
        while (next <= seconds) {
          height += 1;
          last = next;
          next += exponential(random) * blockSeconds;
        }
        return { height, timestampSeconds: GENESIS + last };
      },
    };
  };
}

/** The same network, which stops now and then for up to an hour. */
export function halting(makeNetwork: MakeNetwork): MakeNetwork {
  return (seed) => {
    const network = makeNetwork(seed);
    const random = createRandom(`${seed} halts`);
    /** Where the network went on, in seconds that it ran, and the seconds that it had stopped before. */
    const resumed = [{ ran: Number.NEGATIVE_INFINITY, stopped: 0 }];
    let [now, ran, until] = [0, 0, 0];
    let runs = false;
    return {
      blockSeconds: network.blockSeconds,
      headAt(seconds) {
        while (now < seconds) {
          if (now >= until) {
            runs = !runs;
            until = now + random.between(200, runs ? 10_000 : 3600);
            if (runs) resumed.push({ ran, stopped: now - ran });
          }
          const step = Math.min(until, seconds) - now;
          now += step;
          if (runs) ran += step;
        }
        const head = network.headAt(ran);
        if (head.timestampSeconds === undefined) return head;
        const made = head.timestampSeconds - GENESIS;
        const stopped = resumed.findLast((each) => each.ran <= made)?.stopped ?? 0;
        return { ...head, timestampSeconds: head.timestampSeconds + stopped };
      },
    };
  };
}

function exponential(random: Random): number {
  return -Math.log(1 - random.next());
}

/** What a poll of a node with this head reports, where progress decides. */
export function reportOf({ blockSeconds }: Network, head: Head): NodeReport {
  return report({ head: { ok: true, value: head }, blockSeconds, networkKey: "simulated" });
}
