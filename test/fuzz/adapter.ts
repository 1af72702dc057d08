import type { Config, NodeConfig } from "../../src/config/model.ts";
import { parseConfig } from "../../src/config/parse.ts";
import type { RpcRequest } from "../../src/rpc/message.ts";
import type { Tree } from "./json-tree.ts";

/** What the fuzzing of one chain needs beside the chain itself. */
export type FuzzAdapter = {
  readonly name: string;
  /** What a node can be asked for, by a name. */
  readonly calls: readonly string[];
  readonly callOf: (request: Asked) => string | undefined;
  /** Well answers to each call, captured or like captured ones. */
  readonly answers: Answers;
  readonly variants: readonly Variant[];
  /** Rows in the list that a call gave, by a reading that knows nothing of the program; undefined: not comparable. */
  readonly rows?: { readonly call: string; readonly count: (answer: unknown) => number | undefined };
};

export type Asked = Pick<RpcRequest, "method" | "path"> & { readonly body: string };

/** A function makes the answer that fits the request. */
export type Answers = Readonly<Record<string, readonly (Tree | ((asked: Asked) => Tree))[]>>;

/** One way to configure the nodes, and what stands for secrets in it. */
export type Variant = {
  /** The node that is fuzzed comes first; honest ones of the same network follow. */
  readonly config: Config;
};

/** Stands in every place of a URL or an auth block that may be secret, and must never be seen. */
export const CANARY = "s3cr3tCanary";

/** The node that is fuzzed. */
export const LIAR = "liar";

export const HONEST = ["honest-1", "honest-2"];

type NodeBlock = Readonly<Record<string, unknown>>;

/** The configuration of a node and two honest ones, as the file would give it. */
export function variant(
  chain: string,
  liar: NodeBlock,
  honest: NodeBlock,
  connections: NodeBlock = {},
  adapt: (node: NodeConfig) => NodeConfig = (node) => node,
): Variant {
  const nodes = [{ name: LIAR, chain, ...liar }, ...HONEST.map((name) => ({ name, chain, ...honest }))];
  const parsed = parseConfig({ nodes, connections: { hash_key: `a key and ${CANARY}`, ...connections } }, undefined);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return { config: { ...parsed.config, nodes: parsed.config.nodes.map(adapt) } };
}
