import { documentUrl } from "../../documents/pointers.ts";
import type { FailureReason } from "../../model/failure.ts";
import type { ApiFailure } from "../../poll/outcomes.ts";
import { count } from "./format.ts";
import { type Markup, markup, NOTHING } from "./markup.ts";
import type { NodeOverview } from "./overview.ts";
import { type AssessedNode, TROUBLED_STATES } from "./troubles.ts";

/** Why nodes are unhealthy: those with the same cause are one group, whose head says the cause once. */

/** What people call the reason. */
const REASONS: Readonly<Record<FailureReason, string>> = {
  dns: "name does not resolve",
  connect: "no connection",
  timeout: "no response in time",
  tls: "TLS fails",
  tls_pin: "other certificate than pinned",
  unauthorized: "login refused",
  not_found: "API not found",
  unavailable: "API not available",
  host_header: "Host header refused",
  rate_limited: "rate limited",
  busy: "node is busy",
  http: "HTTP error",
  rpc: "RPC error",
  too_large: "response too large",
  bad_json: "response is no JSON",
  bad_shape: "unexpected response",
  wrong_network: "wrong network",
  internal: "bug in the exporter",
};

/** In a few words, why the node is down or degraded; undefined where nothing failed. */
export function shortCause({ node: { failures } }: AssessedNode): string | undefined {
  const [first] = failures;
  return first && causeWords(first);
}

/** The restricted RPC is by far the most frequent reason of its kind, and has a name of its own. */
function causeWords({ failure: { reason, message, advice } }: ApiFailure): string {
  const isRestricted = reason === "unavailable" && /\brestricted RPC\b/.test(`${message} ${advice}`);
  return isRestricted ? "restricted RPC" : REASONS[reason];
}

export type CauseGroup = {
  /** Also the class of its rows. */
  readonly className: string;
  readonly head: Markup;
  /** What the head does not say of a node, as it is not the same for all: its own messages, or its address. */
  readonly ownText: (assessed: AssessedNode) => Markup;
};

/**
 * The nodes in the order of their states, in groups of the same cause, larger groups first. Healthy nodes are the last group.
 * @param linkPrefix what the paths of links begin with
 */
export function groupByCause(
  nodes: readonly AssessedNode[],
  linkPrefix: string,
): { readonly ordered: readonly AssessedNode[]; readonly groupOf: (assessed: AssessedNode) => CauseGroup | undefined } {
  const byKey = new Map<string, AssessedNode[]>();
  for (const each of nodes) {
    const key = keyOf(each);
    const others = byKey.get(key);
    if (others === undefined) byKey.set(key, [each]);
    else others.push(each);
  }
  const sorted = [...byKey.values()].sort((a, b) => (a[0]?.rank ?? 0) - (b[0]?.rank ?? 0) || b.length - a.length);
  // A fleet that is healthy needs no heads.
  if (sorted.length === 1 && sorted[0]?.[0]?.troubles.length === 0) return { ordered: nodes, groupOf: () => undefined };
  const groups = new Map<AssessedNode, CauseGroup>();
  for (const members of sorted) {
    const group = groupFor(members, linkPrefix);
    for (const each of members) groups.set(each, group);
  }
  return { ordered: sorted.flat(), groupOf: (each) => groups.get(each) };
}

function keyOf({ node, rank }: AssessedNode): string {
  const { failures } = node;
  if (failures.length === 0) return String(rank);
  const causes = failures.map((each) => [each.api, each.failure.reason, withoutAddress(each.failure.advice, node)]);
  return JSON.stringify([rank, causes]);
}

/** In place of the node's own address, in texts that nodes share. */
const ADDRESS = "\u2026";

/** Texts of nodes differ in the server that they name. */
function withoutAddress(text: string, { server }: NodeOverview): string {
  const host = server.replace(/^\w+:\/\//, "");
  return text.replaceAll(server, ADDRESS).replaceAll(host, ADDRESS);
}

function groupFor(members: readonly AssessedNode[], linkPrefix: string): CauseGroup {
  const [first] = members;
  if (first === undefined) throw new Error("expected a node in each group");
  const { node, troubles } = first;
  const [worst] = troubles;
  const title = titleOf(members);
  if (worst === undefined) return { className: "up", head: title, ownText: nothing };
  const isOne = members.length === 1;
  // Of one node, everything is said once: in the head.
  const shared = node.failures.map(({ failure }, index) => {
    const text = isOne ? failure.message : withoutAddress(failure.message, node);
    const isShared = members.every((each) => messageOf(each, index) === withoutAddress(failure.message, node));
    return isShared ? text : undefined;
  });
  const causes = node.failures.map((failure, index) =>
    causeText(failure, shared[index], isOne ? undefined : node, linkPrefix),
  );
  const runbook =
    node.failures.length === 0 && worst.alert !== undefined ? runbookLink(worst.alert, linkPrefix) : NOTHING;
  return {
    className: worst.level === "critical" ? "down" : "degraded",
    head: markup`${title}${runbook}${causes}`,
    ownText: isOne ? nothing : (each) => ownText(each, shared),
  };
}

const nothing = () => NOTHING;

function messageOf({ node }: AssessedNode, index: number): string | undefined {
  const failure = node.failures[index]?.failure;
  return failure && withoutAddress(failure.message, node);
}

function titleOf(members: readonly AssessedNode[]): Markup {
  const number = `${count(members.length)} ${members.length === 1 ? "node" : "nodes"}`;
  const state = members[0]?.troubles[0]?.state;
  return markup`<b>${number} ${state === undefined ? "up" : TROUBLED_STATES.get(state)?.ofNodes}</b>`;
}

/** The part that failed, the reason, what was found, and what to do. */
function causeText(
  { api, failure }: ApiFailure,
  message: string | undefined,
  of: NodeOverview | undefined,
  linkPrefix: string,
): Markup {
  const more = documentUrl(linkPrefix, "troubleshooting", failure.reason);
  const advice = of === undefined ? failure.advice : withoutAddress(failure.advice, of);
  return markup`<p>${api}: <a class="reason" href="${more}">${failure.reason}</a> ${message}<br>
<span class="advice">${advice}</span></p>`;
}

function runbookLink(alert: string, linkPrefix: string): Markup {
  return markup` <a href="${documentUrl(linkPrefix, `runbooks/${alert}`)}">what to do</a>`;
}

/** Where all messages are the same but for the address, that is all there is to add. */
function ownText({ node }: AssessedNode, shared: readonly (string | undefined)[]): Markup {
  if (shared.every((text) => text !== undefined && !text.includes(ADDRESS))) return NOTHING;
  const own = node.failures.flatMap(({ failure }, index) => (shared[index] === undefined ? [failure.message] : []));
  return own.length === 0
    ? markup` <span class="quiet">${node.server}</span>`
    : markup` <span class="own">${own.join("; ")}</span>`;
}
