import { chains } from "../../chains/index.ts";
import { documentUrl } from "../../documents/pointers.ts";
import type { TextSample } from "../../lib/prometheus-text.ts";
import { duration } from "../../lib/text/format.ts";
import { badge, count, troubleBadge } from "./format.ts";
import { type Markup, markup, NOTHING } from "./markup.ts";
import { lagOf, type NodeOverview } from "./overview.ts";
import { type Trouble, troublesOf } from "./troubles.ts";

/** The headline of a node's page: its name and what is wrong with it, the worst first. */

const HEAD_TIME = "p2p_node_head_timestamp_seconds";
const BLOCK_INTERVAL = "p2p_node_block_interval_seconds";

type Fact = {
  readonly value: number;
  readonly node: NodeOverview;
  readonly nowMs: number;
  readonly sampleOf: (family: string) => number | undefined;
};

/** What the samples of a node say that is wrong, by their family: from the conditions of alerts. */
const FACTS: Readonly<Record<string, (fact: Fact) => Trouble | undefined>> = {
  [HEAD_TIME]: oldHead,
  p2p_node_clock_skew_seconds: ({ value }) =>
    warning(
      Math.abs(value) > CLOCK_SKEW_SECONDS,
      `clock differs by ${duration(Math.abs(value))}`,
      "P2PNodeClockSkewed",
    ),
  p2p_chainweb_outdated: ({ value }) => warning(value === 1, "too old for the network", "P2PChainwebNodeOutdated"),
  p2p_monero_untrusted: ({ value }) => warning(value === 1, "a bootstrap daemon answers", "P2PMoneroUntrusted"),
  p2p_wire_vanished_peers: ({ value }) =>
    warning(value > 0, "dropped configured peers", "P2PWireConfiguredPeerVanished"),
  p2p_chainweb_service_date_timestamp_seconds: (fact) => expiring(fact, "release", "P2PChainwebNodeExpiring"),
  p2p_node_tls_certificate_expiry_timestamp_seconds: (fact) =>
    expiring(fact, "certificate", "P2PNodeCertificateExpiring"),
};

/** The families that the headline reads. */
export const HEADLINE_FAMILIES: readonly string[] = [...Object.keys(FACTS), BLOCK_INTERVAL];

const CLOCK_SKEW_SECONDS = 5;
const EXPIRY_DAYS = { warning: 14, critical: 3 };

/** By the usual seconds between two blocks, as P2PNodeHeadOld. */
export const OLD_HEADS: readonly { readonly blockSeconds: number; readonly seconds: number }[] = [
  { blockSeconds: 1, seconds: 300 },
  { blockSeconds: 10, seconds: 1200 },
  { blockSeconds: 120, seconds: 7200 },
  { blockSeconds: 600, seconds: 21_600 },
];

/** @param linkPrefix what the paths of links begin with */
export function headline(
  node: NodeOverview,
  samples: readonly TextSample[],
  nowMs: number,
  linkPrefix: string,
): Markup {
  const troubles = allTroubles(node, samples, nowMs);
  const badges =
    troubles.length === 0
      ? markup` ${upBadge(node)}`
      : troubles.map(({ level, text }) => markup` ${troubleBadge(level, text)}`);
  return markup`<h1>${node.name}${badges}</h1>${runbooks(node, troubles, linkPrefix)}`;
}

/** What to do: the runbooks of the alerts with these conditions. */
function runbooks({ isReference }: NodeOverview, troubles: readonly Trouble[], linkPrefix: string): Markup {
  const alerts = troubles.flatMap(({ alert }) =>
    isReference && alert === "P2PNodeDown" ? OF_REFERENCE : (alert ?? []),
  );
  if (alerts.length === 0) return NOTHING;
  const links = alerts.map((alert) => markup` <a href="${documentUrl(linkPrefix, `runbooks/${alert}`)}">${alert}</a>`);
  return markup`
<p>What to do:${links}</p>`;
}

/** A reference is only asked for its head. */
const OF_REFERENCE = "P2PReferenceDown";

/** A lag that no alert looks at yet is no trouble, but the headline is not green from half of it on. */
function upBadge(node: NodeOverview): Markup {
  const lag = lagOf(node) ?? 0;
  return lag > chains[node.chain].usualLagBlocks / 2
    ? troubleBadge("warning", `up, ${count(lag)} ${lag === 1 ? "block" : "blocks"} behind`)
    : badge("up");
}

function allTroubles(node: NodeOverview, samples: readonly TextSample[], nowMs: number): readonly Trouble[] {
  const known = troublesOf(node, nowMs);
  // Of a node without new data, that is all.
  if (node.condition === "down" || node.condition === "waiting") return known;
  const sampleOf = (family: string) => samples.find(({ name }) => name === family)?.value;
  const facts = Object.entries(FACTS).flatMap(([family, troubleOf]) => {
    const value = sampleOf(family);
    return (value !== undefined && troubleOf({ value, node, nowMs, sampleOf })) || [];
  });
  const all = [...known, ...facts];
  return [...all.filter(({ level }) => level === "critical"), ...all.filter(({ level }) => level !== "critical")];
}

function warning(condition: boolean, text: string, alert: string): Trouble | undefined {
  return condition ? { state: alert, level: "warning", text, alert } : undefined;
}

/** By the time of the last poll: the head is not older than its data. */
function oldHead({ value, node, sampleOf }: Fact): Trouble | undefined {
  const blockSeconds = sampleOf(BLOCK_INTERVAL);
  const endedMs = node.last?.endedMs;
  if (blockSeconds === undefined || endedMs === undefined || node.syncing === true) return undefined;
  const band = OLD_HEADS.find((each) => blockSeconds <= each.blockSeconds);
  const age = endedMs / 1000 - value;
  return warning(band !== undefined && age > band.seconds, `newest block was ${duration(age)} old`, "P2PNodeHeadOld");
}

function expiring({ value, nowMs }: Fact, what: string, alert: string): Trouble | undefined {
  const seconds = value - nowMs / 1000;
  const days = seconds / 86_400;
  if (days >= EXPIRY_DAYS.warning) return undefined;
  const level = days < EXPIRY_DAYS.critical ? "critical" : "warning";
  return {
    state: alert,
    level,
    text: seconds < 0 ? `${what} expired` : `${what} expires in ${duration(seconds)}`,
    alert,
  };
}
