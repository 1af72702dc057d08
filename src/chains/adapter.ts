import type * as z from "zod";
import type { Signal } from "../lib/abort.ts";
import type { ChainFamily, ConnectionState, Direction, Flow, NodeReport } from "../model/report.ts";
import type { ResponseLimits } from "../rpc/budget.ts";
import type { ConnectNode, RpcClient, RpcClientOptions } from "../rpc/client.ts";
import type { NodeUrl } from "../rpc/node-url.ts";

/** What a chain adapter is: it turns the answers of a chain's node into reports. */

/** What can be said of a chain's peer list, so that known label values are always present with 0. */
export type ChainTraits = {
  readonly directions: readonly Direction[];
  /** Empty: the API lists known peers, not connections. */
  readonly states: readonly ConnectionState[];
  /** Absent: the API does not tell which peers sync. */
  readonly flow?: Flow | undefined;
  /** What the commands say below a list with the heights of peers, where these are often old. */
  readonly heightNote?: string | undefined;
};

/** What an adapter needs of a configured node. */
export type NodeTarget = {
  readonly name: string;
  /** The chain as the config names it. */
  readonly chain: string;
  readonly url: NodeUrl;
  /** How long one whole poll may take. */
  readonly timeoutMs: number;
  /** What the operator lets its answers hold; absent: what is enough for each call. */
  readonly limits?: ResponseLimits | undefined;
  /** Only the head is wanted: the node is a reference, and may be somebody else's. */
  readonly headOnly?: boolean | undefined;
  /** Opens a client for the node's own URL or for another URL of the same node. */
  readonly connect: ConnectNode;
  /** Opens a client for a server that a stranger named: it never carries credentials of the node. */
  readonly connectUntrusted: (options: UntrustedPeerOptions) => RpcClient;
};

export type UntrustedPeerOptions = Omit<RpcClientOptions, "auth">;

/** Talks to one node; keeps what must survive between polls (sockets, caches). */
export type NodeSession = {
  /**
   * Polls once. Failures of the node are part of the report; a NodeError may be thrown for a failure of the whole
   * node. Never waits longer than `signal`.
   */
  poll(signal: Signal): Promise<NodeReport>;
  close(): Promise<void>;
};

/** The chain's block of a node's configuration, validated, together with the code that understands it. */
export type ChainOptions = {
  /** The options as plain data. */
  readonly values: Readonly<Record<string, unknown>>;
  open(target: NodeTarget): NodeSession;
};

/** What `peer-exporter discover` tries to find a node of the chain. */
export type Discovery = {
  /** Where its API usually answers. */
  readonly places: readonly Place[];
  /** The chain's blocks to try in turn, until the node is on the network that one of them names. */
  readonly variants: readonly Readonly<Record<string, string>>[];
  /** Options of the block that hold another URL of the same host, and where that usually answers. */
  readonly companions: Readonly<Record<string, Place>>;
};

export type Place = { readonly scheme: "http" | "https"; readonly port: number };

/** Name of a shared metric family -> the API and field of this chain that its value comes from, for the documentation. */
export type SharedSources = Readonly<Record<string, string>>;

export type ChainAdapter = {
  /** What the documentation calls the chain. */
  readonly title: string;
  /** The name of the chain's block in a node's configuration. */
  readonly optionsKey: string;
  readonly options: z.ZodType<ChainOptions>;
  readonly traits: ChainTraits;
  /** The metric families that only this chain has. */
  readonly families: readonly ChainFamily[];
  /** The families that all chains share and this chain has, unless the exporter computes them. */
  readonly sources: SharedSources;
  /** A node this many blocks behind is healthy: more is marked on the pages and makes the alert P2PNodeHeadLagging fire. */
  readonly usualLagBlocks: number;
  readonly discovery: Discovery;
  /** Words in URLs of its nodes that are no secret, in lower case: names of APIs, networks and programs. */
  readonly publicWords: readonly string[];
};
