import type { FastifyInstance } from "fastify";

/**
 * HTTP service discovery for Prometheus: each configured node as a target of its own, scraped through /probe of this
 * exporter. `instance` becomes the node's name, as all targets have one address.
 */
export function sdRoute(app: FastifyInstance, nodes: readonly string[]): void {
  app.get("/sd", async (request, reply) => {
    if (!/^[A-Za-z0-9.:[\]_-]+$/.test(request.host ?? "")) {
      return reply
        .code(400)
        .type("text/plain; charset=utf-8")
        .send("400: expected a Host header with this exporter's address\n");
    }
    return nodes.map((node) => ({
      targets: [request.host],
      labels: { __metrics_path__: "/probe", __param_node: node, instance: node },
    }));
  });
}
