import { bitcoin } from "./dashboards/bitcoin.ts";
import { chainweb } from "./dashboards/chainweb.ts";
import { exporterItself } from "./dashboards/exporter.ts";
import { fleet } from "./dashboards/fleet.ts";
import { monero } from "./dashboards/monero.ts";
import { nodeInDepth } from "./dashboards/node.ts";
import { peers } from "./dashboards/peers.ts";
import { wire } from "./dashboards/wire.ts";
import type { DashboardSpec } from "./spec.ts";

export const dashboardSpecs: readonly DashboardSpec[] = [
  fleet,
  nodeInDepth,
  peers,
  wire,
  monero,
  chainweb,
  bitcoin,
  exporterItself,
];
