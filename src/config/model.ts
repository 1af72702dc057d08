import type { ChainOptions } from "../chains/adapter.ts";
import type { ChainName } from "../chains/index.ts";
import type { Secret } from "../lib/secret.ts";
import type { AnswerLimits } from "../rpc/budget.ts";
import type { NodeUrl } from "../rpc/node-url.ts";
import type { Auth, TlsVerification } from "../rpc/settings.ts";
import type { Scheme, TargetPattern } from "./target.ts";

/** When a node is polled. */
export type Trigger =
  | { readonly kind: "interval"; readonly intervalMs: number }
  | { readonly kind: "cron"; readonly expression: string };

/** A reference is polled only to know the head of its network. */
export type NodeRole = "node" | "reference";

export type NodeConfig = {
  readonly role: NodeRole;
  readonly name: string;
  readonly chain: ChainName;
  readonly url: NodeUrl;
  /** Added to every series of the node. */
  readonly labels: Readonly<Record<string, string>>;
  readonly trigger: Trigger;
  /** How long one whole poll may take. */
  readonly timeoutMs: number;
  readonly auth: Auth | undefined;
  readonly tls: TlsVerification;
  /** What its answers may hold, instead of what is enough for each call. */
  readonly limits: AnswerLimits;
  readonly options: ChainOptions;
  /** The same in two readings of a configuration when the node is asked in the same way. */
  readonly fingerprint: string;
};

export const ADDRESS_MODES = ["full", "subnet", "hashed", "none"] as const;

/** How peers appear in series. */
export type ConnectionsConfig = {
  readonly series: boolean;
  readonly maxPerNode: number;
  /** How many connections of a node get series that it did not have within the last hour. */
  readonly maxNewPerHour: number;
  readonly address: (typeof ADDRESS_MODES)[number];
  /** Keys the hash of addresses; without it each start makes another key. */
  readonly hashKey: Secret | undefined;
};

/** What a peer's height is worth. */
export type LagConfig = { readonly minSupport: number };

/** One of `total` exporters that share the nodes of one configuration; the first has index 0. */
export type Shard = { readonly index: number; readonly total: number };

/** `/probe?target=`: which targets may be polled although they are not configured, and how. */
export type ProbeConfig = {
  /** Empty: none. */
  readonly allow: readonly TargetPattern[];
  readonly modules: ReadonlyMap<string, ProbeModule>;
  /** How many targets are polled at once. */
  readonly concurrency: number;
};

/** What the targets of a kind have in common. */
export type ProbeModule = Omit<NodeConfig, "role" | "name" | "url" | "trigger" | "fingerprint"> & {
  /** Of a target that is written as host:port. */
  readonly scheme: Scheme;
  /** Where its targets must be; undefined: wherever probe.allow lets them be. */
  readonly hosts: readonly TargetPattern[] | undefined;
  /** What its tls block says would have no effect over http. */
  readonly needsHttps: boolean;
};

export type Config = {
  readonly connections: ConnectionsConfig;
  readonly lag: LagConfig;
  readonly probe: ProbeConfig;
  readonly nodes: readonly NodeConfig[];
  readonly references: readonly NodeConfig[];
  /** Which part of the nodes these are, where they are not all. */
  readonly shard?: Shard;
};
