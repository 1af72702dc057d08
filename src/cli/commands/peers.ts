import { isUp } from "../../poll/outcomes.ts";
import { type Context, EXIT_USAGE } from "../context.ts";
import type { PeersInvocation } from "../invocation.ts";
import { chooseNode, readConfig } from "../source.ts";
import { withoutNodes } from "./check.ts";
import { peersJson } from "./peer-rows.ts";
import { peersScreen } from "./peers-screen.ts";
import { peersText } from "./peers-text.ts";
import { type Listing, printRounds } from "./poll-rounds.ts";
import { withReferences } from "./polling.ts";
import { screenSort } from "./watch.ts";

/**
 * Polls nodes and prints their peers, once or repeatedly.
 * @returns the exit code: 1 if a node is down; 0 after a watch
 * @throws ConfigError
 */
export async function peers(flags: PeersInvocation, context: Context): Promise<number> {
  const config = await readConfig(flags, context.redactor);
  const chosen = flags.node === undefined ? undefined : chooseNode(config, flags.node);
  if (typeof chosen === "string") {
    context.printError(`error: ${chosen}\n`);
    return EXIT_USAGE;
  }
  if (chosen === undefined && config.nodes.length === 0) context.printError(`${withoutNodes(config)}\n`);
  const nodes = chosen === undefined ? [...config.nodes, ...config.references] : withReferences([chosen], config);
  const { lag } = config;
  const { output, watchMs } = flags;
  return printRounds({ nodes, lag, output, watchMs }, listing(flags), isUp, context);
}

function listing({ sort }: PeersInvocation): Listing {
  return {
    isListed: ({ node }) => node.role === "node",
    json: (listed, nowMs) => peersJson(listed, sort, nowMs),
    text: (listed, view) => listed.map((one) => peersText(one, { ...view, sort })).join("\n"),
    screen: { title: "peer-exporter peers", sort: screenSort(sort), content: peersScreen },
  };
}
