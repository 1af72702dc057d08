import type { Config, NodeConfig } from "../../config/model.ts";
import { counted } from "../../lib/text/format.ts";
import { isUp } from "../../poll/outcomes.ts";
import { type Context, EXIT_USAGE } from "../context.ts";
import type { NodesInvocation } from "../invocation.ts";
import { isSelectedBy } from "../selector.ts";
import { chooseNode, readConfig } from "../source.ts";
import { withoutNodes } from "./check.ts";
import { nodeRows, nodesJson } from "./node-rows.ts";
import { nodesScreen } from "./nodes-screen.ts";
import { nodesText } from "./nodes-text.ts";
import { type Listing, printRounds } from "./poll-rounds.ts";
import { withReferences } from "./polling.ts";
import { screenSort } from "./watch.ts";

/**
 * Polls nodes and references and prints one line for each, once or repeatedly.
 * @returns the exit code: 1 if one of them is down; 0 after a watch
 * @throws ConfigError
 */
export async function nodes(flags: NodesInvocation, context: Context): Promise<number> {
  const config = await readConfig(flags, context.redactor);
  const all = [...config.nodes, ...config.references];
  const named = flags.node === undefined ? all : chooseNode({ nodes: all }, flags.node);
  if (typeof named === "string") {
    context.printError(`error: ${named}\n`);
    return EXIT_USAGE;
  }
  const chosen = [named].flat().filter((node) => isChosen(node, flags));
  const { output, watchMs } = flags;
  if (chosen.length === 0) {
    context.printError(`${withoutChosen(config, all.length)}\n`);
    if (output === "json") context.print(`${JSON.stringify(nodesJson([], undefined, Date.now()), undefined, 2)}\n`);
    return 0;
  }
  // The whole fleet knows the heads of its chains by itself; a part of it is compared with the references.
  const polled = withReferences(chosen, config);
  const { lag } = config;
  return printRounds({ nodes: polled, lag, output, watchMs }, listing(chosen, flags), isUp, context);
}

function isChosen(node: NodeConfig, { chain, selector }: NodesInvocation): boolean {
  return (chain === undefined || node.chain === chain) && isSelectedBy(selector ?? [], node.labels);
}

function withoutChosen(config: Config, all: number): string {
  return all === 0
    ? withoutNodes(config)
    : `no node matches: nothing was polled; the configuration has ${config.references.length === 0 ? counted(all, "node") : `${all} nodes and references`}`;
}

function listing(chosen: readonly NodeConfig[], { sort, hasHeaders }: NodesInvocation): Listing {
  return {
    isListed: ({ node }) => chosen.includes(node),
    json: (listed, nowMs) => nodesJson(listed, sort, nowMs),
    text: (listed, view) => nodesText(nodeRows(listed, sort), { ...view, hasHeaders }),
    screen: { title: "peer-exporter nodes", sort: screenSort(sort), content: nodesScreen },
  };
}
