import { isIPv4 } from "node:net";
import { inlineSecret, isSendable, printsAs, type Secret } from "../lib/secret.ts";
import { urlMistake } from "./url-mistake.ts";

/**
 * The address of a node's API. Path, query and userinfo may contain tokens (hosted gateways put them there), so only `label`
 * may be shown: the object prints as its label.
 */
export type NodeUrl = {
  readonly protocol: "http:" | "https:";
  /** Scheme, host and port, or `unix:PATH`: the only part that may be shown. */
  readonly label: string;
  /** Host name without brackets; `localhost` for a unix socket. */
  readonly hostname: string;
  /** The origin that requests are sent to. */
  readonly origin: string;
  /** As configured; "" for none or "/". May be secret. */
  readonly path: string;
  /** With the "?", or "". May be secret. */
  readonly query: string;
  readonly socketPath?: string;
  readonly userinfo?: { readonly username: string; readonly password: Secret };
};

/**
 * Reads `http://…`, `https://…` or `unix:/path/to/socket`.
 * @throws Error with a message that does not repeat the text, as it may contain a token
 */
export function parseNodeUrl(text: string): NodeUrl {
  if (text.startsWith("unix:")) return parseUnixUrl(text.slice("unix:".length));
  const mistake = urlMistake(text);
  if (mistake !== undefined) throw new Error(mistake);
  const url = parseUrl(text);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    // In user:TOKEN@host the user would be the scheme, and may be a token itself.
    const found = text.startsWith(`${url.protocol}//`) ? `, found ${url.protocol.slice(0, 20)}//` : "";
    throw new Error(`expected a URL with http://, https:// or unix:${found}`);
  }
  // The URL parser corrects http:/host, http:host and line breaks. A corrected typo may be another host than intended.
  if (!/^https?:\/\/[^/\\\s][^\\\s]*$/i.test(text)) {
    throw new Error("expected a URL like http://127.0.0.1:8888, with two slashes and no space or backslash");
  }
  const hostname = hostOf(url);
  // An unreplaced variable, as in http://${HOST}, would pass for a host.
  if (!/^[\w.:-]+$/.test(hostname) || /^\.|\.\./.test(hostname))
    throw new Error("expected a URL whose host is a name or an address");
  // 10.1.2 would be 10.1.0.2, and 0x7f.1 this machine.
  if (isIPv4(hostname) && !text.includes(hostname)) throw new Error("expected an IPv4 address of four decimal numbers");
  if (url.hash !== "") throw new Error("expected a URL without a #fragment, which is never sent to a server");
  const path = url.pathname === "/" ? "" : url.pathname;
  const label = `${url.protocol}//${url.host}`;
  const login = loginIn(url, "URL");
  return printsAs(label, {
    protocol: url.protocol,
    label,
    hostname,
    origin: url.origin,
    path,
    query: url.search,
    ...(login === undefined ? {} : { userinfo: { ...login, password: inlineSecret(login.password) } }),
  });
}

/** Whether both are the same API of the same server; the user may differ. */
export function isSameUrl(a: NodeUrl, b: NodeUrl): boolean {
  return a.label === b.label && a.path === b.path && a.query === b.query;
}

/** Whether a value, such as an option of a chain, is a NodeUrl. */
export function isNodeUrl(value: object): value is NodeUrl {
  return "label" in value && "hostname" in value && "origin" in value && "query" in value;
}

/** The request path of an API below a base URL, with the query of the base URL (a gateway's token). */
export function apiPath(base: NodeUrl, path: string): string {
  return base.path.replace(/(?<!\/)\/+$/, "") + path + base.query;
}

function parseUrl(text: string): URL {
  try {
    return new URL(text);
  } catch {
    throw new Error("expected a URL like http://127.0.0.1:8888 or unix:/run/node.sock");
  }
}

/** The host of a URL without the brackets of an IPv6 address. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, "");
}

/**
 * The user and password in a URL, decoded; undefined: it has none.
 * @param what how errors call the URL
 * @throws Error that does not repeat them
 */
export function loginIn(url: URL, what: string): { readonly username: string; readonly password: string } | undefined {
  if (url.username === "" && url.password === "") return undefined;
  let username: string;
  let password: string;
  try {
    username = decodeURIComponent(url.username);
    password = decodeURIComponent(url.password);
  } catch {
    throw new Error(
      `the user name or password in the ${what} contains a % that does not start an escape: write it as %25`,
    );
  }
  if (!isSendable(username) || !isSendable(password)) {
    throw new Error(`the user name or password in the ${what} contains a line break or another control character`);
  }
  return { username, password };
}

function parseUnixUrl(rest: string): NodeUrl {
  const socketPath = rest.replace(/^\/\/(?=\/)/, "");
  if (!socketPath.startsWith("/")) throw new Error("expected unix: followed by the absolute path of a socket");
  const label = `unix:${socketPath}`;
  return printsAs(label, {
    protocol: "http:" as const,
    label,
    hostname: "localhost",
    origin: "http://localhost",
    path: "",
    query: "",
    socketPath,
  });
}
