// Simulated nodes in a process of their own, so that their CPU time is not the exporter's.
import { fileURLToPath } from "node:url";
import { createAsker, startChild } from "./process.mjs";

const PROGRAM = fileURLToPath(new URL("fake-nodes.mjs", import.meta.url));

/**
 * @param {import("./scope.mjs").Scope} scope
 * @param {{ count: number, peers: number, churn?: number, chain?: "monero" | "wire" }} options
 */
export async function startFakeFleet(scope, { count, peers, churn = 0, chain = "monero" }) {
  const args = [PROGRAM, JSON.stringify({ count, peers, churn, chain })];
  const { child } = await startChild(scope, process.execPath, args, { until: /all nodes listen/, ipc: true });
  const ask = createAsker(child);
  const ports = await ask("ports");
  return {
    child,
    /** For the configuration of an exporter. */
    nodes: ports.map((port, index) => ({ name: `node-${index}`, chain, url: `http://127.0.0.1:${port}` })),
    /** Forgets the polls that were seen so far. */
    reset: () => ask("reset"),
    /** @returns {Promise<{ polls: number, spacings: number[] }>} */
    seen: () => ask("seen"),
  };
}
