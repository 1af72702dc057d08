import type { Clock } from "../clock.ts";
import type { LagCycle } from "../cycles.ts";
import type { Random } from "../random.ts";
import { leapDialect, springDialect, wireDialect } from "./dialects.ts";
import { createWireDirectory, ownPeer } from "./directory.ts";
import type { WireSoftware } from "./info.ts";
import { createWireNode, type WireListeners } from "./node.ts";
import { createWirePeers } from "./peers.ts";
import { createPrometheusPage } from "./prometheus.ts";
import { createChainView } from "./view.ts";

/** The nodes were started this long before the demo, so that their lists are full at once. */
const HEAD_START_SECONDS = 7200;

/** wire-2 stops for 90 s, falls 180 blocks behind, and catches up in 30 s. */
export const WIRE_LAG: LagCycle = { period: 240, stallFrom: 20, stallFor: 90, catchUpFor: 30 };

export type WireNetwork = {
  readonly spring: WireListeners;
  readonly leap: WireListeners;
  readonly wire: WireListeners;
};

/** The three nodes of the simulated Wire network, one for each generation of the API. */
export function createWireNetwork(clock: Clock, random: Random): WireNetwork {
  const from = clock.startedAt - HEAD_START_SECONDS;
  const directory = createWireDirectory(random.fork("directory"));
  const wire1 = ownPeer("wire-1", "192.0.2.11", "Spring Agent");
  const wire2 = ownPeer("wire-2", "198.51.100.12", "sysio");
  const wire3 = ownPeer("wire-3", "203.0.113.13", "nodeop");

  /** Every node meets the strangers in another order and is dialled by those that it does not dial. */
  function mixed(name: string, outbound: number) {
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
    const { outbound, ...others } = mixed("wire-1", 8);
    const { rows } = createWirePeers({
      ...others,
      from,
      watchedFrom: clock.startedAt,
      view,
      outbound: [...outbound, wire3],
      inboundPlaces: 11,
      duplicate: wire2,
    });
    const prometheus = createPrometheusPage({
      prefix: "nodeos",
      labels: "connid",
      software,
      view,
      startedAt: from,
      rows,
    });
    return createWireNode({ software, dialect: springDialect, view, gossip: true, rows, prometheus, now: clock.now });
  }

  function leap(): WireListeners {
    const view = createChainView(clock.startedAt, WIRE_LAG);
    const { refusing, outbound, inbound, random: source } = mixed("wire-2", 5);
    const { rows } = createWirePeers({
      random: source,
      from,
      watchedFrom: clock.startedAt,
      view,
      outbound: [...outbound, wire1],
      inboundPlaces: 5,
      inbound,
      downloading: [],
      refusing,
    });
    const software: WireSoftware = { commit: "718a1077", version: "v5.1.0" };
    return createWireNode({ software, dialect: leapDialect, view, gossip: false, rows, now: clock.now });
  }

  function newest(): WireListeners {
    const view = createChainView(clock.startedAt);
    const software: WireSoftware = { commit: "0340bbf0", version: "v6.0.0" };
    const { silent, outbound, inbound, random: source } = mixed("wire-3", 6);
    const { rows } = createWirePeers({
      random: source,
      from,
      watchedFrom: clock.startedAt,
      view,
      outbound,
      inboundPlaces: 8,
      inbound: [wire1, ...inbound],
      downloading: [],
      silent,
    });
    const prometheus = createPrometheusPage({
      prefix: "nodeop",
      labels: "connection_id",
      software,
      view,
      startedAt: from,
      rows,
    });
    return createWireNode({ software, dialect: wireDialect, view, gossip: true, rows, prometheus, now: clock.now });
  }

  return { spring: spring(), leap: leap(), wire: newest() };
}
