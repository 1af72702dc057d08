/** The page at `/`: what this is, how many nodes answer, and where to go. */
export function landingPage(facts: {
  readonly version: string;
  readonly telemetryPath: string;
  readonly nodes: number;
  readonly nodesUp: number;
}): string {
  const { version, telemetryPath, nodes, nodesUp } = facts;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>peer-exporter</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem; }
dt { font-family: ui-monospace, monospace; margin-top: 1rem; }
dd { margin: 0; }
</style>
</head>
<body>
<h1>peer-exporter</h1>
<p>The peer-to-peer side of blockchain nodes, for Prometheus. Version ${escapeHtml(version)}.</p>
<p><strong>${nodesUp} of ${nodes} ${nodes === 1 ? "node" : "nodes"}</strong> gave a peer list at the last poll.</p>
<dl>
<dt><a href="${escapeHtml(telemetryPath)}">${escapeHtml(telemetryPath)}</a></dt>
<dd>metrics of all nodes and of the exporter itself: let Prometheus scrape this</dd>
<dt><a href="/-/healthy">/-/healthy</a></dt>
<dd>200 while the exporter runs</dd>
<dt><a href="/-/ready">/-/ready</a></dt>
<dd>200 when every node was polled once, 503 before</dd>
</dl>
</body>
</html>
`;
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
