import { countBy } from "../../lib/group.ts";
import { shortCause } from "./causes.ts";
import { count, UNKNOWN } from "./format.ts";
import { type Markup, markup, NOTHING } from "./markup.ts";
import type { peersOf } from "./overview.ts";
import { isIn } from "./selection.ts";
import { type AssessedNode, TROUBLED_STATES } from "./troubles.ts";

/** What the page at `/` says first: the worst of the fleet, and what else there is. */

type Headline = {
  /** How many nodes have the worst state. */
  readonly text: string;
  /** The state that it is about; undefined: nothing is wrong. */
  readonly state: string | undefined;
  /** What follows the text: the cause of most of them. */
  readonly cause: string;
};

/** The worst state of the nodes; references do not count, as other people run them. */
export function headlineOf(all: readonly AssessedNode[]): Headline {
  const nodes = all.filter(({ node }) => !node.isReference);
  const number = nodes.length;
  if (number === 0) return plain(all.length === 0 ? "No nodes to poll" : "Only references are polled");
  const worst = statesOf(nodes)[0];
  if (worst === undefined) return plain(number === 1 ? "The node is up" : `All ${count(number)} nodes are up`);
  return {
    text: `${count(worst.members.length)} of ${count(number)} ${number === 1 ? "node" : "nodes"} ${worst.ofNodes}`,
    state: worst.state,
    cause: mainCause(worst.members),
  };
}

function plain(text: string): Headline {
  return { text, state: undefined, cause: "" };
}

/** As the title of the page, which a browser's tab shows. */
export function headlineText({ text, cause }: Headline): string {
  return `${text}${cause}`;
}

type StateOfNodes = {
  readonly state: string;
  readonly ofNodes: string;
  readonly members: readonly AssessedNode[];
};

/** The states that some of the nodes have, the worst first. */
function statesOf(nodes: readonly AssessedNode[]): readonly StateOfNodes[] {
  const troubled = nodes.filter(({ troubles }) => troubles.length > 0);
  return [...TROUBLED_STATES].flatMap(([state, { ofNodes }]) => {
    const members = troubled.filter((each) => isIn(state, each));
    return members.length === 0 ? [] : [{ state, ofNodes, members }];
  });
}

/** The cause that more than half of them have. */
function mainCause(members: readonly AssessedNode[]): string {
  const [first] = causesOf(members);
  if (first === undefined || first.number <= members.length / 2) return "";
  return first.number === members.length ? `: ${first.cause}` : `: mostly ${first.cause}`;
}

/** The most frequent first. */
function causesOf(members: readonly AssessedNode[]): readonly { readonly cause: string; readonly number: number }[] {
  return [...countBy(members, shortCause)]
    .map(([cause, number]) => ({ cause, number }))
    .sort((a, b) => b.number - a.number);
}

/** Of more causes the page has the groups of its table. */
const MAX_CAUSES = 4;

/**
 * What else there is: the causes of the worst state where there are several, the other states, and references that are unhealthy.
 * @param linkTo the address that selects a state
 */
export function summary(all: readonly AssessedNode[], linkTo: (state: string) => string): Markup {
  if (all.length === 0) {
    return markup`<p>This exporter polls no nodes: its configuration has none or, with --shard, the other exporters poll them.</p>`;
  }
  const states = statesOf(all.filter(({ node }) => !node.isReference));
  const [worst, ...others] = states;
  const causes = worst === undefined ? [] : causesOf(worst.members);
  const parts = [
    ...(causes.length > 1 ? [markup`${causes.slice(0, MAX_CAUSES).map(causeText)}`] : []),
    ...(others.length > 0 ? [markup`Also ${others.map((each, index) => stateLink(each, index, linkTo))}`] : []),
    ...referencesText(all),
  ];
  return parts.length === 0 ? NOTHING : markup`<p>${parts.map((part) => markup`${part}. `)}</p>`;
}

function causeText({ cause, number }: { readonly cause: string; readonly number: number }, index: number): Markup {
  return markup`${index === 0 ? "" : ", "}${count(number)} ${cause}`;
}

function stateLink(
  { state, ofNodes, members }: StateOfNodes,
  index: number,
  linkTo: (state: string) => string,
): Markup {
  return markup`${index === 0 ? "" : ", "}<a href="${linkTo(state)}">${count(members.length)} ${ofNodes}</a>`;
}

function referencesText(all: readonly AssessedNode[]): readonly Markup[] {
  const references = all.filter(({ node }) => node.isReference);
  const down = references.filter((each) => isIn("down", each)).length;
  if (down === 0) return [];
  const word = references.length === 1 ? "reference" : "references";
  return [markup`${count(down)} of ${count(references.length)} ${word} down`];
}

type Peers = NonNullable<ReturnType<typeof peersOf>>;

/** Connections by direction; apart from them, peers that are only known, which have none. */
export function peersText(all: readonly Peers[]): Markup {
  if (all.length === 0) return UNKNOWN;
  const sum = (direction: keyof Peers) => all.reduce((total, peers) => total + peers[direction], 0);
  const [inbound, outbound, unknown] = [sum("inbound"), sum("outbound"), sum("unknown")];
  if (unknown === 0) return markup`${count(inbound)} / ${count(outbound)}`;
  return inbound + outbound === 0
    ? markup`${count(unknown)} known`
    : markup`${count(inbound)} / ${count(outbound)} and ${count(unknown)} known`;
}
