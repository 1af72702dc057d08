import type { Config, NodeConfig } from "../../config/model.ts";
import type { ReloadResult } from "../../config/reload.ts";
import { createSharedWaits } from "../../lib/queue.ts";
import { cleanText } from "../../metrics/exposition.ts";
import { isUp } from "../../poll/outcomes.ts";
import type { FreshNodes } from "../../poll/stale.ts";
import { CLIENT_GONE, createCostlyResponses } from "../costly-responses.ts";
import type { WebLocation } from "../location.ts";
import { errorResponse, json, text } from "../respond.ts";
import type { Route } from "../router.ts";

export type NodeCounts = {
  readonly nodes: number;
  /** Nodes whose last poll got the peer list. */
  readonly up: number;
  /** Nodes and references. */
  readonly all: number;
  /** Nodes and references that were polled at least once. */
  readonly polled: number;
};

export function countNodes(stored: FreshNodes): NodeCounts {
  const states = stored.all().map(({ state }) => state);
  const nodes = states.filter(({ node }) => node.role === "node");
  return {
    all: states.length,
    polled: states.filter(({ report }) => report !== undefined).length,
    nodes: nodes.length,
    up: nodes.filter(isUp).length,
  };
}

/**
 * `/-/healthy`: the exporter runs. `/-/ready`: every node was polled once. The exporter stays ready from then on: when a reload
 * adds nodes, a Service must continue to serve the pages of all others.
 */
export function healthRoutes(nodeCounts: () => NodeCounts): readonly Route[] {
  let isReady = false;
  return [
    { path: "/-/healthy", handle: () => text(200, "peer-exporter is healthy.\n") },
    {
      path: "/-/ready",
      handle: () => {
        if (isReady) return text(200, READY);
        const { polled, all } = nodeCounts();
        isReady = polled === all;
        return isReady
          ? text(200, READY)
          : text(503, `peer-exporter is not ready: ${polled} of ${all} nodes polled.\n`);
      },
    },
  ];
}

const READY = "peer-exporter is ready.\n";

export type Reload = () => Promise<ReloadResult>;

/** POST `/-/reload`: reads the configuration again and reports the result. */
export function reloadRoute(reload: Reload): Route {
  // Requests that get the same reading wait for the same promise.
  const wait = createSharedWaits<Promise<ReloadResult>, ReloadResult>();
  return {
    path: "/-/reload",
    method: "POST",
    handle: async ({ onGone }) => {
      const reading = reload();
      const result = await wait(reading, () => reading, onGone);
      if (result === undefined) return CLIENT_GONE;
      if (result.ok) return text(200, `configuration reloaded: ${result.summary}\n`);
      const failed = "configuration not reloaded, keeping the current configuration";
      const head = result.summary === undefined ? failed : `configuration partly reloaded (${result.summary})`;
      return text(500, `500: ${head}:\n${result.problems.join("\n")}\n`);
    },
  };
}

/**
 * `/sd`: HTTP service discovery for Prometheus. Each configured node is a target of its own, scraped through /probe of this
 * exporter. `instance` becomes the node's name, as all targets have the same address. Labels that begin with __meta_ are for
 * relabelling; Prometheus drops them afterwards.
 */
export function sdRoute(config: () => SdConfig, { origin, linkPrefix }: WebLocation): Route {
  const makeCostly = createCostlyResponses();
  return {
    path: "/sd",
    handle: ({ host: requested, onGone }) => {
      const host = origin?.host ?? requested;
      if (host === undefined || !/^[A-Za-z0-9.:[\]_-]+$/.test(host)) {
        return errorResponse(400, "expected a Host header with this exporter's address");
      }
      return makeCostly(
        host,
        () => json(JSON.stringify(targetGroups(config(), { host, scheme: origin?.scheme, linkPrefix }))),
        onGone,
      );
    },
  };
}

type SdConfig = Pick<Config, "shard"> & { readonly nodes: readonly Pick<NodeConfig, "name" | "chain" | "labels">[] };

type SdAddress = { readonly host: string; readonly scheme: string | undefined; readonly linkPrefix: string };

function targetGroups({ nodes, shard }: SdConfig, { host, scheme, linkPrefix }: SdAddress) {
  const ofExporter = {
    __meta_peer_exporter_exporter: host,
    ...(shard === undefined
      ? {}
      : { __meta_peer_exporter_shard: String(shard.index), __meta_peer_exporter_total_shards: String(shard.total) }),
  };
  return nodes.map(({ name, chain, labels }) => ({
    targets: [host],
    labels: {
      ...(scheme === undefined ? {} : { __scheme__: scheme }),
      __metrics_path__: `${linkPrefix}/probe`,
      __param_node: name,
      instance: name,
      ...ofExporter,
      __meta_peer_exporter_target: name,
      __meta_peer_exporter_chain: chain,
      ...Object.fromEntries(
        // As on /metrics: Prometheus would keep two labels if the target's value were another one than the sample's.
        Object.entries(labels).map(([label, value]) => [`__meta_peer_exporter_label_${label}`, cleanText(value)]),
      ),
    },
  }));
}
