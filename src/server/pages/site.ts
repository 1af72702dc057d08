import type { Shard } from "../../config/model.ts";

/** What all pages say about the exporter that serves them. */
export type Site = {
  readonly version: string;
  /** The name of the machine or pod. Without it, pages name no host. */
  readonly host?: string | undefined;
  /** Set when the exporter polls only the nodes of this shard. */
  readonly shard?: Shard | undefined;
  /** What the paths of links begin with; "" at the root. */
  readonly linkPrefix: string;
};

/** Systems allow longer names, which would push everything else out of the header. */
const MAX_HOST_LENGTH = 64;

/** The host's name as pages show it. It is a text from outside. */
export function hostOf({ host = "" }: Site): string {
  return host.length > MAX_HOST_LENGTH ? `${host.slice(0, MAX_HOST_LENGTH)}\u2026` : host;
}

/** As --shard names it: `1/3` is the second of three shards. */
export function shardOf({ shard }: Site): string {
  return shard === undefined ? "" : `shard ${shard.index}/${shard.total}`;
}
