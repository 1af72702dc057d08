import { domainToASCII } from "node:url";
import type { Authority } from "./authority.ts";

/** Which host names a server answers to. */

const LABEL = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?";
const NAME = new RegExp(`^(?:\\*\\.)?${LABEL}(?:\\.${LABEL})*$`);
const MAX_NAME = 253;

/**
 * Reads one name, such as `exporter.example.com`, or `*.example.com` for every name with one label before `.example.com`.
 * A port behind it is ignored, as the port of a request is.
 * @returns it in the form in which names are compared: lower case, punycode, without a dot at its end
 * @throws Error that says what is expected
 */
export function parseHostName(text: string): string {
  const expected = "expected a host name like exporter.example.com or *.example.com";
  if (text === "*") throw new Error(`${expected}, found * alone: leave the flag out to allow every name`);
  if (text.includes(",")) throw new Error(`${expected}, found a comma: give the flag once for each name`);
  if (/[/@?#]/.test(text)) throw new Error(`${expected}, found a URL: leave out all but its host`);
  const withoutPort = text.replace(/:\d{1,5}$/, "");
  if (withoutPort.includes(":")) throw new Error(`${expected}, found an IPv6 address: every address is allowed`);
  const lower = withoutPort.toLowerCase().replace(/\.$/, "");
  const [, wildcard = "", rest = ""] = /^(\*\.)?(.*)$/s.exec(lower) ?? [];
  const name = `${wildcard}${/^[\x20-\x7e]*$/.test(rest) ? rest : domainToASCII(rest)}`;
  if (name.length > MAX_NAME || !NAME.test(name)) throw new Error(`${expected}, and * only as the whole first label`);
  return name;
}

/** @param names as `parseHostName` gives them */
export function createHostNameFilter(names: readonly string[]): (asked: Authority) => boolean {
  const isWildcard = (name: string) => name.startsWith("*.");
  const exact = new Set(["localhost", ...names.filter((name) => !isWildcard(name))]);
  const parents = new Set(names.filter(isWildcard).map((name) => name.slice("*.".length)));
  return ({ host, isAddress }) => {
    if (isAddress || exact.has(host)) return true;
    const dot = host.indexOf(".");
    return dot > 0 && parents.has(host.slice(dot + 1));
  };
}
