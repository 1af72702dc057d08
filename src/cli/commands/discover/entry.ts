import { isIP } from "node:net";
import type { Endpoint } from "../../../chains/adapter.ts";
import { type ChainName, chains, FIRST_NAMES, isChainName } from "../../../chains/index.ts";
import { toYaml } from "../../../lib/to-yaml.ts";
import { parseNodeUrl } from "../../../rpc/node-url.ts";
import { urlMistake } from "../../../rpc/url-mistake.ts";
import type { Access } from "./access.ts";

/** A node as an entry of the configuration. */
export type Entry = {
  readonly name: string;
  readonly chain: ChainName;
  /** May hold a secret. */
  readonly url: string;
  readonly tls: Readonly<Record<string, string | boolean>> | undefined;
  /** The chain's own block. */
  readonly options: Readonly<Record<string, string>>;
  readonly access?: Access | undefined;
};

/**
 * The entry as plain data of a configuration.
 * @param view with secrets, to poll, or with variables in their place
 */
export function plainEntry({ name, chain, url, tls, options, access }: Entry, view: "polled" | "shown") {
  const { auth, tls: ofClient, proxy_url } = access?.[view] ?? {};
  const ownTls = /^https:/i.test(url) ? { ...ofClient, ...tls } : { ...tls };
  return {
    name,
    chain,
    url,
    ...(auth === undefined ? {} : { auth }),
    ...(Object.keys(ownTls).length === 0 ? {} : { tls: ownTls }),
    ...(proxy_url === undefined ? {} : { proxy_url }),
    ...(Object.keys(options).length === 0 ? {} : { [chains[chain].optionsKey]: options }),
  };
}

/** The variable that replaces a URL which may contain a token. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the configuration
const URL_VARIABLE = "${NODE_URL}";

const URL_NOTE = "Set NODE_URL in the environment to the URL that you passed: it may contain a token.";
const URL_ALONE_NOTE =
  "Set NODE_URL in the environment to the URL that you passed, without user and password: it may contain a token.";

export type Described = { readonly entry: Entry; readonly comments: readonly string[] };

/** A configuration file with these nodes. */
export function configText(nodes: readonly Described[]): string {
  const items = nodes.map(({ entry, comments }) => {
    const isSecret = mayBeSecret(entry.url);
    const shown = isSecret ? { ...entry, url: URL_VARIABLE } : entry;
    const { notes: ofAccess = [] } = entry.access ?? {};
    const urlNote = ofAccess.length === 0 ? URL_NOTE : URL_ALONE_NOTE;
    const notes = [...(isSecret ? [urlNote] : []), ...ofAccess];
    const [, ...lines] = toYaml({ nodes: [plainEntry(shown, "shown")] }).split("\n");
    return [...[...comments, ...notes].map((line) => `  # ${line}`), ...lines].join("\n");
  });
  return `nodes:\n${items.join("")}`;
}

const MAX_NAME_LENGTH = 63;

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|::1)$/;

/**
 * A name for a node, made from its host. The name of this machine would mean nothing in a label, so a local node gets the
 * name that the documents use.
 * @param isOnly no other node was found at this host
 */
export function nameFor({ url, chain }: Pick<Entry, "url" | "chain">, isOnly: boolean): string {
  const { hostname: host } = parseNodeUrl(url);
  if (LOOPBACK.test(host)) return `${chain}-1`;
  const name = host.replace(/[^A-Za-z0-9._:-]/g, "").replace(/^[^A-Za-z0-9]+/, "");
  const suffix = isOnly ? "" : `-${chain}`;
  return `${name === "" ? "node" : name}`.slice(0, MAX_NAME_LENGTH - suffix.length) + suffix;
}

/** An attempt: a chain at an address. */
export type Attempt = {
  readonly chain: ChainName;
  /** May hold a secret. */
  readonly url: string;
};

/** The ports of public nodes behind a proxy. */
const PROXIES: readonly Endpoint[] = [
  { scheme: "https", port: 443 },
  { scheme: "http", port: 80 },
];

/** The address is not valid. The message does not repeat it, as it may contain a token. */
export class AddressError extends Error {}

/**
 * The attempts for an address: a URL is tried as it is, host:port with both schemes, a host at the usual ports.
 * @throws AddressError
 */
export function attemptsAt(address: string): readonly Attempt[] {
  if (/^(?:[a-z][a-z0-9+.-]*:\/\/|unix:)/i.test(address)) return everyChainAt([checkedUrl(address)]);
  const { host, port } = parseHost(address);
  if (port !== undefined) return everyChainAt([`http://${host}:${port}`, `https://${host}:${port}`]);
  const at = ({ scheme, port: usual }: Endpoint) => `${scheme}://${host}:${usual}`;
  return [
    ...FIRST_NAMES.flatMap((chain) =>
      chains[chain].discovery.endpoints.map((endpoint) => ({
        chain: usualName(chain, endpoint.name),
        url: at(endpoint),
      })),
    ),
    ...everyChainAt(PROXIES.map(at)),
  ];
}

function usualName(first: ChainName, name: string | undefined): ChainName {
  return isChainName(name) ? name : first;
}

function checkedUrl(url: string): string {
  try {
    parseNodeUrl(url);
    return url;
  } catch (error) {
    throw new AddressError(error instanceof Error ? error.message : "not a URL");
  }
}

function everyChainAt(urls: readonly string[]): readonly Attempt[] {
  return urls.flatMap((url) => FIRST_NAMES.map((chain) => ({ chain, url })));
}

function parseHost(address: string): { readonly host: string; readonly port: string | undefined } {
  if (isIP(address) === 6 && !address.includes("%")) return { host: `[${address}]`, port: undefined };
  const mistake = urlMistake(address, true);
  if (mistake !== undefined) throw new AddressError(mistake);
  const [, host, port] = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9_.-]+)(?::(\d{1,5}))?$/.exec(address) ?? [];
  if (host === undefined || Number(port ?? 1) === 0 || Number(port ?? 1) > 65_535) {
    throw new AddressError("expected a host, host:port or a URL, for example 192.0.2.7 or http://192.0.2.7:8888");
  }
  return { host, port };
}

/** The same host at another port. */
export function elsewhere(url: string, { scheme, port }: Endpoint): string | undefined {
  return url.startsWith("unix:") ? undefined : `${scheme}://${new URL(url).hostname}:${port}`;
}

/** Whether a URL has more than scheme, host and port, which may be a token. */
export function mayBeSecret(url: string): boolean {
  if (url.startsWith("unix:")) return false;
  const { username, password, pathname, search } = new URL(url);
  return username !== "" || password !== "" || search !== "" || !["/", ""].includes(pathname);
}
