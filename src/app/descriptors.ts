import { readdirSync, readFileSync } from "node:fs";

/**
 * How many file descriptors each part may use. Without shares, connections to nodes and idle clients could use all of them, and
 * scrapes and health checks would fail.
 */
type DescriptorShares = {
  /** Connections to nodes, open or opening. */
  readonly nodes: number;
  /** Connections of clients, over all listeners. */
  readonly clients: number;
};

/** For files, name lookups, the thread that compares passwords, and descriptors that Node opens itself. */
const RESERVED = 12;

/** The clients' share of the rest, at least: scrapes and health checks must always succeed. */
const CLIENTS_SHARE = 1 / 3;
const MIN_CLIENTS = 2;
const MIN_NODES = 1;

/**
 * @param maxClients connections of clients, if there are enough descriptors
 * @param descriptors at the start, when all addresses are open; undefined: not limited
 */
export function shareDescriptors(maxClients: number, descriptors: Descriptors | undefined): DescriptorShares {
  if (descriptors === undefined) return { nodes: Number.POSITIVE_INFINITY, clients: maxClients };
  const free = descriptors.limit - descriptors.inUse - RESERVED;
  const clients = Math.max(MIN_CLIENTS, Math.min(maxClients, Math.floor(free * CLIENTS_SHARE)));
  return { nodes: Math.max(MIN_NODES, free - clients), clients };
}

/** Most nodes need one connection; some have a second server (metrics, a service API). */
const CONNECTIONS_OF_NODE = 2;

/** A warning for the start; undefined when every node can keep its connections. */
export function descriptorWarning(
  nodes: number,
  { nodes: share, clients }: DescriptorShares,
  descriptors: Descriptors | undefined,
): string | undefined {
  const wanted = nodes * CONNECTIONS_OF_NODE;
  if (descriptors === undefined || share >= wanted) return undefined;
  const { limit } = descriptors;
  return (
    `the limit of ${limit} open files leaves ${share} connections for ${nodes} nodes and ${clients} for clients: nodes take turns and ` +
    `connections are closed between polls; raise the limit to ${limit - share + wanted} or more (ulimit -n, LimitNOFILE=)`
  );
}

/** File descriptors of this process, as Linux reports them. */
type Descriptors = {
  /** How many may be open. */
  readonly limit: number;
  readonly inUse: number;
};

/** @returns undefined where the system does not report them (no /proc) or sets no limit */
export function readDescriptors(folder = "/proc/self"): Descriptors | undefined {
  try {
    const [, soft] = /^Max open files +(\d{1,15}) /m.exec(readFileSync(`${folder}/limits`, "utf8")) ?? [];
    if (soft === undefined) return undefined;
    return { limit: Number(soft), inUse: readdirSync(`${folder}/fd`).length };
  } catch {
    return undefined;
  }
}
