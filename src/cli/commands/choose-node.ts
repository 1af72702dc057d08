import type { Config, NodeConfig } from "../../config/model.ts";
import { didYouMean } from "../../lib/suggest.ts";

/** The node that a command's argument names; a text if it names none. */
export function chooseNode({ nodes }: Pick<Config, "nodes">, name: string | undefined): NodeConfig | string {
  const names = nodes.map((node) => node.name);
  if (name === undefined) {
    const [only, ...others] = nodes;
    if (only !== undefined && others.length === 0) return only;
    return `which node? The configuration has ${listed(names)}`;
  }
  const found = nodes.find((node) => node.name === name);
  if (found !== undefined) return found;
  const shown = /^[\w.:@-]{1,63}$/.test(name) ? ` named ${name}` : " of that name";
  return `the configuration has no node${shown}${didYouMean(name, names) ?? `; it has ${listed(names)}`}`;
}

const MAX_LISTED = 20;

function listed(names: readonly string[]): string {
  if (names.length === 0) return "none";
  const more = names.length - MAX_LISTED;
  return names.slice(0, MAX_LISTED).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
