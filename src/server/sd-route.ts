import type { FastifyInstance } from "fastify";

/**
 * HTTP service discovery for Prometheus: each configured node as a target of its own, scraped through /probe of this
 * exporter. `instance` becomes the node's name, as all targets have one address.
 */
export function sdRoute(app: FastifyInstance, nodes: readonly string[]): void {
  app.get("/sd", async (request) =>
    nodes.map((node) => ({
      targets: [request.host],
      labels: { __metrics_path__: "/probe", __param_node: node, instance: node },
    })),
  );
}
