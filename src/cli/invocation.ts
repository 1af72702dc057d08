import type { ChainName } from "../chains/index.ts";
import type { ShardFlag } from "../config/shard.ts";
import type { RulesKind } from "../documents/assets.ts";
import type { LogFormat, LogLevel } from "../logging/logger.ts";
import type { ListenAddress } from "../server/listen-address.ts";
import type { WebLocation } from "../server/location.ts";
import type { Selector } from "./selector.ts";
import type { NodeColumn, PeerColumn, SortOrder } from "./sort-order.ts";

/** What the command line asks for: a command with its flags. */
export type Invocation =
  | ({ readonly command: "serve" } & SourceFlags & ShardFlags & ServeFlags)
  | CheckInvocation
  | NodesInvocation
  | PeersInvocation
  | ProbeInvocation
  | DiscoverInvocation
  | ({ readonly command: "demo" } & ShardFlags & ServeFlags)
  | HealthcheckInvocation
  | { readonly command: "reload" }
  | { readonly command: "hash-password" }
  | { readonly command: "schema" | "example-config" }
  | { readonly command: "docs"; readonly name: string | undefined }
  | { readonly command: "dashboards"; readonly name: string | undefined; readonly toImport: boolean }
  | { readonly command: "rules"; readonly kind: RulesKind | undefined }
  | { readonly command: "completion"; readonly shell: (typeof SHELLS)[number] }
  | ({ readonly command: "node-names" } & SourceFlags)
  /** Help, the version, or a usage error: everything is printed already. */
  | { readonly command: "none"; readonly exitCode: number };

export type HealthcheckInvocation = {
  readonly command: "healthcheck";
  /** Undefined, as for the prefix: those of the exporter in this container. */
  readonly addresses: ServeFlags["addresses"] | undefined;
  readonly routePrefix: string | undefined;
};

export type CheckInvocation = {
  readonly command: "check";
  readonly connect: boolean;
  readonly json: boolean;
} & SourceFlags &
  ShardFlags &
  WebConfigFlags;

export const OUTPUTS = ["wide", "json"] as const;

export type Output = (typeof OUTPUTS)[number];

/** What the commands that list something have in common. */
type ListFlags<Column extends string> = {
  /** Undefined: every configured node. */
  readonly node: string | undefined;
  /** Undefined: tables with the usual columns. */
  readonly output: Output | undefined;
  /** The interval of a watch; undefined: poll once. */
  readonly watchMs: number | undefined;
  readonly sort: SortOrder<Column> | undefined;
} & SourceFlags;

export type NodesInvocation = {
  readonly command: "nodes";
  /** Undefined: nodes of every chain. */
  readonly chain: ChainName | undefined;
  /** Undefined: whatever their labels are. */
  readonly selector: Selector | undefined;
  /** Whether a table begins with the titles of its columns. */
  readonly hasHeaders: boolean;
} & ListFlags<NodeColumn>;

export type PeersInvocation = { readonly command: "peers" } & ListFlags<PeerColumn>;

export type ProbeInvocation = {
  readonly command: "probe";
  /** Undefined: the only node there is. */
  readonly node: string | undefined;
  readonly debug: boolean;
} & SourceFlags;

export type DiscoverInvocation = { readonly command: "discover"; readonly address: string } & AccessFlags;

/** How `discover` reaches a node. Paths are as given. */
export type AccessFlags = {
  /** The user. */
  readonly basic: string | undefined;
  /** The user. */
  readonly digest: string | undefined;
  readonly passwordFile: string | undefined;
  readonly bearerFile: string | undefined;
  readonly cookieFile: string | undefined;
  readonly headers: readonly { readonly name: string; readonly path: string }[];
  readonly pin: string | undefined;
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
  readonly proxyUrl: string | undefined;
};

export type SourceFlags = {
  readonly configFile: string | undefined;
  readonly nodes: readonly Readonly<Record<"name" | "chain" | "url", string>>[];
};

export type ShardFlags = { readonly shard: ShardFlag | undefined };

export type WebConfigFlags = { readonly webConfigFile: string | undefined };

export type ServeFlags = WebConfigFlags & {
  readonly addresses: readonly ListenAddress[];
  readonly telemetryPath: string;
  readonly location: WebLocation;
  /** Serve on the sockets that systemd passes, and not on the addresses. */
  readonly isSystemdSocket: boolean;
  /** Host names that are served; undefined: every name. */
  readonly allowedHosts: readonly string[] | undefined;
  readonly logLevel: LogLevel;
  /** Undefined: pretty on a terminal, else json. */
  readonly logFormat: LogFormat | undefined;
};

/** The choices of --log.level and --log.format. */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const satisfies readonly LogLevel[];
export const LOG_FORMATS = ["json", "pretty"] as const satisfies readonly LogFormat[];

export const SHELLS = ["bash", "zsh", "fish"] as const;
