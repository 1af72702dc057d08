import type { NodeReport } from "../../../src/model/report.ts";
import { type Answer, json } from "../../support/fake-node.ts";
import { openNode, poll, serve } from "../sessions.ts";
import { cutAnswer, header } from "./support.ts";

export const BASE = "/chainweb/0.0/mainnet01";

/** Answers by their path below the network's. */
export type Answers = Readonly<Record<string, Answer>>;

/** A node with three chains and no peers, but for what the test says. */
export function node(answers: Answers = {}) {
  const well: Answers = {
    "/cut/peer": json({ limit: 0, items: [], next: null }),
    "/cut": cutAnswer([7, 8, 7]),
  };
  return serve(({ url }) => {
    const path = url.replace(BASE, "").split("?")[0] ?? "";
    const chain = /^\/chain\/(\d+)\/header\/(.+)$/.exec(path);
    const own =
      chain === null ? undefined : json(header(chain[2] ?? "", BigInt(1_800_000_000 + Number(chain[1])) * 1_000_000n));
    return answers[path] ?? well[path] ?? own ?? { status: 404, headers: { server: "Chainweb P2P API" } };
  });
}

export async function pollNode(answers: Answers = {}, options: object = {}): Promise<NodeReport> {
  const { url } = await node(answers);
  return poll(openNode("chainweb", url, { options }));
}

export function peerList(...peers: readonly (readonly [host: string, port: number, id: string | null])[]): Answer {
  const items = peers.map(([hostname, port, id]) => ({ id, address: { hostname, port } }));
  return json({ limit: items.length, items, next: null });
}
