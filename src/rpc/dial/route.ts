import { basicCredentials } from "../message.ts";
import type { NodeUrl } from "../node-url.ts";
import type { ProxyServer, ProxySettings } from "../settings.ts";
import type { Place } from "./happy-eyeballs.ts";

/** How the server of a URL is reached. */
export type Route =
  | { readonly kind: "direct" }
  /** The proxy gets each request with its whole URL, and sends it on. */
  | ({ readonly kind: "forward" } & Via)
  /** The proxy passes bytes on. */
  | ({ readonly kind: "tunnel" } & Via);

export type Via = {
  readonly proxy: ProxyServer;
  /** What sets the proxy, for advice. */
  readonly setBy: string;
};

export const DIRECT: Route = { kind: "direct" };

/** The host and port of a URL. */
export function placeOf({ hostname, origin, protocol }: NodeUrl): Place {
  return { hostname, port: Number(new URL(origin).port || (protocol === "https:" ? 443 : 80)) };
}

/** The proxy for a host. undefined: it is asked directly. */
export function proxyFor(
  { hostname, port }: Place,
  protocol: NodeUrl["protocol"],
  settings: ProxySettings | undefined,
): ProxyServer | undefined {
  if (settings?.except.some(({ matches }) => matches({ hostname, port })) === true) return undefined;
  return protocol === "https:" ? settings?.https : settings?.http;
}

/**
 * Plain http goes to an HTTP proxy as whole requests, like those of other programs: many proxies refuse CONNECT to other ports
 * than 443.
 * @param needsTunnel whether all requests must take one connection to the server, or carry another Host header than the URL's
 */
export function chooseRoute(url: NodeUrl, settings: ProxySettings | undefined, needsTunnel: boolean): Route {
  if (url.socketPath !== undefined || settings === undefined) return DIRECT;
  const proxy = proxyFor(placeOf(url), url.protocol, settings);
  if (proxy === undefined) return DIRECT;
  const setBy = settings.origin === "proxy_url" ? "proxy_url" : "HTTP_PROXY and HTTPS_PROXY";
  // Tor's own HTTP proxy (HTTPTunnelPort) knows only CONNECT.
  const isOnion = /\.onion\.?$/.test(url.hostname);
  const isForward = url.protocol === "http:" && proxy.kind !== "socks5h" && !needsTunnel && !isOnion;
  return { kind: isForward ? "forward" : "tunnel", proxy, setBy };
}

/** The value of Proxy-Authorization. @returns undefined for a proxy without a login */
export async function proxyAuthorization({ login }: ProxyServer): Promise<string | undefined> {
  if (login === undefined) return undefined;
  return basicCredentials(`${login.username}:${await login.password.reveal()}`);
}

/** For the text after a server: ` through the proxy http://proxy.example:3128`, or nothing. */
export function throughProxy(route: Route): string {
  return route.kind === "direct" ? "" : ` through the proxy ${route.proxy.label}`;
}

/** Advice for a proxy that does not answer as one. */
export function wrongProxy({ setBy }: Via): string {
  return `check the scheme and the port in ${setBy}, and the proxy's own log`;
}
