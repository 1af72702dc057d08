import type { NodeFault } from "../../tools/faults/node-faults.ts";
import type { Answer, OnSocket } from "../support/fake-node.ts";
import type { Fault, KeyPair } from "./faulty-node.ts";
import { CHAINS, type Chain } from "./well-nodes.ts";

/** How each fault is brought about, and what is left of the node on the page meanwhile. */
export type Injection = {
  readonly fault: NodeFault;
  readonly chain: Chain;
  readonly how: Fault;
  /** Parts that still answer. */
  readonly left: "nothing" | "head" | "peers" | "all";
  /** Speaks TLS with this certificate while it is well. */
  readonly tls?: KeyPair;
  /** More of its configuration. */
  readonly settings?: Readonly<Record<string, unknown>>;
};

type Extra = Partial<Pick<Injection, "left" | "tls" | "settings">>;

export function one(fault: NodeFault, chain: Chain, how: Fault, extra: Extra = {}): Injection {
  return { fault, chain, how, left: "nothing", ...extra };
}

export function each(
  fault: NodeFault,
  how: Fault | ((chain: Chain) => Fault),
  extra: Extra = {},
): readonly Injection[] {
  return CHAINS.map((chain) => one(fault, chain, typeof how === "function" ? how(chain) : how, extra));
}

export const answer = (given: Answer): Fault => ({ answer: () => given });
export const socket = (behave: OnSocket): Fault => ({ socket: behave });
