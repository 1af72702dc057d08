import type { Clock } from "../clock.ts";
import { delayAt, type LagCycle, type OutageCycle } from "../cycles.ts";
import { createDemoServer, type DemoAnswer, type DemoRequest, type DemoServer } from "../http.ts";
import type { Random } from "../random.ts";
import { heightAt } from "./chain.ts";
import { createMoneroDirectory } from "./directory.ts";
import { createMoneroNode } from "./node.ts";
import { createMoneroPeers } from "./peers.ts";
import type { MoneroSoftware, MoneroState } from "./state.ts";

const HEAD_START_SECONDS = 7200;
/** A node that was just started needs this long to get the blocks that it missed. */
const FIRST_SYNC_SECONDS = 8;

/** monero-2 stops for 180 s, falls 18 blocks behind, and catches up in 30 s. */
export const MONERO_LAG: LagCycle = { period: 330, stallFrom: 40, stallFor: 180, catchUpFor: 30 };
/** monero-4 is down for 30 s of every 2 minutes. */
export const MONERO_OUTAGE: OutageCycle = { period: 120, downFrom: 27, downFor: 30 };

const NEWEST: MoneroSoftware = { version: "0.18.5.1-release", rpcMinor: 16, fillsIpv6: true, outdated: false };
const OLDER: MoneroSoftware = { version: "0.18.4.4-release", rpcMinor: 15, fillsIpv6: false, outdated: true };

export type MoneroDemoNode = {
  readonly server: DemoServer;
  answer(request: DemoRequest): DemoAnswer;
  /** Begins its next life: a new start time, new connections, counters from 0. */
  restart(turn: number): void;
};

export type MoneroNetwork = {
  readonly healthy: MoneroDemoNode;
  readonly lagging: MoneroDemoNode;
  readonly restricted: MoneroDemoNode;
  readonly restarting: MoneroDemoNode;
};

type NodeOptions = {
  readonly name: string;
  readonly software: MoneroSoftware;
  readonly outbound: number;
  readonly inbound: number;
  readonly anonymous?: boolean;
  readonly restricted?: boolean;
  readonly lag?: LagCycle;
  readonly bans?: MoneroState["bans"];
  readonly alternativeChain?: boolean;
  readonly maxInbound?: number;
};

/** The four nodes of the simulated Monero network. */
export function createMoneroNetwork(clock: Clock, random: Random): MoneroNetwork {
  const directory = createMoneroDirectory(random.fork("directory"));

  function node(options: NodeOptions): MoneroDemoNode {
    const source = random.fork(options.name);
    let startedAt = clock.startedAt - HEAD_START_SECONDS;
    let peers = createPeers(source, startedAt, cycleDelay);

    function cycleDelay(now: number): number {
      return options.lag === undefined ? 0 : delayAt(options.lag, now - clock.startedAt);
    }

    function createPeers(drawn: Random, from: number, delay: (now: number) => number) {
      const { outbound, inbound, anonymous = false } = options;
      return createMoneroPeers({ random: drawn, from, directory, outbound, inbound, anonymous, delay });
    }

    let delay = cycleDelay;

    const state: MoneroState = {
      software: options.software,
      restricted: options.restricted ?? false,
      directory,
      bans: options.bans ?? [],
      alternativeChain: options.alternativeChain ?? false,
      maxInbound: options.maxInbound,
      startedAt: () => startedAt,
      peers: () => peers,
      rpcConnections: () => server.openSockets(),
      height: (now) => heightAt(now - delay(now)),
      synchronized: (now) => now - startedAt >= FIRST_SYNC_SECONDS,
    };
    const answer = createMoneroNode(state, clock.now);
    const server = createDemoServer(answer);

    return {
      server,
      answer,
      restart(turn) {
        const from = clock.now();
        const missed = MONERO_OUTAGE.downFor;
        startedAt = from;
        delay = (now) => missed * Math.max(0, 1 - Math.max(0, now - from) / FIRST_SYNC_SECONDS);
        peers = createPeers(source.fork(`run ${turn}`), from, delay);
      },
    };
  }

  return {
    healthy: node({
      name: "monero-1",
      software: NEWEST,
      outbound: 12,
      inbound: 16,
      anonymous: true,
      bans: [
        { host: "203.0.113.250", ip: 0xfa7100cb },
        // A subnet has no number of its own.
        { host: "198.51.100.0/28", ip: 0 },
      ],
      alternativeChain: true,
    }),
    lagging: node({ name: "monero-2", software: OLDER, outbound: 8, inbound: 6, maxInbound: 32, lag: MONERO_LAG }),
    restricted: node({ name: "monero-3", software: NEWEST, outbound: 12, inbound: 20, restricted: true }),
    restarting: node({ name: "monero-4", software: OLDER, outbound: 10, inbound: 8 }),
  };
}
