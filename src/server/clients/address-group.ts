import { isIPv6 } from "node:net";
import ipaddr from "ipaddr.js";

/** Clients of a unix socket have no address: whoever may open it is let in by the file's mode. */
const LOCAL = "unix socket";

/**
 * Under which name the connections of a client are counted together: its IPv4 address, or the /64 of its IPv6 address,
 * which is what one customer or machine is given at least and can choose from at will (RFC 6177, RFC 4291 section 2.5.4).
 */
export function addressGroup(address: string | undefined): string {
  if (address === undefined || address === "") return LOCAL;
  if (!address.includes(":")) return address;
  // A link-local address may carry its interface.
  const [bare = ""] = address.split("%");
  if (!isIPv6(bare)) return address;
  const parsed = ipaddr.process(bare);
  return parsed instanceof ipaddr.IPv6 ? `${parsed.parts.slice(0, 4).map(hex).join(":")}::/64` : parsed.toString();
}

function hex(part: number): string {
  return part.toString(16);
}
