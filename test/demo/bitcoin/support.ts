import { createBitcoinNodes } from "../../../src/demo/bitcoin/nodes.ts";
import { createRandom } from "../../../src/demo/random.ts";
import { type Fields, fields, json, request, rows, testClock } from "../support.ts";

type NodeName = "healthy" | "upgraded" | "forking";

/** The nodes of the simulated networks at the start of the demo, and shorthands for their calls. */
export function started(seed = "bitcoin") {
  const clock = testClock();
  const nodes = createBitcoinNodes(clock, createRandom(seed));
  const post = (node: NodeName, body: string, headers: Record<string, string> = {}, target = "/") =>
    nodes[node].respond(request(target, { method: "POST", body, headers }));
  const raw = (node: NodeName, method: string, params: readonly unknown[] = [], jsonrpc = "1.0") =>
    post(node, JSON.stringify({ jsonrpc, id: "0", method, params }));
  const call = (node: NodeName, method: string, ...params: readonly unknown[]) =>
    fields(json(raw(node, method, params))).result;
  const one = (node: NodeName, method: string, ...params: readonly unknown[]): Fields =>
    fields(call(node, method, ...params));
  const list = (node: NodeName, method: string) => rows(call(node, method));
  return { clock, nodes, post, raw, call, one, list };
}
