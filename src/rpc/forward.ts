import { nodeError } from "../model/failure.ts";
import { isLoginRefusal, loginAdvice } from "./dial/http-tunnel.ts";
import { proxyAuthorization, type Via } from "./dial/route.ts";
import { type Exchange, firstHeader, type RpcResponse } from "./message.ts";
import type { NodeUrl } from "./node-url.ts";

/**
 * Sends whole requests to an HTTP proxy, with the URL in place of the path (RFC 9112 3.2.2), and tells the proxy's own errors
 * from answers of the node.
 */
export function forwarded(exchange: Exchange, url: NodeUrl, via: Via): Exchange {
  return async (request, signal) => {
    const login = await proxyAuthorization(via.proxy);
    const own = login === undefined ? {} : { "proxy-authorization": login };
    const path = `${url.origin}${request.path}`;
    const response = await exchange({ ...request, path, headers: { ...request.headers, ...own } }, signal);
    refuseErrors(response, login !== undefined, url, via);
    return response;
  };
}

/** @throws NodeError for an answer that comes from the proxy itself */
function refuseErrors(response: RpcResponse, hasLogin: boolean, url: NodeUrl, { proxy, setBy }: Via): void {
  const { status } = response;
  const where = `the proxy ${proxy.label}`;
  if (status === 407 || (isOfProxy(response) && isLoginRefusal(status, hasLogin))) {
    const schemes = [response.headers["proxy-authenticate"] ?? []].flat();
    const advice = loginAdvice(schemes.map((scheme) => `proxy-authenticate: ${scheme}`).join("\n"), hasLogin, setBy);
    throw nodeError("unauthorized", `${where} refused a request to ${url.label} with ${status}`, advice);
  }
  if (status < 400) return;
  if (status === 502 || status === 504 || (status >= 500 && isOfProxy(response))) {
    throw nodeError(
      "http",
      `${where} answered ${status} for ${url.label}`,
      "it, or another proxy behind it, cannot reach the node: check that the node runs and that the proxy may connect to it",
    );
  }
  if (isOfProxy(response)) {
    const advice = "check the rules of the proxy for this host and port, and its own log";
    throw nodeError("http", `${where} refused a request to ${url.label} with ${status}`, advice);
  }
}

/** Whether an error says that it comes from a proxy: by RFC 9209, squid's header, or the name of a program that is only a proxy. */
function isOfProxy(response: RpcResponse): boolean {
  if (/;\s*error=/.test(firstHeader(response, "proxy-status") ?? "")) return true;
  if (firstHeader(response, "x-squid-error") !== undefined) return true;
  return /^(?:tinyproxy|squid|privoxy)\b/i.test(firstHeader(response, "server") ?? "");
}
