import { text } from "./respond.ts";
import type { Route } from "./router.ts";

const READY = "peer-exporter is ready.\n";

export type NodeCounts = {
  readonly nodes: number;
  /** Nodes whose last poll got the peer list. */
  readonly up: number;
  /** Nodes and references. */
  readonly all: number;
  /** Of all, those that were polled at least once. */
  readonly polled: number;
};

/** Whoever watches over the process has no password. Both pages say nothing that a stranger could use. */
export const HEALTH_PATHS: ReadonlySet<string> = new Set(["/-/healthy", "/-/ready"]);

/**
 * `/-/healthy`: the exporter runs. `/-/ready`: every node was polled once. Once ready it stays so: the nodes that a
 * reload adds are no reason to take the pages of all others out of a Service.
 */
export function healthRoutes(nodeCounts: () => NodeCounts): readonly Route[] {
  let isReady = false;
  return [
    { path: "/-/healthy", answer: () => text(200, "peer-exporter is healthy.\n") },
    {
      path: "/-/ready",
      answer: () => {
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
