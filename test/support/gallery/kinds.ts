import type { ChainName } from "../../../src/chains/index.ts";
import {
  createRandom,
  ephemeralPort,
  ipv4Addresses,
  ipv6Addresses,
  onionHost,
  type Random,
} from "../../../src/demo/random.ts";
import { parseAddress } from "../../../src/model/address.ts";
import type { Direction, PeerConnection } from "../../../src/model/report.ts";

/** What the made-up nodes of the gallery are and how their hour goes. */

export type Kind = {
  readonly chain: ChainName;
  readonly version: string;
  readonly network?: string;
  readonly blockSeconds: number;
  readonly height: number;
  readonly agents: readonly string[];
  readonly directions: readonly Direction[];
};

/** The agents of peers. */
const MONERO = ["0.18.4.4", "0.18.4.3", "0.18.3.4", "0.18.5.0"];
const BITCOIN = ["/Satoshi:30.0.0/", "/Satoshi:29.1.0/", "/Satoshi:28.1.0/", "/Satoshi:29.1.0/Knots:20250903/"];
const LITECOIN = ["/LitecoinCore:0.21.4/", "/LitecoinCore:0.21.3/", "/LitecoinCore:0.21.2.2/"];
const WIRE = ["wire-sysio v6.0.0", "spring v1.2.2", "leap v5.0.3", "bp-eu-1", "seed-2"];

/** Not every chain needs one. */
export const KINDS = {
  wire: {
    ...{ chain: "wire", version: "v6.0.0", blockSeconds: 0.5, height: 120_698_000 },
    ...{ agents: WIRE, directions: ["inbound", "outbound"] },
  },
  antelope: {
    ...{ chain: "antelope", version: "v1.2.2", blockSeconds: 0.5, height: 440_100_000 },
    ...{ agents: WIRE, directions: ["inbound", "outbound"] },
  },
  monero: {
    ...{ chain: "monero", version: "0.18.4.4-release", network: "mainnet", blockSeconds: 120, height: 3_550_000 },
    ...{ agents: MONERO, directions: ["inbound", "outbound"] },
  },
  chainweb: {
    ...{ chain: "chainweb", version: "3.2", network: "mainnet01", blockSeconds: 1.5, height: 140_100_000 },
    ...{ agents: [], directions: ["unknown"] },
  },
  bitcoin: {
    ...{ chain: "bitcoin", version: "Satoshi:30.0.0", network: "main", blockSeconds: 600, height: 926_000 },
    ...{ agents: BITCOIN, directions: ["inbound", "outbound"] },
  },
  litecoin: {
    ...{ chain: "litecoin", version: "LitecoinCore:0.21.4", network: "main", blockSeconds: 150, height: 3_010_000 },
    ...{ agents: LITECOIN, directions: ["inbound", "outbound"] },
  },
} as const satisfies Readonly<Partial<Record<ChainName, Kind>>>;

/** What happens to a node in its hour. `minutes` is counted back from now. */
export type Story = {
  readonly name:
    | "well"
    | "down"
    | "restricted"
    | "flapping"
    | "behind"
    | "syncing"
    | "forked"
    | "alone"
    | "degraded"
    | "stalled"
    | "waiting";
  /** Whether it answers, so many minutes ago. */
  isUp(minutes: number): boolean;
  /** Blocks behind the others. */
  lag(minutes: number, blockSeconds: number): number;
};

const always = () => true;
const none = () => 0;

export const STORIES = {
  well: { name: "well", isUp: always, lag: (minutes) => (minutes % 17 === 0 ? 1 : 0) },
  down: { name: "down", isUp: (minutes) => minutes > 12, lag: none },
  restricted: { name: "restricted", isUp: () => false, lag: none },
  flapping: { name: "flapping", isUp: (minutes) => minutes % 20 > 4, lag: none },
  behind: { name: "behind", isUp: always, lag: (minutes, block) => Math.round(((62 - minutes) * 60) / block / 4) },
  syncing: { name: "syncing", isUp: always, lag: (minutes) => 400_000 + minutes * 1500 },
  forked: { name: "forked", isUp: always, lag: none },
  alone: { name: "alone", isUp: always, lag: none },
  degraded: { name: "degraded", isUp: always, lag: none },
  stalled: { name: "stalled", isUp: always, lag: none },
  waiting: { name: "waiting", isUp: always, lag: none },
} as const satisfies Readonly<Record<Story["name"], Story>>;

/** The Bitcoin family has one adapter. */
export function isBitcoin(chain: ChainName): boolean {
  return chain === "bitcoin" || chain === "litecoin";
}

/** What the APIs of its nodes tell of a connection. */
function tells(chain: ChainName) {
  const isFamily = isBitcoin(chain);
  return {
    tor: isFamily || chain === "monero",
    bytes: isFamily || chain === "monero",
    latency: isFamily || chain === "wire",
    syncing: isFamily || chain === "monero" ? ("download" as const) : ("upload" as const),
  };
}

type Crowd = { readonly seed: string; readonly peers: number; readonly hostile: readonly string[] };

/** The connections of a node while all of its peers are there. */
export function connectionsOf(kind: Kind, { seed, peers, hostile }: Crowd): readonly PeerConnection[] {
  const random = createRandom(`${seed}/peers`);
  const [v4, v6] = [ipv4Addresses(random, peers), ipv6Addresses(random, peers)];
  return v4.map((host, index) => rowOf(kind, { index, hosts: [host, `[${v6[index]}]`], hostile, random }));
}

/** Some of them come and go. */
export function presentAt(all: readonly PeerConnection[], minutes: number): readonly PeerConnection[] {
  const gone = Math.round(all.length * 0.15 * Math.sin(minutes / 7)) + (minutes % 13 === 12 ? 2 : 0);
  return all.slice(0, all.length - Math.max(0, gone));
}

type Place = {
  readonly index: number;
  readonly hosts: readonly [v4: string, v6: string];
  readonly hostile: readonly string[];
  readonly random: Random;
};

function rowOf({ directions, agents, chain, height }: Kind, { index, hosts, hostile, random }: Place): PeerConnection {
  const direction = directions[index % 3 === 0 ? directions.length - 1 : 0] ?? "unknown";
  const isKnownOnly = direction === "unknown";
  const port = direction === "inbound" ? ephemeralPort(random) : 18080;
  const told = tells(chain);
  const isTor = told.tor && random.chance(0.1);
  const host = isTor ? onionHost(random) : random.chance(0.1) ? hosts[1] : hosts[0];
  const choice = hostile.length > 0 ? hostile : agents;
  const ageSeconds = random.integer(100, 900_000);
  const received = Math.round(random.between(20, 9000) * ageSeconds);
  return {
    id: String(index),
    direction,
    address: parseAddress(`${host}:${port}`),
    agent: choice.length > 0 ? random.pick(choice) : undefined,
    ...(isKnownOnly ? {} : { state: index % 19 === 18 ? "handshaking" : "connected", ageSeconds }),
    ...(isKnownOnly ? {} : { height: height - random.integer(0, 2) }),
    ...(told.bytes ? { receivedBytes: received, sentBytes: 2 * received } : {}),
    ...(told.latency ? { latencySeconds: random.between(0.005, 0.4) } : {}),
    ...(index % 23 === 0 && !isKnownOnly ? { syncing: told.syncing } : {}),
  };
}
