import type { Random } from "./random.ts";

/** The bounds between which a number of seconds is drawn. */
export type Range = readonly [low: number, high: number];

/** One connection from its opening to its end, in Unix seconds. */
export type Session<T> = {
  readonly openedAt: number;
  readonly closedAt: number;
  /** 0 for the first session of its timeline. */
  readonly index: number;
  /** What was drawn for it when it opened. */
  readonly details: T;
};

type TimelineOptions<T> = {
  readonly random: Random;
  /** When the node was started, in Unix seconds. */
  readonly startedAt: number;
  /** Seconds before the first session opens. */
  readonly firstGap: Range;
  /** Seconds between the end of a session and the next one. */
  readonly gap: Range;
  /** Seconds that a session lasts. */
  readonly length: Range;
  /** Draws the details of a session. */
  create(random: Random): T;
  /** Called once for each session that ended, before `at` returns a later one. */
  onEnd?(session: Session<T>): void;
};

/** The sessions that follow one another in one slot of a peer list. */
export type Timeline<T> = {
  /** The latest session that has begun; it may have ended (`closedAt` at or before `now`). */
  at(now: number): Session<T> | undefined;
};

/**
 * Creates the timeline of one slot. Nothing runs in the background: `at` creates the sessions up to `now`. `now` must not
 * go back from one call to the next.
 */
export function createTimeline<T>(options: TimelineOptions<T>): Timeline<T> {
  const { random, startedAt, firstGap, gap, length } = options;

  function create(openedAt: number, index: number): Session<T> {
    const closedAt = openedAt + random.between(...length);
    return { openedAt, closedAt, index, details: options.create(random) };
  }

  let current: Session<T> | undefined;
  let next = create(startedAt + random.between(...firstGap), 0);
  let hasEnded = false;

  return {
    at(now) {
      for (;;) {
        if (current !== undefined && !hasEnded && current.closedAt <= now) {
          hasEnded = true;
          options.onEnd?.(current);
        }
        if (next.openedAt > now) return current;
        current = next;
        hasEnded = false;
        next = create(current.closedAt + random.between(...gap), current.index + 1);
      }
    },
  };
}

/** How many bytes flow on one connection in one direction: a steady stream whose rate swings slowly. */
export type Traffic = {
  /** Bytes of the handshake. */
  readonly greeting: number;
  readonly bytesPerSecond: number;
  /** From 0 to below 1: at 0.8 the rate swings between 20 % and 180 %. */
  readonly swing: number;
  readonly swingSeconds: number;
};

/** Draws the traffic of a connection; `slowest` and `fastest` are mean rates in bytes per second. */
export function randomTraffic(random: Random, slowest: number, fastest: number): Traffic {
  return {
    greeting: random.integer(400, 9000),
    bytesPerSecond: random.between(slowest, fastest),
    swing: random.between(0.2, 0.9),
    swingSeconds: random.between(60, 400),
  };
}

/** Bytes in the first `seconds` of a connection: the integral of the swinging rate, so it never falls. */
export function bytesAfter(traffic: Traffic, seconds: number): number {
  if (seconds < 0) return 0;
  const secondsPerRadian = traffic.swingSeconds / (2 * Math.PI);
  const swung = seconds + traffic.swing * secondsPerRadian * (1 - Math.cos(seconds / secondsPerRadian));
  return traffic.greeting + traffic.bytesPerSecond * swung;
}

/** The rate after `seconds` of a connection, in bytes per second. */
export function rateAfter(traffic: Traffic, seconds: number): number {
  const secondsPerRadian = traffic.swingSeconds / (2 * Math.PI);
  return traffic.bytesPerSecond * (1 + traffic.swing * Math.sin(seconds / secondsPerRadian));
}
