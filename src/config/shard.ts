import { createHash } from "node:crypto";
import { mapSteps, runToEnd, type Steps } from "../lib/slices.ts";
import { quoted } from "../schema/fields.ts";
import type { Config, Shard } from "./model.ts";

/**
 * Sharding: several exporters share one configuration, and each polls a part of the nodes. They need no contact: a node
 * belongs to the shard with the highest weight for its name (rendezvous hashing).
 */

/** The value of --shard. */
export type ShardFlag =
  | ({ readonly kind: "fixed" } & Shard)
  /** The index is the ordinal in the pod's name. */
  | { readonly kind: "auto"; readonly total: number };

/** Where the name of the pod may come from. */
type PodNames = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly hostname: string;
};

/** More is probably a typo: the weight of each node is computed for each shard. */
const MAX_SHARDS = 1000;

const SYNTAX = "expected I/N, like 0/3 for the first of three shards, or auto/N in a StatefulSet";

/**
 * Reads the value of --shard: `I/N` with I from 0 to N-1, or `auto/N`.
 * @throws Error with the expected value, the value found and a correction
 */
export function parseShard(text: string): ShardFlag {
  const [, which, shards] = /^(\d{1,9}|auto)\/(\d{1,9})$/.exec(text) ?? [];
  if (which === undefined || shards === undefined) throw new Error(`${SYNTAX}, found ${quoted(text)}`);
  const total = Number(shards);
  if (total === 0) {
    throw new Error(`expected at least 1 shard, found ${quoted(text)}: omit --shard if one exporter polls all nodes`);
  }
  if (total > MAX_SHARDS) {
    throw new Error(`expected at most ${MAX_SHARDS} shards, found ${quoted(text)}: use fewer shards`);
  }
  if (which === "auto") return { kind: "auto", total };
  const index = Number(which);
  if (index >= total) {
    const range = total === 1 ? "0, as there is 1 shard" : `from 0 to ${total - 1}, as there are ${total} shards`;
    throw new Error(`expected a shard ${range}, found ${quoted(text)}: the first of N shards is 0/N`);
  }
  return { kind: "fixed", index, total };
}

/**
 * The shard of this pod. `auto` takes the number at the end of POD_NAME, else HOSTNAME, else the host's name: a StatefulSet
 * numbers its pods from 0.
 * @throws Error with the expected name, the name found and a correction
 */
export function resolveShard(flag: ShardFlag, { env, hostname }: PodNames): Shard {
  const { total } = flag;
  if (flag.kind === "fixed") return { index: flag.index, total };
  const [source, name] = podName(env, hostname);
  const ordinal = /-(\d+)$/.exec(name)?.[1];
  if (ordinal === undefined) {
    throw new Error(
      `expected a name that ends in -0, -1, …, as a StatefulSet gives its pods, found ${quoted(name)} (${source}): ` +
        `set POD_NAME to the pod's name, or give the number of the shard: --shard 0/${total}`,
    );
  }
  const index = Number(ordinal);
  if (index >= total) {
    throw new Error(
      `expected a pod number below ${total}, the number of shards, found ${quoted(name)} (${source}): ` +
        "give all pods --shard auto/N with N as the number of replicas, counted from 0",
    );
  }
  return { index, total };
}

/** An empty variable counts as unset: a template without a value gives one. */
function podName(env: PodNames["env"], hostname: string): readonly [source: string, name: string] {
  for (const variable of ["POD_NAME", "HOSTNAME"]) {
    const name = env[variable];
    if (name !== undefined && name !== "") return [variable, name];
  }
  return ["the host's name", hostname];
}

/** Whether this shard polls the node of that name. */
export function ownsNode({ index, total }: Shard, name: string): boolean {
  return ownerOf(name, total) === index;
}

/**
 * The index of the shard that polls the node. A new shard does not change the weights of the others, so a node either stays
 * or moves to the new shard.
 */
export function ownerOf(name: string, total: number): number {
  let owner = 0;
  let highest = "";
  for (let index = 0; index < total; index += 1) {
    const weight = weightOf(index, name);
    if (weight <= highest) continue;
    highest = weight;
    owner = index;
  }
  return owner;
}

/**
 * SHA-256 of the shard's decimal number, a colon and the node's name in UTF-8, as a number of 256 bits. As hex texts of the
 * same length, they sort like the numbers. docs/sharding.md documents the formula for other programs.
 */
function weightOf(index: number, name: string): string {
  return createHash("sha256").update(`${index}:${name}`).digest("hex");
}

/** The configuration of this shard: its own nodes, and all references, which every shard polls. */
export function selectShard(config: Config, shard: Shard): Config {
  return runToEnd(shardSteps(config, shard));
}

/** As selectShard, one node a step. */
export function* shardSteps(config: Config, shard: Shard): Steps<Config> {
  const owned = yield* mapSteps(config.nodes, (node) => (ownsNode(shard, node.name) ? [node] : []));
  return { ...config, nodes: owned.flat(), shard };
}

/** `shard 1 of 0..2: 4 of 12 nodes` */
export function describeShard({ index, total }: Shard, own: number, all: number): string {
  return `shard ${index} of 0..${total - 1}: ${own} of ${all} ${all === 1 ? "node" : "nodes"}`;
}

/** How many nodes each shard has, and the names of the nodes of this shard, one a line. */
export function shardReport({ nodes }: Config, { index, total }: Shard): string {
  const namesOf = Array.from({ length: total }, (): string[] => []);
  for (const { name } of nodes) namesOf[ownerOf(name, total)]?.push(name);
  const lines = namesOf.flatMap((names, other) => {
    const line = describeShard({ index: other, total }, names.length, nodes.length);
    return other === index ? [`${line}, polled by this one`, ...names.map((name) => `  ${name}`)] : [line];
  });
  return `${lines.join("\n")}\n`;
}
