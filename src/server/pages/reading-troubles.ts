import { bytes, duration } from "../../lib/text/format.ts";
import type { JudgedFamily } from "../../poll/readings.ts";
import { count } from "./format.ts";
import type { NodeOverview } from "./overview.ts";

/** What the readings of a node's last poll say that is wrong, from the conditions of the alerts. Undefined: nothing. */

const CLOCK_SKEW_SECONDS = 5;

export function skewedClock({ readings }: NodeOverview): string | undefined {
  const skew = Math.abs(readings?.clockSkewSeconds ?? 0);
  return skew > CLOCK_SKEW_SECONDS ? `clock differs by ${duration(skew)}` : undefined;
}

/** By the usual seconds between two blocks, as P2PNodeHeadOld. */
export const OLD_HEADS: readonly { readonly blockSeconds: number; readonly seconds: number }[] = [
  { blockSeconds: 1, seconds: 300 },
  { blockSeconds: 10, seconds: 1200 },
  { blockSeconds: 120, seconds: 7200 },
  { blockSeconds: 600, seconds: 21_600 },
];

/** By the time of the last poll: the head is not older than its data. */
export function oldHead({ readings, last, syncing }: NodeOverview): string | undefined {
  const { headSeconds, blockSeconds } = readings ?? {};
  if (headSeconds === undefined || blockSeconds === undefined || last === undefined || syncing === true)
    return undefined;
  const band = OLD_HEADS.find((each) => blockSeconds <= each.blockSeconds);
  const age = last.endedMs / 1000 - headSeconds;
  return band !== undefined && age > band.seconds ? `newest block was ${duration(age)} old` : undefined;
}

const DAY_SECONDS = 86_400;

/** How many days before the end an alert fires. */
const EXPIRY_DAYS = { warning: 14, critical: 3 };

type Expiry = (node: NodeOverview, nowMs: number) => string | undefined;

/** Each critical one is a warning as well, which the headline does not repeat. */
export function expiring(level: "critical" | "warning", what: "certificate" | "release"): Expiry {
  return (node, nowMs) => {
    const end =
      what === "certificate"
        ? node.readings?.certificateExpirySeconds
        : ofChain(node, "p2p_chainweb_service_date_timestamp_seconds");
    if (end === undefined) return undefined;
    const seconds = end - nowMs / 1000;
    const found = seconds < EXPIRY_DAYS.critical * DAY_SECONDS ? "critical" : "warning";
    if (seconds >= EXPIRY_DAYS.warning * DAY_SECONDS || found !== level) return undefined;
    return seconds < 0 ? `${what} expired` : `${what} expires in ${duration(seconds)}`;
  };
}

/** Free bytes below which an alert fires. */
const FREE_BYTES = { warning: 20 * 2 ** 30, critical: 5 * 2 ** 30 };

export function fullDisk(level: "critical" | "warning"): (node: NodeOverview) => string | undefined {
  return (node) => {
    const free = ofChain(node, "p2p_monero_free_space_bytes");
    if (free === undefined || free >= FREE_BYTES.warning) return undefined;
    const found = free < FREE_BYTES.critical ? "critical" : "warning";
    return found === level ? `${bytes(free)} of disk free` : undefined;
  };
}

export function outdated(node: NodeOverview): string | undefined {
  return ofChain(node, "p2p_chainweb_outdated") === 1 ? "too old for the network" : undefined;
}

export function answeredByOther(node: NodeOverview): string | undefined {
  return ofChain(node, "p2p_monero_untrusted") === 1 ? "a bootstrap daemon answers" : undefined;
}

export function vanishedPeers(node: NodeOverview): string | undefined {
  return (ofChain(node, "p2p_wire_vanished_peers") ?? 0) > 0 ? "dropped configured peers" : undefined;
}

export function wrongChainPeers(node: NodeOverview): string | undefined {
  const peers = ofChain(node, "p2p_wire_wrong_chain_peers") ?? 0;
  return peers > 0 ? `${count(peers)} ${peers === 1 ? "peer" : "peers"} of another chain` : undefined;
}

function ofChain({ readings }: NodeOverview, family: JudgedFamily): number | undefined {
  return readings?.ofChain?.get(family);
}
