import type { Random } from "./random.ts";

/** How many bytes flow on one connection in one direction: a steady stream with a slow swing. */
export type Traffic = {
  readonly greeting: number;
  readonly bytesPerSecond: number;
  /** 0 to below 1: at 0.8 the rate swings between 20 % and 180 %. */
  readonly swing: number;
  readonly swingSeconds: number;
};

export function randomTraffic(random: Random, slowest: number, fastest: number): Traffic {
  return {
    greeting: random.integer(400, 9000),
    bytesPerSecond: random.between(slowest, fastest),
    swing: random.between(0.2, 0.9),
    swingSeconds: random.between(60, 400),
  };
}

/** Bytes since the connection opened: the integral of the swinging rate, so it never falls. */
export function bytesAfter(traffic: Traffic, seconds: number): number {
  if (seconds < 0) return 0;
  const turn = traffic.swingSeconds / (2 * Math.PI);
  const swung = seconds + traffic.swing * turn * (1 - Math.cos(seconds / turn));
  return traffic.greeting + traffic.bytesPerSecond * swung;
}

/** The rate at that moment, in bytes per second. */
export function rateAfter(traffic: Traffic, seconds: number): number {
  const turn = traffic.swingSeconds / (2 * Math.PI);
  return traffic.bytesPerSecond * (1 + traffic.swing * Math.sin(seconds / turn));
}
