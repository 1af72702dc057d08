import { type ChainName, chains } from "../../../chains/index.ts";
import { toYaml } from "../../../lib/to-yaml.ts";
import { mayBeSecret } from "./places.ts";

/** A node as its entry in the configuration asks for it. */
export type Entry = {
  readonly name: string;
  readonly chain: ChainName;
  /** May hold a secret. */
  readonly url: string;
  readonly tls: Readonly<Record<string, string | boolean>> | undefined;
  /** The chain's own block. */
  readonly options: Readonly<Record<string, string>>;
};

/** As plain data of a configuration. */
export function plainEntry({ name, chain, url, tls, options }: Entry) {
  return {
    name,
    chain,
    url,
    ...(tls === undefined ? {} : { tls }),
    ...(Object.keys(options).length === 0 ? {} : { [chains[chain].optionsKey]: options }),
  };
}

/** The variable that stands for a URL which may hold a token. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the configuration
const URL_VARIABLE = "${NODE_URL}";

export type Described = { readonly entry: Entry; readonly comments: readonly string[] };

/** A configuration file with these nodes. */
export function configText(nodes: readonly Described[]): string {
  const items = nodes.map(({ entry, comments }) => {
    const isSecret = mayBeSecret(entry.url);
    const shown = isSecret ? { ...entry, url: URL_VARIABLE } : entry;
    const notes = isSecret ? ["NODE_URL in the environment is the URL as you gave it: it may hold a token."] : [];
    const [, ...lines] = toYaml({ nodes: [plainEntry(shown)] }).split("\n");
    return [...[...comments, ...notes].map((line) => `  # ${line}`), ...lines].join("\n");
  });
  return `nodes:\n${items.join("")}`;
}

const LONGEST_NAME = 63;

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|::1)$/;

/**
 * A name for a node, after its host. That of the own machine would say nothing in a label, so it is called as in the docs.
 * @param isOnly no other node was found at this host
 */
export function nameFor({ url, chain }: Pick<Entry, "url" | "chain">, isOnly: boolean): string {
  const host = url.startsWith("unix:") ? "localhost" : new URL(url).hostname.replace(/^\[|\]$/g, "");
  if (LOOPBACK.test(host)) return `${chain}-1`;
  const name = host.replace(/[^A-Za-z0-9._:-]/g, "").replace(/^[^A-Za-z0-9]+/, "");
  const suffix = isOnly ? "" : `-${chain}`;
  return `${name === "" ? "node" : name}`.slice(0, LONGEST_NAME - suffix.length) + suffix;
}
