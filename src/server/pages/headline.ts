import { chains } from "../../chains/index.ts";
import { documentUrl } from "../../documents/pointers.ts";
import { badge, blocks, troubleBadge } from "./format.ts";
import { type Markup, markup, NOTHING } from "./markup.ts";
import { lagOf, type NodeOverview } from "./overview.ts";
import { type Trouble, troublesOf } from "./troubles.ts";

/**
 * The headline of a node's page: its name and what is wrong with it, the worst first.
 * @param linkPrefix what the paths of links begin with
 */
export function headline(node: NodeOverview, nowMs: number, linkPrefix: string): Markup {
  const troubles = troublesOf(node, nowMs);
  const badges =
    troubles.length === 0
      ? markup` ${upBadge(node)}`
      : troubles.map(({ level, text }) => markup` ${troubleBadge(level, text)}`);
  return markup`<h1>${node.name}${badges}</h1>${runbooks(node, troubles, linkPrefix)}`;
}

/** The title of the page: in a row of tabs, people see which node is in trouble. */
export function nodeTitle(node: NodeOverview, nowMs: number): string {
  const [worst] = troublesOf(node, nowMs);
  return worst === undefined ? node.name : `${node.name}: ${worst.text}`;
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
    ? troubleBadge("warning", `up, ${blocks(lag)} behind`)
    : badge("up");
}
