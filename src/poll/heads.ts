import type { Head, NodeReport } from "../chains/chain.ts";
import type { NodeRole } from "../config/model.ts";

/** Heads of other nodes of the same network whose data is fresh. */
export type OtherHeads = {
  /** Of the other nodes of the configuration. */
  readonly fleet: readonly Head[];
  /** Of its references. */
  readonly configured: readonly Head[];
};

/** The last head of every node, kept by network: to look through all reports for each poll would cost more than polling. */
export type KnownHeads = {
  /** @param freshUntilMs unix milliseconds */
  remember(name: string, role: NodeRole, report: NodeReport, freshUntilMs: number): void;
  /** The node is asked no more, or is another one now. */
  forget(name: string): void;
  /** What others of the network say now; nothing while the own network is not known. */
  others(name: string, networkKey: string | undefined, nowMs: number): OtherHeads;
};

type KnownHead = { readonly name: string; readonly role: NodeRole; readonly head: Head; readonly freshUntilMs: number };

export function createKnownHeads(): KnownHeads {
  const networks = new Map<string, Map<string, KnownHead>>();
  const networkOf = new Map<string, string>();

  function forget(name: string): void {
    const key = networkOf.get(name);
    if (key === undefined) return;
    const network = networks.get(key);
    network?.delete(name);
    if (network?.size === 0) networks.delete(key);
    networkOf.delete(name);
  }

  return {
    forget,
    remember(name, role, { networkKey, head }, freshUntilMs) {
      if (networkOf.get(name) !== networkKey || !head.ok) forget(name);
      if (networkKey === undefined || !head.ok) return;
      const network = networks.get(networkKey) ?? new Map<string, KnownHead>();
      network.set(name, { name, role, head: head.value, freshUntilMs });
      networks.set(networkKey, network);
      networkOf.set(name, networkKey);
    },
    others(name, networkKey, nowMs) {
      const fleet: Head[] = [];
      const configured: Head[] = [];
      const network = networkKey === undefined ? undefined : networks.get(networkKey);
      for (const known of network?.values() ?? []) {
        if (known.name === name || nowMs > known.freshUntilMs) continue;
        (known.role === "node" ? fleet : configured).push(known.head);
      }
      return { fleet, configured };
    },
  };
}
