import { isIP } from "node:net";
import type { Place } from "../../../chains/adapter.ts";
import { type ChainName, chains, FIRST_NAMES } from "../../../chains/index.ts";

/** One thing to try: a chain at an address. */
export type Attempt = {
  readonly chain: ChainName;
  /** May hold a secret. */
  readonly url: string;
};

/** Where public nodes stand behind a proxy. */
const PROXIES: readonly Place[] = [
  { scheme: "https", port: 443 },
  { scheme: "http", port: 80 },
];

/** The address means nothing. The text does not repeat it, as it may hold a token. */
export class AddressError extends Error {}

/**
 * What an address may mean: a URL is tried as it is; host:port with both schemes; a host at the usual ports.
 * @throws AddressError
 */
export function attemptsAt(address: string): readonly Attempt[] {
  if (/^(?:[a-z][a-z0-9+.-]*:\/\/|unix:)/i.test(address)) return everyChainAt([address]);
  const { host, port } = parseHost(address);
  if (port !== undefined) return everyChainAt([`http://${host}:${port}`, `https://${host}:${port}`]);
  const at = ({ scheme, port: usual }: Place) => `${scheme}://${host}:${usual}`;
  return [
    ...FIRST_NAMES.flatMap((chain) => chains[chain].discovery.places.map((place) => ({ chain, url: at(place) }))),
    ...everyChainAt(PROXIES.map(at)),
  ];
}

function everyChainAt(urls: readonly string[]): readonly Attempt[] {
  return urls.flatMap((url) => FIRST_NAMES.map((chain) => ({ chain, url })));
}

function parseHost(address: string): { readonly host: string; readonly port: string | undefined } {
  if (isIP(address) === 6) return { host: `[${address}]`, port: undefined };
  const [, host, port] = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9_.-]+)(?::(\d{1,5}))?$/.exec(address) ?? [];
  if (host === undefined || Number(port ?? 1) === 0 || Number(port ?? 1) > 65_535) {
    throw new AddressError("expected a host, host:port or a URL, for example 192.0.2.7 or http://192.0.2.7:8888");
  }
  return { host, port };
}

/** The same host at another place. */
export function elsewhere(url: string, { scheme, port }: Place): string | undefined {
  return url.startsWith("unix:") ? undefined : `${scheme}://${new URL(url).hostname}:${port}`;
}

/** Whether a URL holds more than scheme, host and port: what it holds may be a token. */
export function mayBeSecret(url: string): boolean {
  if (url.startsWith("unix:")) return false;
  const { username, password, pathname, search } = new URL(url);
  return username !== "" || password !== "" || search !== "" || !["/", ""].includes(pathname);
}
