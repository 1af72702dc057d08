import { html } from "./answer.ts";
import type { NodeCounts } from "./health-routes.ts";
import { escapeHtml, htmlPage } from "./html.ts";
import type { Route } from "./router.ts";

/** The page at `/`, which knows how the exporter is doing. */
export function landingRoute(version: string, telemetryPath: string, nodeCounts: () => NodeCounts): Route {
  return {
    path: "/",
    answer: () => {
      const { up, nodes } = nodeCounts();
      return html(landingPage({ version, telemetryPath, nodes, nodesUp: up }));
    },
  };
}

/** The page at `/`: what this is, how many nodes answer, and where to go. */
export function landingPage(facts: {
  readonly version: string;
  readonly telemetryPath: string;
  readonly nodes: number;
  readonly nodesUp: number;
}): string {
  const { version, telemetryPath, nodes, nodesUp } = facts;
  const links = LINKS.map(([path, text]) => `<dt><a href="${path}">${path}</a></dt>\n<dd>${text}</dd>`);
  return htmlPage(
    "peer-exporter",
    `<p>The peer-to-peer side of blockchain nodes, for Prometheus. Version ${escapeHtml(version)}.</p>
<p><strong>${nodesUp} of ${nodes} ${nodes === 1 ? "node" : "nodes"}</strong> gave a peer list at the last poll.</p>
<dl>
<dt><a href="${escapeHtml(telemetryPath)}">${escapeHtml(telemetryPath)}</a></dt>
<dd>metrics of all nodes and of the exporter itself: let Prometheus scrape this</dd>
${links.join("\n")}
</dl>`,
  );
}

const LINKS: readonly (readonly [path: string, text: string])[] = [
  ["/sd", "each node as a target of its own, for Prometheus' HTTP service discovery"],
  ["/dashboards", "dashboards for Grafana"],
  ["/rules", "recording rules and alerts for Prometheus"],
  ["/config", "the configuration in force, without its secrets"],
  ["/-/healthy", "200 while the exporter runs"],
  ["/-/ready", "200 when every node was polled once, 503 before"],
];
