import { createMoneroNodes } from "../../../src/demo/monero/nodes.ts";
import { createRandom } from "../../../src/demo/random.ts";
import { fields, json, request, rows, testClock } from "../support.ts";

type NodeName = "healthy" | "lagging" | "restricted" | "restarting";

/** The nodes of the simulated network at the start of the demo, and shorthands for their calls. */
export function started(seed = "monero") {
  const clock = testClock();
  const nodes = createMoneroNodes(clock, createRandom(seed));
  const raw = (node: NodeName, method: string, params?: object) =>
    nodes[node].respond(
      request("/json_rpc", { method: "POST", body: JSON.stringify({ jsonrpc: "2.0", id: "0", method, params }) }),
    );
  const call = (node: NodeName, method: string) => fields(fields(json(raw(node, method))).result);
  const get = (node: NodeName, path: string) => nodes[node].respond(request(path));
  const peers = (node: NodeName) => rows(call(node, "get_connections").connections);
  return { clock, nodes, raw, call, get, peers };
}
