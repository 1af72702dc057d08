import type { ChainOptions } from "../chains/adapter.ts";
import type { ChainName } from "../chains/index.ts";
import type { Secret } from "../lib/secret.ts";
import type { ResponseLimits } from "../rpc/budget.ts";
import type { NodeUrl } from "../rpc/node-url.ts";
import type { Auth, ClientCertificate, ProxySettings, SecretHeader, TlsVerification } from "../rpc/settings.ts";
import type { Scheme, TargetPattern } from "./target.ts";

/** When a node is polled. */
export type Trigger =
  | { readonly kind: "interval"; readonly intervalMs: number }
  | { readonly kind: "cron"; readonly expression: string };

/** A reference is polled only for the head of its network. */
export type NodeRole = "node" | "reference";

export type NodeConfig = {
  readonly role: NodeRole;
  readonly name: string;
  readonly chain: ChainName;
  readonly url: NodeUrl;
  /** The network's name, set by hand; undefined: the one that the node reports. Never part of a request. */
  readonly network: string | undefined;
  /** Added to every series of the node. */
  readonly labels: Readonly<Record<string, string>>;
  readonly trigger: Trigger;
  /** The longest time of one whole poll. */
  readonly timeoutMs: number;
  readonly auth: Auth | undefined;
  /** Sent with the credentials, to the same servers. */
  readonly headers: readonly SecretHeader[];
  readonly tls: TlsVerification;
  readonly clientCertificate: ClientCertificate | undefined;
  /** Undefined: every server is asked directly. */
  readonly proxy: ProxySettings | undefined;
  /** Sent to the node instead of the host of its URL. */
  readonly hostHeader: string | undefined;
  /** The limits of its responses, instead of the default of each call. */
  readonly limits: ResponseLimits;
  readonly options: ChainOptions;
  /** How its connections become series: its own settings and those of the whole configuration. */
  readonly connections: ConnectionsConfig;
  /**
   * Equal in two configurations when the node is polled in the same way; its `connections` may differ. Made when it is first
   * asked for: the start does not wait for Node.js to load its cryptography.
   */
  readonly fingerprint: () => string;
};

/** `host`: inbound peers without port, which is another one for each connection. */
export const ADDRESS_MODES = ["host", "full", "subnet", "hashed", "none"] as const;

/** How peers appear in series. */
export type ConnectionsConfig = {
  readonly series: boolean;
  readonly maxPerNode: number;
  /** How many connections that a node did not have within the last hour get series. */
  readonly maxNewPerHour: number;
  readonly address: (typeof ADDRESS_MODES)[number];
  /** The key of address hashes; undefined: a random one for each start. */
  readonly hashKey: Secret | undefined;
};

/** How heads and blocks of nodes are compared. */
export type LagConfig = {
  /** How many peers must report a height before it counts. */
  readonly minSupport: number;
  /** Reorganisations of up to this many blocks are daily life; of a chain that is missing, its adapter knows. */
  readonly reorgDepth: Readonly<Partial<Record<ChainName, number>>>;
};

/** One of `total` exporters that share the nodes of one configuration; the first has index 0. */
export type Shard = { readonly index: number; readonly total: number };

/** `/probe?target=`: which targets that are not configured may be polled, and how. */
export type ProbeConfig = {
  /** Empty: no target. */
  readonly allow: readonly TargetPattern[];
  readonly modules: ReadonlyMap<string, ProbeModule>;
  /** How many targets are polled at the same time. */
  readonly concurrency: number;
};

/** The settings that targets of one kind share. */
export type ProbeModule = Omit<NodeConfig, "role" | "name" | "url" | "trigger" | "fingerprint"> & {
  /** The scheme of a target that is written as host:port. */
  readonly scheme: Scheme;
  /** Its targets must match one of these as well as one of probe.allow; undefined: only probe.allow. */
  readonly hosts: readonly TargetPattern[] | undefined;
  /** Whether it has a tls block, which would have no effect over http. */
  readonly needsHttps: boolean;
};

export type Config = {
  /** The shared settings, of nodes and modules without their own. */
  readonly connections: ConnectionsConfig;
  readonly lag: LagConfig;
  readonly probe: ProbeConfig;
  readonly nodes: readonly NodeConfig[];
  readonly references: readonly NodeConfig[];
  /** Set when `nodes` are only the nodes of this shard. */
  readonly shard?: Shard;
};
