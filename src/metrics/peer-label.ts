import { createHmac } from "node:crypto";
import { formatAddress } from "../model/address.ts";
import type { Direction, PeerAddress, PeerConnection } from "../model/report.ts";
import type { ConnectionSettings } from "./connection-settings.ts";
import { cleanText, escapeLabelValue } from "./exposition.ts";

/** How a peer's address appears in labels. */

type AddressSettings = Pick<ConnectionSettings, "address" | "hashKey">;

/** Whether connections of different ports or hosts have the same `peer` label, one after the other or at the same time. */
export function isSharedLabel(direction: Direction, mode: ConnectionSettings["address"]): boolean {
  return mode === "host" ? direction === "inbound" : mode === "subnet" || mode === "none";
}

/** The escaped `peer` label; "" if addresses are not shown. */
export function peerText({ direction, address }: PeerConnection, settings: AddressSettings): string {
  const { address: mode } = settings;
  // Each poll writes all addresses, and most need no cutting, cleaning or escaping.
  if ((mode === "host" || mode === "full") && PLAIN_HOST.test(address.host)) {
    return mode === "host" && direction === "inbound" ? address.host : formatAddress(address);
  }
  return escapeLabelValue(peerLabel(address, direction, settings));
}

/** With port and suffix at most as long as a label may be. */
const PLAIN_HOST = /^[\w.:-]{1,100}$/;

/** The `peer` label; "" if addresses are not shown. */
export function peerLabel(
  address: PeerAddress,
  direction: Direction,
  { address: mode, hashKey }: AddressSettings,
): string {
  switch (mode) {
    case "full":
      return cleanText(formatAddress(address));
    case "host":
      return cleanText(direction === "inbound" ? address.host : formatAddress(address));
    case "subnet":
      return subnet(address);
    case "hashed":
      return createHmac("sha256", hashKey).update(formatAddress(address)).digest("hex").slice(0, 16);
    case "none":
      return "";
  }
}

/** The IPv4 /16 or IPv6 /32 of an address; for one without a number (a name, Tor, I2P) its type. */
export function subnet({ ip, type }: PeerAddress): string {
  if (ip === undefined) return type;
  return ip.includes(":") ? `${networkOf(ip)}::/32` : `${networkOf(ip)}.0.0/16`;
}

/** The common start of all addresses of a subnet. */
export function networkOf(ip: string): string {
  if (!ip.includes(":")) return ip.slice(0, ip.indexOf(".", ip.indexOf(".") + 1));
  const [first = "0", second = "0"] = expandStart(ip);
  return `${first}:${second}`;
}

/** The first two groups of an IPv6 address in canonical text. */
function expandStart(ip: string): readonly string[] {
  const [head = ""] = ip.split("::");
  const groups = head === "" ? [] : head.split(":");
  return [groups[0] ?? "0", groups[1] ?? "0"];
}
