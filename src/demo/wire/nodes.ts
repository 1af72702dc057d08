import type { Clock, LagCycle } from "../clock.ts";
import type { Random } from "../random.ts";
import { createWireConnections } from "./connections.ts";
import { createChainView, createWireDirectory, demoPeer } from "./network.ts";
import { createWireNode, type WireListeners, type WireSoftware } from "./node.ts";
import { createPrometheusPage } from "./prometheus.ts";
import { leapDialect, springDialect, wireDialect } from "./rows.ts";

/** The nodes were started this long before the demo, so that their peer lists are full from the start. */
const HEAD_START_SECONDS = 7200;

/** wire-2 stops for 110 s, falls 220 blocks behind, which fires P2PNodeHeadLagging in the demo stack, and catches up in 30 s. */
export const WIRE_LAG: LagCycle = { period: 240, stallFrom: 20, stallFor: 110, catchUpFor: 30 };

type WireNodes = {
  readonly spring: WireListeners;
  readonly leap: WireListeners;
  readonly wire: WireListeners;
};

/** Creates the three nodes of the simulated Wire network, one for each generation of the API. */
export function createWireNodes(clock: Clock, random: Random, lag: LagCycle = WIRE_LAG): WireNodes {
  const startedAt = clock.startedAt - HEAD_START_SECONDS;
  const directory = createWireDirectory(random.fork("directory"));
  const wire1 = demoPeer("wire-1", "192.0.2.11", "Spring Agent");
  const wire2 = demoPeer("wire-2", "198.51.100.12", "sysio");
  const wire3 = demoPeer("wire-3", "203.0.113.13", "nodeop");

  /** Every node meets the peers of the network in another order, and is dialled by those that it does not dial. */
  function pickPeers(name: string, outbound: number) {
    const source = random.fork(name);
    const peers = source.shuffle(directory);
    return {
      random: source,
      outbound: peers.slice(0, outbound),
      downloading: peers.slice(outbound, outbound + 2),
      refusing: peers[outbound + 2],
      silent: peers[outbound + 3],
      inbound: peers.slice(outbound + 4, outbound + 34),
    };
  }

  function spring(): WireListeners {
    const view = createChainView(clock.startedAt);
    const software: WireSoftware = { commit: "04bdb089", version: "v1.2.2" };
    const { outbound, ...others } = pickPeers("wire-1", 8);
    const rows = createWireConnections({
      ...others,
      startedAt,
      watchedFrom: clock.startedAt,
      view,
      outbound: [...outbound, wire3],
      inboundSlots: 11,
      duplicate: wire2,
    });
    const prometheus = createPrometheusPage({
      prefix: "nodeos",
      labels: "connid",
      software,
      view,
      startedAt,
      rows,
    });
    return createWireNode({
      software,
      dialect: springDialect,
      view,
      hasGossip: true,
      rows,
      prometheus,
      now: clock.now,
    });
  }

  function leap(): WireListeners {
    const view = createChainView(clock.startedAt, lag);
    const { refusing, outbound, inbound, random: source } = pickPeers("wire-2", 5);
    const rows = createWireConnections({
      random: source,
      startedAt,
      watchedFrom: clock.startedAt,
      view,
      outbound: [...outbound, wire1],
      inboundSlots: 5,
      inbound,
      downloading: [],
      refusing,
    });
    const software: WireSoftware = { commit: "718a1077", version: "v5.1.0" };
    return createWireNode({ software, dialect: leapDialect, view, hasGossip: false, rows, now: clock.now });
  }

  function newest(): WireListeners {
    const view = createChainView(clock.startedAt);
    const software: WireSoftware = { commit: "0340bbf0", version: "v6.0.0" };
    const { silent, outbound, inbound, random: source } = pickPeers("wire-3", 6);
    const rows = createWireConnections({
      random: source,
      startedAt,
      watchedFrom: clock.startedAt,
      view,
      outbound,
      inboundSlots: 8,
      inbound: [wire1, ...inbound],
      downloading: [],
      silent,
    });
    const prometheus = createPrometheusPage({
      prefix: "nodeop",
      labels: "connection_id",
      software,
      view,
      startedAt,
      rows,
    });
    return createWireNode({ software, dialect: wireDialect, view, hasGossip: true, rows, prometheus, now: clock.now });
  }

  return { spring: spring(), leap: leap(), wire: newest() };
}
