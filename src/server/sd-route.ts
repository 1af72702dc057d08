import { createCostlyAnswers } from "./costly-answers.ts";
import { json, problem } from "./respond.ts";
import type { Route } from "./router.ts";

/**
 * HTTP service discovery for Prometheus: each configured node as a target of its own, scraped through /probe of this
 * exporter. `instance` becomes the node's name, as all targets have one address.
 */
export function sdRoute(nodes: () => readonly string[]): Route {
  const inTurn = createCostlyAnswers();
  return {
    path: "/sd",
    answer: ({ host, onGone }) => {
      if (host === undefined || !/^[A-Za-z0-9.:[\]_-]+$/.test(host)) {
        return problem(400, "expected a Host header with this exporter's address");
      }
      const groups = () =>
        nodes().map((node) => ({
          targets: [host],
          labels: { __metrics_path__: "/probe", __param_node: node, instance: node },
        }));
      return inTurn(host, () => json(JSON.stringify(groups())), onGone);
    },
  };
}
