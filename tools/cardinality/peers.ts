import { createRandom, type Random } from "../../src/demo/random.ts";
import type { Direction } from "../../src/model/report.ts";

/** A seeded model of the peers of a public node: who connects, for how long, and whether it was there before. */

/** What the model assumes; docs/metrics-overview.md says why. */
export type Population = {
  /** Connections that the node dialed: long, to addresses with a fixed port. */
  readonly outbound: number;
  /** Connections to the node, on average. */
  readonly inbound: number;
  readonly connectsPerDay: number;
  /** The share of inbound connects from a host that was never there before; the others are of one that was. */
  readonly firstTimeShare: number;
};

/**
 * A measured public node: 1.8 new connections in an hour for each of its peers, with 29 peers. Peers dial a node again and again
 * because they know its address (Wire: from their configuration; Monero: from their white list of 1,000 peers), and what does
 * not is a crawler or has found the node for the first time.
 */
export const PUBLIC_NODE: Population = { outbound: 12, inbound: 17, connectsPerDay: 1253, firstTimeShare: 0.1 };

/** Each inbound connect from another host: an attacker with many addresses, or only crawlers. */
export const ONLY_FIRST_TIMERS: Population = { ...PUBLIC_NODE, firstTimeShare: 1 };

/** One connection from its opening to its end, in seconds from the start. */
export type Visit = {
  readonly id: string;
  readonly direction: Direction;
  readonly host: string;
  readonly port: number;
  readonly agent: string;
  readonly from: number;
  readonly to: number;
};

const DAY = 86_400;

/** So many hosts return. With a tenth of first-timers, each is there for a little more than a day, and returns seven times. */
const REGULARS = 150;
/** Addresses that the node dials. */
const DIALED = 60;
const OUTBOUND_DAYS = 0.5;

const AGENTS = ["Leap 5.0.3", "Spring 1.0.4", "Spring 1.2.2", "v3.1.5"];

/** All connections of so many days, by their openings. */
export function visits(seed: string, population: Population, days: number): readonly Visit[] {
  const random = createRandom(seed);
  const all = [
    ...outboundVisits(random.fork("outbound"), population.outbound, days),
    ...inboundVisits(random.fork("inbound"), population, days),
  ];
  return all.sort((a, b) => a.from - b.from);
}

function outboundVisits(random: Random, places: number, days: number): readonly Visit[] {
  const hosts = Array.from({ length: DIALED }, (_, index) => hostOf(random, index));
  const all: Visit[] = [];
  for (let place = 0; place < places; place += 1) {
    for (let from = 0; from < days * DAY; ) {
      const to = from + exponential(random, OUTBOUND_DAYS * DAY);
      const host = random.pick(hosts);
      all.push({ id: `o${all.length}`, direction: "outbound", ...host, port: 18_080, from, to });
      from = to + 1;
    }
  }
  return all;
}

function inboundVisits(random: Random, population: Population, days: number): readonly Visit[] {
  const { inbound, firstTimeShare, outbound } = population;
  const perDay = population.connectsPerDay - outbound / OUTBOUND_DAYS;
  const meanSeconds = (inbound * DAY) / perDay;
  // The same connects at the same times, whatever share of them is from new hosts.
  const hosts = random.fork("hosts");
  let known = DIALED;
  const regulars = Array.from({ length: REGULARS }, () => hostOf(hosts, known++));
  const all: Visit[] = [];
  for (let from = 0; from < days * DAY; from += exponential(random, DAY / perDay)) {
    const place = hosts.integer(0, REGULARS - 1);
    const isNew = hosts.chance(firstTimeShare);
    const host = (isNew ? undefined : regulars[place]) ?? hostOf(hosts, known++);
    regulars[place] = host;
    const to = from + exponential(random, meanSeconds);
    const port = random.integer(32_768, 60_999);
    all.push({ id: `i${all.length}`, direction: "inbound", ...host, port, from, to });
  }
  return all;
}

/** Each number is another host. */
function hostOf(random: Random, number: number): Pick<Visit, "host" | "agent"> {
  const host = `${10 + (number % 90)}.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`;
  return { host, agent: random.pick(AGENTS) };
}

/** A list of known peers, such as Chainweb's: each is in it for weeks, and has a fixed port. */
export function knownPeers(seed: string, size: number, newPerDay: number, days: number): readonly Visit[] {
  const random = createRandom(seed);
  const stay = (size / newPerDay) * DAY;
  const all: Visit[] = [];
  for (let number = 0; number < size + newPerDay * days; number += 1) {
    const from = number < size ? 0 : random.between(0, days * DAY);
    const to = from + (number < size ? random.between(0, stay) : stay);
    all.push({ id: `k${number}`, direction: "unknown", ...hostOf(random, number), port: 1789, from, to });
  }
  return all.sort((a, b) => a.from - b.from);
}

function exponential(random: Random, mean: number): number {
  return -mean * Math.log(1 - random.next());
}
