import * as z from "zod";
import { inlineSecret, printsAs, secretIn } from "../lib/secret.ts";
import { hostOf, loginIn } from "../rpc/node-url.ts";
import type { ProxyServer, ProxySettings } from "../rpc/settings.ts";
import { parsed } from "../schema/fields.ts";
import { LOOPBACK, parseException, readExceptions, splitList } from "./no-proxy.ts";

/** The keys `proxy_url`, `no_proxy` and `proxy_from_environment`, of `global`, a node and a module. */

const PROXY_URL = "a URL like http://proxy.example:3128 or socks5h://127.0.0.1:9050";

export const proxyFields = {
  proxy_url: parsed(PROXY_URL, parseProxyUrl).optional(),
  no_proxy: parsed("a list like node.example,10.0.0.0/8", (text) => splitList(text).map(parseException)).optional(),
  proxy_from_environment: z.boolean().optional(),
};

type ProxyFields = {
  readonly [Key in keyof typeof proxyFields]?: z.output<(typeof proxyFields)[Key]>;
};

/** For config.schema.json; `checkProxy` does the check. */
export const PROXY_RULES = {
  dependencies: { no_proxy: ["proxy_url"] },
  allOf: [
    {
      if: { properties: { proxy_from_environment: { const: true } }, required: ["proxy_from_environment"] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: { properties: { proxy_url: false, no_proxy: false } },
    },
  ],
};

/** Reports a problem of a key, by its path below the node or module. */
type ReportProblem = (subpath: readonly PropertyKey[], message: string) => void;

type Environment = Readonly<Record<string, string | undefined>>;

/** Reports keys of one place that exclude each other. */
export function checkProxy(fields: ProxyFields, report: ReportProblem): void {
  const { proxy_url: server, no_proxy: except, proxy_from_environment: fromEnvironment } = fields;
  if (fromEnvironment === true && (server !== undefined || except !== undefined)) {
    report(["proxy_from_environment"], "expected at most one of proxy_from_environment and proxy_url (with no_proxy)");
  } else if (except !== undefined && server === undefined) {
    report(["no_proxy"], "no_proxy requires proxy_url in the same place");
  }
}

/** Whether a node or module has keys of its own, which override those of `global` as a whole. */
export function hasOwnProxy(own: ProxyFields): boolean {
  return (own.proxy_url ?? own.no_proxy ?? own.proxy_from_environment) !== undefined;
}

/**
 * The proxy of a node or module. Problems of `global` itself are reported by checkProxy, once.
 * @returns undefined: no proxy
 */
export function joinProxy(
  global: ProxyFields,
  own: ProxyFields,
  env: Environment,
  report: ReportProblem,
): ProxySettings | undefined {
  checkProxy(own, report);
  const fields = hasOwnProxy(own) ? own : global;
  if (fields.proxy_from_environment === true) {
    try {
      return proxyOfEnvironment(env);
    } catch (error) {
      report(["proxy_from_environment"], error instanceof Error ? error.message : "the environment cannot be read");
      return undefined;
    }
  }
  const { proxy_url: server, no_proxy: except = [] } = fields;
  return server === undefined ? undefined : { http: server, https: server, except, origin: "proxy_url" };
}

/**
 * As Go's programs read it (golang.org/x/net/http/httpproxy): a variable in capitals comes first, and this machine is asked
 * directly.
 * @throws Error that names the variable
 */
function proxyOfEnvironment(env: Environment): ProxySettings {
  const read = (...names: readonly string[]) => names.find((name) => env[name] !== undefined && env[name] !== "");
  const server = (name: string | undefined) => (name === undefined ? undefined : serverOf(name, env[name] ?? ""));
  const except = readExceptions(env[read("NO_PROXY", "no_proxy") ?? ""] ?? "");
  return {
    http: server(read("HTTP_PROXY", "http_proxy")),
    https: server(read("HTTPS_PROXY", "https_proxy")),
    except: [LOOPBACK, ...except],
    origin: "environment",
  };
}

function serverOf(variable: string, text: string): ProxyServer {
  try {
    return parseProxyUrl(text.includes("://") ? text : `http://${secretIn(text)}`);
  } catch (error) {
    throw new Error(`${variable} in the environment: ${error instanceof Error ? error.message : "not valid"}`);
  }
}

const DEFAULT_PORTS = { http: 80, https: 443, socks5h: 1080 };

type Kind = keyof typeof DEFAULT_PORTS;

function isKind(text: string): text is Kind {
  return Object.hasOwn(DEFAULT_PORTS, text);
}

/** @throws Error that does not repeat the text, as it may contain a password */
function parseProxyUrl(given: string): ProxyServer {
  const text = secretIn(given);
  const [, scheme = "", rest = ""] = /^([a-z][a-z0-9+.-]{0,19}):\/\/([^\s\\]*)$/i.exec(text) ?? [];
  const kind = scheme.toLowerCase();
  if (kind === "socks5" || kind === "socks") {
    throw new Error(`${kind}:// is not supported: use socks5h://, where the proxy resolves host names`);
  }
  if (!isKind(kind)) throw new Error(`expected ${PROXY_URL}${scheme === "" ? "" : `, found ${kind}://`}`);
  const { url, port } = parseAuthority(kind, rest);
  const hostname = hostOf(url);
  if (!/^[\w.:-]+$/.test(hostname)) throw new Error("expected a proxy URL whose host is a name or an address");
  if (port === 0) throw new Error("expected a proxy URL with a port from 1 to 65535");
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "") {
    throw new Error("expected a proxy URL without a path: scheme, host and port");
  }
  const label = `${kind}://${url.hostname}:${port}`;
  return printsAs(label, { kind, label, hostname, port, login: loginOf(url, kind) });
}

/** By the rules of http, which normalize hosts as those of nodes; they leave out the port 80. */
function parseAuthority(kind: Kind, rest: string): { readonly url: URL; readonly port: number } {
  try {
    const url = new URL(`http://${rest}`);
    const isPort80 = url.port === "" && /:0*80\/?$/.test(rest);
    return { url, port: isPort80 ? 80 : Number(url.port === "" ? DEFAULT_PORTS[kind] : url.port) };
  } catch {
    throw new Error(`expected ${PROXY_URL}`);
  }
}

/** The length of a part is one byte in RFC 1929. */
const MAX_SOCKS_BYTES = 255;

function loginOf(url: URL, kind: Kind): ProxyServer["login"] {
  const login = loginIn(url, "proxy URL");
  if (login === undefined) return undefined;
  const { username, password } = login;
  if (kind === "socks5h") {
    const lengths = [username, password].map((part) => Buffer.byteLength(part));
    if (lengths.some((length) => length < 1 || length > MAX_SOCKS_BYTES)) {
      throw new Error("expected a user name and a password of 1 to 255 bytes each, as SOCKS has them");
    }
  } else if (username.includes(":")) {
    throw new Error("expected a user name without a colon in the proxy URL");
  }
  return { username, password: inlineSecret(password) };
}

export function printProxy(proxy: ProxySettings | undefined) {
  if (proxy === undefined) return {};
  if (proxy.origin === "environment") return { proxy_from_environment: true };
  // Both schemes have the same.
  const server = proxy.https;
  return {
    ...(server === undefined ? {} : { proxy_url: server.label }),
    ...(proxy.except.length === 0 ? {} : { no_proxy: proxy.except.map(({ label }) => label).join(",") }),
  };
}
