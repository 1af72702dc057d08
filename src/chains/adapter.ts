import type * as z from "zod";
import type { Signal } from "../lib/abort.ts";
import type { ChainFamily } from "../model/chain-family.ts";
import type { BlockId, ConnectionState, Direction, Flow, NodeReport } from "../model/report.ts";
import type { ResponseLimits } from "../rpc/budget.ts";
import type { ConnectNode, RpcClient, RpcClientOptions } from "../rpc/client.ts";
import type { NodeUrl } from "../rpc/node-url.ts";

/** What a chain adapter is: it turns the responses of a node into reports. */

/** What the peer list of a chain can contain, so that known label values are always present with 0. */
export type ChainTraits = {
  readonly directions: readonly Direction[];
  /** Empty: the API lists known peers, not connections. */
  readonly states: readonly ConnectionState[];
  /** Absent: the API does not say which peers sync. */
  readonly flow?: Flow | undefined;
  /** Whether its nodes know peers over cjdns; those of other chains have no count of them. */
  readonly cjdns?: true | undefined;
  /** Whether peers report their software; those that do not are then counted as unknown. */
  readonly agents?: true | undefined;
  /** Whether peers report the heights of their heads; those that do not are then counted as unknown. */
  readonly heights?: true | undefined;
  /** What the commands say below a list with the heights of peers, where these are often old. */
  readonly heightNote?: string | undefined;
  /** What the page of a node says about known peers while the exporter asks none of them. */
  readonly unaskedNote?: string | undefined;
};

/** Whether peer lists are of connections; others are of the peers that a node knows. */
export function listsConnections({ states }: ChainTraits): boolean {
  return states.length > 0;
}

/** What an adapter needs to know about a configured node. */
export type NodeTarget = {
  readonly name: string;
  /** The name of the chain in the configuration. */
  readonly chain: string;
  readonly url: NodeUrl;
  /** How long one whole poll may take. */
  readonly timeoutMs: number;
  /** Limits that the operator sets for responses; absent: enough for each call. */
  readonly limits?: ResponseLimits | undefined;
  /** Poll only the head: the node is a reference, and may belong to another operator. */
  readonly headOnly?: boolean | undefined;
  /** Opens a client for the node's own URL or for another URL of the same node. */
  readonly connect: ConnectNode;
  /** Opens a client for an address that an untrusted peer sent. It never sends credentials of the node, and uses its proxy. */
  readonly connectUntrusted: (options: UntrustedPeerOptions) => RpcClient;
  /** Whether an https server is reached through the node's proxy. Default: none is. */
  readonly isProxied?: ((place: { readonly hostname: string; readonly port: number }) => boolean) | undefined;
};

type UntrustedPeerOptions = Omit<RpcClientOptions, "auth" | "proxy">;

/** A place in a chain that is asked for, and the block that another node has there, where that is known. */
export type WantedBlock = Omit<BlockId, "hash"> & {
  /** Always known where the network has braided chains. */
  readonly hash?: string | undefined;
};

/** What one poll has to find out in addition to what every poll asks for. */
export type PollRequest = {
  /**
   * The polled node's own block at this place is wanted in `blocks` of the report; or, where its API finds blocks only by their
   * hash, this one in `blocks` if it is on the node's branch, else in `lackingBlocks`. It is not above the node's last head.
   */
  readonly block?: WantedBlock | undefined;
};

/** Talks to one node and keeps what must survive between polls (sockets, caches). */
export type NodeSession = {
  /**
   * Polls once. Failures of the node are part of the report; a failure of the whole node may also throw a NodeError. Ends
   * when `signal` aborts.
   */
  poll(signal: Signal, request?: PollRequest): Promise<NodeReport>;
  close(): Promise<void>;
};

/** The validated block of the chain in a node's configuration, with the code that uses it. */
export type ChainOptions = {
  /** The options as plain data. */
  readonly values: Readonly<Record<string, unknown>>;
  open(target: NodeTarget): NodeSession;
};

/** What `peer-exporter discover` tries to find a node of the chain. */
type Discovery = {
  /** Where its API usually answers. */
  readonly endpoints: readonly UsualEndpoint[];
  /** Blocks of the chain to try one after the other, until the node is on the network that one of them names. */
  readonly variants: readonly Readonly<Record<string, string>>[];
  /** Options of the block that are another URL of the same host, and where that usually answers. */
  readonly companions: Readonly<Record<string, Endpoint>>;
  /** Where a node writes the cookie that its RPC accepts as a login, in words; absent: it has none. */
  readonly cookieFile?: string | undefined;
};

export type Endpoint = { readonly scheme: "http" | "https"; readonly port: number };

/** Where nodes of one of the names of a chain usually answer; absent: of its first name. */
type UsualEndpoint = Endpoint & { readonly name?: string | undefined };

/** Name of a shared metric family -> the API and field of this chain that its value comes from, for the documentation. */
export type SharedSources = Readonly<Record<string, string>>;

export type ChainAdapter = {
  /** What the documentation calls the chain. */
  readonly title: string;
  /** The name of the chain's block in a node's configuration. */
  readonly optionsKey: string;
  readonly options: z.ZodType<ChainOptions>;
  /** Several of its names are chains of their own: nodes with different names are never compared, whatever their networks are called. */
  readonly namesAreChains?: true | undefined;
  readonly traits: ChainTraits;
  /** The names of all its APIs in p2p_node_api_up. */
  readonly apis: readonly string[];
  /** The metric families that only this chain has. */
  readonly families: readonly ChainFamily[];
  /** The families that all chains share and this chain has, unless the exporter computes them. */
  readonly sources: SharedSources;
  /**
   * A node this many blocks behind is healthy: more is marked on the pages. The same rule for every chain, as in the alert
   * P2PNodeHeadLagging: as many blocks as the chain makes in 90 s, and at least 5.
   */
  readonly usualLagBlocks: number;
  /** Reorganisations of up to this many blocks are daily life on the chain: only a deeper fork makes P2PNodeForked fire. */
  readonly reorgDepthBlocks: number;
  readonly discovery: Discovery;
  /** Words in URLs of its nodes that are not secret, in lower case: names of APIs, networks and programs. */
  readonly publicWords: readonly string[];
};
