import assert from "node:assert/strict";
import { expect } from "vitest";
import { TWENTY_CHAINS } from "../../../src/demo/chainweb/chain.ts";
import { createChainwebNodes } from "../../../src/demo/chainweb/nodes.ts";
import { createRandom } from "../../../src/demo/random.ts";
import { type Fields, fields, json, request, rows, testClock } from "../support.ts";

export const BASE = "/chainweb/0.0/mainnet01";

/** The nodes of the simulated network at the start of the demo, and shorthands for their calls. */
export function started(seed = "chainweb") {
  const clock = testClock();
  const nodes = createChainwebNodes(clock, createRandom(seed));
  const p2p = (target: string) => nodes.healthy.apis.p2p(request(target));
  const service = (target: string) => nodes.healthy.apis.service(request(target));
  const page = (target: string) => fields(json(p2p(target)));
  const cut = (node: keyof typeof nodes) => fields(json(nodes[node].apis.p2p(request(`${BASE}/cut`))));
  return { clock, nodes, p2p, service, page, cut };
}

export function heights(cut: Fields): Map<number, number> {
  return new Map(Object.entries(fields(cut.hashes)).map(([chain, of]) => [Number(chain), Number(fields(of).height)]));
}

export function hostnames(page: Fields): unknown[] {
  return rows(page.items).map((item) => fields(item.address).hostname);
}

/** Expects adjacent chains to be at most one block apart, and all chains at most three. */
export function expectBraided(cut: ReadonlyMap<number, number>) {
  for (const [chain, height] of cut) {
    for (const adjacent of TWENTY_CHAINS.get(chain) ?? []) {
      assert(Math.abs(height - (cut.get(adjacent) ?? 0)) <= 1, `${chain} and ${adjacent} are further apart`);
    }
  }
  expect(Math.max(...cut.values()) - Math.min(...cut.values())).toBeLessThanOrEqual(3);
}
