import type { Clock } from "../clock.ts";
import { createDemoServer, type DemoHandler, type DemoServer } from "../http.ts";
import type { Random } from "../random.ts";
import {
  type ChainView,
  type ForkCycle,
  followingView,
  forkingView,
  runAt,
  type UpgradeCycle,
  upgradedView,
} from "./chain-view.ts";
import { createBitcoinConnections } from "./connections.ts";
import type { BitcoinProcess, BitcoinState } from "./methods.ts";
import { BITCOIN, createBitcoinDirectory, LITECOIN } from "./network.ts";
import type { BitcoinSoftware } from "./rows.ts";
import { createBitcoinRpc } from "./rpc.ts";
import { createSlots, type Slot } from "./slots.ts";

/** The nodes were started this long before the demo, so that their peer lists are full from the start. */
const HEAD_START_SECONDS = 7200;

/** bitcoin-2 starts again 20 s after the demo, and has caught up two minutes later. */
export const BITCOIN_UPGRADE: UpgradeCycle = {
  ...{ period: 330, startFrom: 20 },
  ...{ warmUpFor: 15, presyncFor: 15, syncFor: 90 },
};
/** litecoin-1 is on its own branch of three blocks for 40 s, while the others make five. */
export const LITECOIN_FORK: ForkCycle = { period: 240, forkFrom: 60, forkFor: 40 };

const CORE_30: BitcoinSoftware = {
  ...{ version: 300_000, subversion: "/Satoshi:30.0.0/", isModern: true },
  services: "0000000000000c09",
  serviceNames: ["NETWORK", "WITNESS", "NETWORK_LIMITED", "P2P_V2"],
};
const LITECOIN_CORE_0_21: BitcoinSoftware = {
  ...{ version: 210_201, subversion: "/LitecoinCore:0.21.2.1/", isModern: false },
  services: "0000000001000409",
  serviceNames: ["NETWORK", "WITNESS", "NETWORK_LIMITED", "MWEB"],
};

/** src/init.cpp, in this order. */
const WARM_UP_STEPS = ["Loading block index…", "Verifying blocks…", "Starting network threads…"];

type BitcoinDemoNode = { readonly server: DemoServer; readonly respond: DemoHandler };

type BitcoinNodes = {
  readonly healthy: BitcoinDemoNode;
  readonly upgraded: BitcoinDemoNode;
  readonly forking: BitcoinDemoNode;
};

/** Creates the nodes of two simulated networks: two of bitcoin, one of litecoin. */
export function createBitcoinNodes(
  clock: Clock,
  random: Random,
  { upgrade, fork }: { upgrade: UpgradeCycle; fork: ForkCycle } = { upgrade: BITCOIN_UPGRADE, fork: LITECOIN_FORK },
): BitcoinNodes {
  const directory = createBitcoinDirectory(random.fork("directory"), BITCOIN);
  const litecoins = createBitcoinDirectory(random.fork("litecoin directory"), LITECOIN);

  function node(state: BitcoinState): BitcoinDemoNode {
    const respond = createBitcoinRpc(state, clock.now);
    return { respond, server: createDemoServer(respond) };
  }

  const healthySlots = createSlots(directory, {
    outbound: { ipv4: 4, ipv6: 1, onion: 1, i2p: 1, cjdns: 1 },
    inbound: { ipv4: 14, ipv6: 3, onion: 4, i2p: 2, cjdns: 1 },
    ...{ blockRelay: 2, manual: 1, hasOdd: true },
  });
  const upgradedSlots = createSlots(directory, {
    outbound: { ipv4: 6, ipv6: 2 },
    inbound: { ipv4: 3 },
    ...{ blockRelay: 2, manual: 0, hasOdd: false },
  });
  const forkingSlots = createSlots(litecoins, {
    outbound: { ipv4: 5, ipv6: 2, onion: 1 },
    inbound: { ipv4: 8, ipv6: 1, onion: 1 },
    ...{ blockRelay: 2, manual: 1, hasOdd: false },
  });

  const plain = { localAddresses: [], bans: [], awayNodes: [], uploadTarget: 0 };
  return {
    healthy: node({
      ...plain,
      ...{ software: CORE_30, coin: BITCOIN, reachable: ["ipv4", "ipv6", "onion", "i2p", "cjdns"] },
      localAddresses: ["192.0.2.1", "2001:db8::1"],
      bans: ["203.0.113.250/32", "198.51.100.0/28"],
      process: steady(healthySlots, random.fork("bitcoin-1"), (now) => followingView(BITCOIN, now)),
    }),
    upgraded: node({
      ...plain,
      ...{ software: CORE_30, coin: BITCOIN, reachable: ["ipv4", "ipv6"] },
      ...{ uploadTarget: 5_000_000_000, prunedTo: 4000 },
      process: upgrading(upgradedSlots, random.fork("bitcoin-2")),
    }),
    forking: node({
      ...plain,
      ...{ software: LITECOIN_CORE_0_21, coin: LITECOIN, reachable: ["ipv4", "ipv6", "onion"] },
      localAddresses: ["192.0.2.3"],
      awayNodes: ["203.0.113.253:9333"],
      process: steady(forkingSlots, random.fork("litecoin-1"), (now) =>
        forkingView(LITECOIN, fork, clock.startedAt, now),
      ),
    }),
  };

  /** A process that ran before the demo and is never started again. */
  function steady(slots: readonly Slot[], source: Random, view: (now: number) => ChainView): () => BitcoinProcess {
    const startedAt = clock.startedAt - HEAD_START_SECONDS;
    const connections = createBitcoinConnections({ random: source, startedAt, slots, view });
    const process = { startedAt, connections, view, warmUp: () => undefined };
    return () => process;
  }

  function upgrading(slots: readonly Slot[], source: Random): (now: number) => BitcoinProcess {
    const before = steady(slots, source, (now) => followingView(BITCOIN, now));
    let latest: { readonly index: number; readonly process: BitcoinProcess } = { index: -1, process: before() };
    return (now) => {
      const { index, startedAt } = runAt(upgrade, clock.startedAt, now);
      if (index !== latest.index) {
        latest = { index, process: upgradedProcess(slots, source.fork(`run ${index}`), startedAt) };
      }
      return latest.process;
    };
  }

  function upgradedProcess(slots: readonly Slot[], source: Random, startedAt: number): BitcoinProcess {
    const { warmUpFor } = upgrade;
    const view = (now: number) => upgradedView(BITCOIN, upgrade, startedAt, now);
    const opened = startedAt + warmUpFor;
    return {
      startedAt,
      view,
      connections: createBitcoinConnections({ random: source, startedAt: opened, slots, view }),
      warmUp: (now) => WARM_UP_STEPS[Math.floor(((now - startedAt) / warmUpFor) * WARM_UP_STEPS.length)],
    };
  }
}
