import type { ShardFlag } from "../config/shard.ts";
import type { LOG_FORMATS, LOG_LEVELS } from "../logging/logger.ts";
import type { ListenAddress } from "../server/listen-address.ts";
import type { SHELLS } from "./choices.ts";
import type { SortOrder } from "./sort-order.ts";

/** What the command line asks for. */
export type Invocation =
  | ({ readonly command: "serve" } & SourceFlags & ShardFlags & ServeFlags)
  | CheckInvocation
  | PeersInvocation
  | ProbeInvocation
  | { readonly command: "discover"; readonly address: string }
  | ({ readonly command: "demo" } & ShardFlags & ServeFlags)
  | { readonly command: "healthcheck"; readonly addresses: ServeFlags["addresses"] | undefined }
  | { readonly command: "hash-password" }
  | { readonly command: "schema" }
  | { readonly command: "completion"; readonly shell: (typeof SHELLS)[number] }
  | ({ readonly command: "node-names" } & SourceFlags)
  /** Help, the version, or a usage error: everything is printed already. */
  | { readonly command: "none"; readonly exitCode: number };

export type CheckInvocation = { readonly command: "check"; readonly connect: boolean } & SourceFlags &
  ShardFlags &
  WebConfigFlags;

export type PeersInvocation = {
  readonly command: "peers";
  /** Undefined: every configured node. */
  readonly node: string | undefined;
  readonly json: boolean;
  /** How often to look again; undefined: once. */
  readonly watchMs: number | undefined;
  readonly sort: SortOrder | undefined;
} & SourceFlags;

export type ProbeInvocation = {
  readonly command: "probe";
  /** Undefined: the only node there is. */
  readonly node: string | undefined;
  readonly debug: boolean;
} & SourceFlags;

export type SourceFlags = {
  readonly configFile: string | undefined;
  readonly nodes: readonly Readonly<Record<"name" | "chain" | "url", string>>[];
};

export type ShardFlags = { readonly shard: ShardFlag | undefined };

export type WebConfigFlags = { readonly webConfigFile: string | undefined };

export type ServeFlags = WebConfigFlags & {
  readonly addresses: readonly ListenAddress[];
  readonly telemetryPath: string;
  /** Host names that requests may be for; undefined: every name. */
  readonly allowedHosts: readonly string[] | undefined;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  /** Undefined: as the terminal is. */
  readonly logFormat: (typeof LOG_FORMATS)[number] | undefined;
};
