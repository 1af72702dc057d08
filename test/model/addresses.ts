import type { Expectations } from "./expectations.ts";

const TYPES = ["ipv4", "ipv6", "tor", "i2p", "unknown"] as const;

export type AddressType = (typeof TYPES)[number];

/** @param types of the connected peers */
export function expectAddressTypes({ expect }: Expectations, types: readonly AddressType[]): void {
  for (const address_type of TYPES) {
    expect("p2p_node_peers_by_address_type", types.filter((type) => type === address_type).length, { address_type });
  }
}

/**
 * IPv4 by its first two numbers, IPv6 by its first two groups; unknown while no peer has a numeric address.
 * @param addresses of the connected peers that have a numeric one
 * @param peers how many are connected
 */
export function expectSubnets({ expect }: Expectations, addresses: readonly string[], peers: number): void {
  const subnets = new Map<string, number>();
  for (const address of addresses) {
    const subnet = address.split(/[.:]/).slice(0, 2).join("/");
    subnets.set(subnet, (subnets.get(subnet) ?? 0) + 1);
  }
  const isUnknown = subnets.size === 0 && peers > 0;
  expect("p2p_node_peer_subnets", isUnknown ? undefined : subnets.size);
  expect("p2p_node_largest_subnet_peers", isUnknown ? undefined : Math.max(0, ...subnets.values()));
}
