import { createRandom } from "../../../src/demo/random.ts";
import { createWireNodes } from "../../../src/demo/wire/nodes.ts";
import { type Fields, fields, json, request, rows, testClock } from "../support.ts";

/** The nodes of the simulated network at the start of the demo, and shorthands for their calls. */
export function started(seed = "wire") {
  const clock = testClock();
  const nodes = createWireNodes(clock, createRandom(seed));
  const peers = (node: keyof typeof nodes) => rows(json(nodes[node].api(request("/v1/net/connections"))));
  const info = (node: keyof typeof nodes) => fields(json(nodes[node].api(request("/v1/chain/get_info"))));
  return { clock, nodes, peers, info };
}

export function handshake(row: Fields): Fields {
  return fields(row.last_handshake);
}
