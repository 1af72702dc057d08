import type { Failure } from "../../model/failure.ts";
import type { Outcome } from "../../model/report.ts";
import type { ExplainStatus } from "../../rpc/answers/status.ts";
import type { RpcResponse } from "../../rpc/message.ts";
import { clockSkewSeconds, firstHeader } from "../../rpc/message.ts";
import { shownText } from "../decode.ts";

/** The path of an API of a network (src/Chainweb/RestAPI/Utils.hs: the version of the API is 0.0). */
export function networkPath(network: string, rest: string): string {
  return `/chainweb/0.0/${network}/${rest}`;
}

/** The APIs of the node. A 404 has a different cause for each. */
type ChainwebApi = "peers" | "cut" | "mempool" | "header" | "info";

/**
 * What a 404 of a chainweb node means. Servant answers it without a body for a wrong network name, a chain that the
 * network lacks and the wrong API alike; the Server header tells which API answered.
 */
export function explainStatus(api: ChainwebApi, network: string): ExplainStatus {
  return (response, call) => {
    if (response.status !== 404) return undefined;
    const message = `${call}: expected HTTP 200, found 404`;
    const server = [response.headers.server ?? []].flat().join(" ");
    // Both APIs have the cut (src/Chainweb/RestAPI.hs), so only the network can be another one.
    if (server.includes("Service API") && api === "cut") return otherNetwork(network, message);
    if (server.includes("Service API") && api !== "info") return { reason: "not_found", message, advice: USE_P2P };
    if (server.includes("P2P API")) return explainP2p(api, network, message);
    return { reason: "not_found", message, advice: UNKNOWN_SERVER[api] ?? CHECK_CUT };
  };
}

const USE_P2P = "the service API has no peers: set url to the P2P API (https, default port 1789)";
const USE_SERVICE = "set chainweb.service_url to the service API (http, default port 1848)";

/** Releases before 2.26.1, and proxies, do not say which API answered. */
const UNKNOWN_SERVER: Readonly<Partial<Record<ChainwebApi, string>>> = {
  peers: `${USE_P2P}, and chainweb.network`,
  info: USE_SERVICE,
};
const CHECK_CUT =
  "check that url is the P2P API of a chainweb node (https, default port 1789), and chainweb.network; while a node starts, it serves only its peers";

function explainP2p(api: ChainwebApi, network: string, message: string): Failure {
  switch (api) {
    case "peers":
      // The node serves these routes from its start on, so the network's name is the only possible cause.
      return otherNetwork(network, message);
    case "info":
      return { reason: "not_found", message, advice: USE_SERVICE };
    case "header":
      // The node has just answered the request for its cut, so it is not starting.
      return { reason: "not_found", message, advice: "the node lacks the newest block of its own cut: see its log" };
    default:
      // CheckReachability.hs servePeerDbSocketTls: while the node starts, it serves the cut/peer routes alone.
      return { reason: "unavailable", message, advice: "the node is still starting and serves only its peers" };
  }
}

function otherNetwork(network: string, message: string): Failure {
  return {
    reason: "wrong_network",
    message: `${message}: the node is not on ${network}`,
    advice: "set chainweb.network to the node's network",
  };
}

/**
 * Why the cut is missing, where its own answer leaves that open: a node that starts, or is on another network, has no cut. Its peers
 * tell the two apart.
 * @param peers of the same poll
 */
export function explainMissingCut(cut: Failure, peers: Outcome<unknown>): Failure {
  const isOther = mayBeOtherNetwork(cut) && !peers.ok && peers.failure.reason === "wrong_network";
  return isOther ? peers.failure : cut;
}

/** Whether the request for the cut was answered with 404, which has several causes. */
export function mayBeOtherNetwork({ reason }: Failure): boolean {
  return reason === "unavailable" || reason === "not_found";
}

/** The node answers for a network other than the configured one. */
export function wrongNetwork(call: string, expected: string, found: string): Failure {
  return {
    reason: "wrong_network",
    message: `${call}: expected the network ${expected}, found ${shownText(found)}`,
    advice: "set chainweb.network to the node's network, or the URL to a node of this one",
  };
}

/** What the headers of every response of the P2P API say; the time is that of a cache if the response has an age. */
export type NodeHeaders = {
  readonly version?: string | undefined;
  /** Its clock minus the exporter's, in seconds. */
  readonly clockSkewSeconds?: number | undefined;
};

export function readHeaders(response: RpcResponse): NodeHeaders {
  const version = firstHeader(response, "x-chainweb-node-version");
  const stamp = firstHeader(response, "x-server-timestamp");
  const isCached = response.headers.age !== undefined;
  if (stamp === undefined || isCached || !/^\d{9,11}$/.test(stamp)) return { version };
  return { version, clockSkewSeconds: clockSkewSeconds(Number(stamp), response) };
}
