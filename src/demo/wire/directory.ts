import { createHash } from "node:crypto";
import { ipv4Addresses, ipv6Addresses } from "../addresses.ts";
import type { Random } from "../random.ts";

/** What a link carries: everything, only blocks (`:blk`) or only transactions (`:trx`). */
export type LinkKind = "" | ":blk" | ":trx";

/** A node of the simulated network, as other nodes meet it. */
export type WirePeer = {
  readonly ip: string;
  /** The address that others configure: host name and port. */
  readonly listen: string;
  readonly kind: LinkKind;
  readonly nodeId: string;
  readonly agent: string;
  readonly os: string;
  readonly blockProducer: boolean;
};

/** Free text that strangers choose. EOSIO 1.x put it in literal quotes. */
const AGENTS = [
  "Spring Agent",
  "sysio",
  "Leap Agent",
  "nodeop",
  '"EOS Example"',
  "Example Seed Node",
  "Nœud d'exemple",
] as const;
const SYSTEMS = ["linux", "linux", "linux", "osx", "win32", "other"] as const;
const REGIONS = ["eu", "us", "ap", "sa", "af"] as const;

/** The strangers of the network. They appear in the peer lists of all its nodes. */
export function createWireDirectory(random: Random): WirePeer[] {
  const addresses = [...ipv4Addresses(random, 50), ...ipv6Addresses(random, 10)];
  return addresses.map((ip, index) => ({
    ip,
    listen: `p2p-${index + 1}.${random.pick(REGIONS)}.example.org:9876`,
    kind: random.chance(0.15) ? ":blk" : random.chance(0.1) ? ":trx" : "",
    nodeId: random.hex(64),
    agent: random.pick(AGENTS),
    os: random.pick(SYSTEMS),
    blockProducer: random.chance(0.2),
  }));
}

/** One of the demo's own nodes as the others see it. */
export function ownPeer(name: string, ip: string, agent: string): WirePeer {
  const nodeId = createHash("sha256").update(name).digest("hex");
  return { ip, listen: `${name}.example.com:9876`, kind: "", nodeId, agent, os: "linux", blockProducer: true };
}
