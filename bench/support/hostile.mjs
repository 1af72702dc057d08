// A node and clients that mean harm, each in a process of its own.
import { fileURLToPath } from "node:url";
import { createAsker, startChild } from "./process.mjs";

const program = (name) => fileURLToPath(new URL(name, import.meta.url));

/**
 * A node that answers each request with the next one of its hostile bodies.
 * @param {import("./scope.mjs").Scope} scope
 * @returns {Promise<{ url: string, seen: () => Promise<{ bodies: number, answers: number }> }>} bodies: different ones so far
 */
export async function startHostileNode(scope) {
  const { child, found } = await startChild(scope, process.execPath, [program("hostile-node.mjs")], {
    until: /listening on port (\d+)/,
    ipc: true,
  });
  const ask = createAsker(child);
  return { url: `http://127.0.0.1:${found[1]}`, seen: () => ask("seen") };
}

/**
 * Clients of one address that misbehave until the scope ends.
 * @param {import("./scope.mjs").Scope} scope
 * @param {{
 *   port: number, address: string, isTls: boolean, node: string, user: string,
 *   connections: number, guessers: number, pauseMs: number,
 * }} options node: the node to probe; user: the user whose passwords are guessed; guessers: loops of wrong passwords; pauseMs: the
 *   longest pause before a connection that was closed comes again
 * @returns {Promise<{ ways: number, seen: () => Promise<{ opened: number, guesses: number }> }>}
 */
export async function startHostileClients(scope, options) {
  const args = [program("hostile-clients.mjs"), JSON.stringify(options)];
  const { child, found } = await startChild(scope, process.execPath, args, {
    until: /misbehaving in (\d+) ways/,
    ipc: true,
  });
  const ask = createAsker(child);
  return { ways: Number(found[1]), seen: () => ask("seen") };
}
