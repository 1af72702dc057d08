// Simulated nodes that go up and down, in a process of their own.
import { fileURLToPath } from "node:url";
import { createAsker, startChild } from "./process.mjs";

const PROGRAM = fileURLToPath(new URL("flapping-nodes.mjs", import.meta.url));

/**
 * @param {import("./scope.mjs").Scope} scope
 * @param {{ count: number, peers: number, churn: number }} options
 */
export async function startFlappingFleet(scope, options) {
  const { child } = await startChild(scope, process.execPath, [PROGRAM, JSON.stringify(options)], {
    until: /all nodes listen/,
    ipc: true,
  });
  const ask = createAsker(child);
  const ports = await ask("ports");
  return {
    /** For the configuration of an exporter. */
    nodes: ports.map((port, index) => ({ name: `node-${index}`, chain: "monero", url: `http://127.0.0.1:${port}` })),
    /** All are well until then. */
    flap: () => ask("flap"),
    /** @returns {Promise<{ requests: number, moods: number }>} */
    seen: () => ask("seen"),
  };
}
