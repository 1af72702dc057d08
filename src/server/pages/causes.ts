import { documentUrl } from "../../documents/pointers.ts";
import { groupBy } from "../../lib/group.ts";
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

/** In a few words, why the node is down or degraded; undefined where its worst trouble is another one. */
export function shortCause({ node: { failures }, troubles: [worst] }: AssessedNode): string | undefined {
  const [first] = failures;
  return first !== undefined && worst !== undefined && OF_FAILURES.has(worst.state) ? causeWords(first) : undefined;
}

/** The states that come from failures. */
const OF_FAILURES: ReadonlySet<string> = new Set(["down", "degraded"]);

/** The restricted RPC is by far the most frequent reason of its kind, and has a name of its own. */
function causeWords({ failure: { reason, message, advice } }: ApiFailure): string {
  const isRestricted = reason === "unavailable" && /\brestricted RPC\b/.test(`${message} ${advice}`);
  return isRestricted ? "restricted RPC" : REASONS[reason];
}

type CauseGroup = {
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
  const sorted = [...groupBy(nodes, keyOf).values()].sort(
    (a, b) => (a[0]?.rank ?? 0) - (b[0]?.rank ?? 0) || b.length - a.length,
  );
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

/** Texts of nodes differ in the server that they name, and messages begin with the call to it. */
function withoutAddress(text: string, { server }: NodeOverview): string {
  const begin = ` at ${server}: `;
  const at = text.indexOf(begin);
  const rest = at < 0 || at > MAX_CALL_LENGTH ? text : text.slice(at + begin.length);
  return rest.replaceAll(server, ADDRESS).replaceAll(server.replace(/^\w+:\/\//, ""), ADDRESS);
}

const MAX_CALL_LENGTH = 100;

function groupFor(members: readonly AssessedNode[], linkPrefix: string): CauseGroup {
  const [first] = members;
  if (first === undefined) throw new Error("expected a node in each group");
  const { node, troubles } = first;
  const [worst] = troubles;
  if (worst === undefined) return { className: "up", head: markup`<b>${titleOf(members)}</b>`, ownText: nothing };
  const isOne = members.length === 1;
  const shared = node.failures.map((_, index) => isOne || hasSameMessage(members, index));
  const causes = node.failures.map(({ api, failure }, index) => {
    const shown = (given: string) => (isOne ? given : withoutAddress(given, node));
    const message = shared[index] ? shown(failure.message) : "";
    return causeText({ api, failure: { ...failure, message, advice: shown(failure.advice) } }, linkPrefix);
  });
  const runbook = causes.length === 0 && worst.alert !== undefined ? runbookLink(worst.alert, linkPrefix) : NOTHING;
  return {
    className: worst.level === "critical" ? "down" : "degraded",
    head: markup`<b>${titleOf(members)}</b>${runbook}${causes}`,
    ownText: isOne || causes.length === 0 ? nothing : (each) => ownText(each, shared),
  };
}

const nothing = () => NOTHING;

function hasSameMessage(members: readonly AssessedNode[], index: number): boolean {
  const messageOf = ({ node }: AssessedNode) => withoutAddress(node.failures[index]?.failure.message ?? "", node);
  const [first] = members;
  const message = first && messageOf(first);
  return members.every((each) => messageOf(each) === message);
}

/** As in the headline of the page. */
function titleOf(members: readonly AssessedNode[]): string {
  const number = `${count(members.length)} ${members.length === 1 ? "node" : "nodes"}`;
  const [first] = members;
  const state = first?.troubles[0]?.state;
  const cause = first && shortCause(first);
  return `${number} ${state === undefined ? "up" : TROUBLED_STATES.get(state)?.ofNodes}${cause === undefined ? "" : `: ${cause}`}`;
}

/** The part that failed, the reason, what was found, and what to do. */
function causeText({ api, failure }: ApiFailure, linkPrefix: string): Markup {
  const more = documentUrl(linkPrefix, "troubleshooting", failure.reason);
  return markup` <span class="cause">${api}: <a class="reason" href="${more}">${failure.reason}</a> ${failure.message}</span>
<p class="advice">${failure.advice}</p>`;
}

function runbookLink(alert: string, linkPrefix: string): Markup {
  return markup` <a href="${documentUrl(linkPrefix, `runbooks/${alert}`)}">what to do</a>`;
}

/** Messages that are not the same for all; otherwise only the server is the node's own. */
function ownText({ node }: AssessedNode, shared: readonly boolean[]): Markup {
  const own = node.failures.flatMap(({ failure }, index) => (shared[index] ? [] : [failure.message]));
  return own.length === 0
    ? markup` <small>${node.server}</small>`
    : markup` <span class="own">${own.join("; ")}</span>`;
}
