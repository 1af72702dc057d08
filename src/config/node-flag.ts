import { isObject } from "../lib/json.ts";

/**
 * Reads `--node NAME=CHAIN+URL`, a node without a configuration file, for sidecars:
 * `monero-1=monero+http://127.0.0.1:18081`. The parts are checked later, like those of a file.
 * @throws Error that does not repeat the URL, as it may contain a token
 */
export function parseNodeFlag(text: string): Readonly<Record<"name" | "chain" | "url", string>> {
  const match = /^([^=+/?]+)=([a-z]+)\+(.+)$/.exec(text);
  const [, name, chain, url] = match ?? [];
  if (name === undefined || chain === undefined || url === undefined) {
    throw new Error("expected NAME=CHAIN+URL, for example monero-1=monero+http://127.0.0.1:18081");
  }
  return { name, chain, url };
}

/** A node as plain data, like one of a file. */
export type FlagNode = Readonly<Record<string, string>>;

/** The document of a configuration file, if there is one, with the nodes of flags at the end of its list. */
export function withFlagNodes(raw: unknown, nodes: readonly FlagNode[]): unknown {
  if (nodes.length === 0) return raw;
  if (raw === undefined || raw === null) return { nodes };
  if (!isObject(raw)) return raw;
  const fromFile = raw.nodes ?? [];
  // The schema reports any other value.
  return Array.isArray(fromFile) ? { ...raw, nodes: [...fromFile, ...nodes] } : raw;
}
