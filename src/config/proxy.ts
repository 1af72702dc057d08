import * as z from "zod";
import { inlineSecret, printsAs } from "../lib/secret.ts";
import type { ProxyException, ProxyServer, ProxySettings } from "../rpc/settings.ts";
import { parsed } from "../schema/fields.ts";

/** The keys `proxy_url`, `no_proxy` and `proxy_from_environment`, of `global`, a node and a module. */

const PROXY_URL = "a URL like http://proxy.example:3128 or socks5h://127.0.0.1:9050";

export const proxyFields = {
  proxy_url: parsed(PROXY_URL, parseProxyUrl).optional(),
  no_proxy: z.string().optional(),
  proxy_from_environment: z.boolean().optional(),
};

type ProxyFields = {
  readonly proxy_url?: ProxyServer | undefined;
  readonly no_proxy?: string | undefined;
  readonly proxy_from_environment?: boolean | undefined;
};

/** Reports a problem of a key, by its path below the node or module. */
export type ReportProblem = (subpath: readonly PropertyKey[], message: string) => void;

/** The keys of a node override those of `global` as a whole. @returns undefined: no proxy */
export function joinProxy(global: ProxyFields, own: ProxyFields, _report: ReportProblem): ProxySettings | undefined {
  const { proxy_url: server, no_proxy: except = "" } = own.proxy_url === undefined ? global : own;
  if (server === undefined) return undefined;
  const exceptions = except
    .split(",")
    .map((label) => label.trim())
    .filter((label) => label !== "");
  return { http: server, https: server, except: exceptions.map(exception), origin: "proxy_url" };
}

function exception(label: string): ProxyException {
  return { label, matches: ({ hostname }) => hostname === label };
}

/** @throws Error that does not repeat the text, as it may contain a password */
function parseProxyUrl(text: string): ProxyServer {
  const url = new URL(text);
  const [, kind] = /^(http|https|socks5h):$/.exec(url.protocol) ?? [];
  if (kind !== "http" && kind !== "https" && kind !== "socks5h") throw new Error(`expected ${PROXY_URL}`);
  const port = Number(url.port || { http: 80, https: 443, socks5h: 1080 }[kind]);
  const hostname = url.hostname.replace(/^\[|\]$/g, "");
  const label = `${kind}://${url.hostname}:${port}`;
  const login = url.username === "" ? undefined : { username: url.username, password: inlineSecret(url.password) };
  return printsAs(label, { kind, label, hostname, port, login });
}

export function printProxy(proxy: ProxySettings | undefined) {
  if (proxy === undefined) return {};
  const [server] = [proxy.https, proxy.http];
  return {
    ...(server === undefined ? {} : { proxy_url: server.label }),
    ...(proxy.except.length === 0 ? {} : { no_proxy: proxy.except.map(({ label }) => label).join(",") }),
  };
}
