import { isIP, isIPv4, isIPv6 } from "node:net";

/**
 * What people often write in place of a URL of a node, and its right form. The messages repeat addresses and schemes, which are
 * no secret, and nothing else: a name without a scheme may be a user with a token.
 */

/** A link-local address belongs to one network interface, which a URL cannot name for this client. */
const ZONE =
  "link-local addresses with a zone (%eth0) are not supported: use another address of that machine, or a name that resolves to one";

/**
 * @param text what was written, with or without a scheme
 * @param isSchemeOptional whether `host:port` alone is right too
 * @returns what is wrong with it, for an error; undefined without a common mistake
 */
export function urlMistake(text: string, isSchemeOptional = false): string | undefined {
  if (text !== text.trim()) return "expected a URL without white space before and after it";
  const [, scheme = "", slashes = "", rest = ""] = /^(?:(https?)(:?\/{0,8}))?(.*)$/is.exec(text) ?? [];
  // Where no scheme is needed, http:80 is a host.
  const hasScheme = scheme !== "" && (slashes.includes("/") || (slashes === ":" && !isSchemeOptional));
  // Another scheme has its own error, and a name may begin with "http".
  const authority = /^[^/?#\\]*/.exec(hasScheme ? rest : text.replace(/^\/\//, ""))?.[0] ?? "";
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  const form: Form = {
    scheme: hasScheme ? `${scheme.toLowerCase()}://` : isSchemeOptional ? "" : "http://",
    hasMore: hasScheme && (authority !== host || rest.slice(authority.length).length > 1),
  };
  const ofAddress = addressMistake(host, form);
  if (ofAddress !== undefined) return ofAddress;
  if (/\s/.test(authority)) return "expected a URL without spaces";
  if (hasScheme && /^https?(?:[:/]|$)/i.test(host) && rest.slice(authority.length).startsWith("//")) {
    return "expected http:// or https:// once";
  }
  if (hasScheme && slashes !== "://") return `expected ${form.scheme} with two slashes${written(host, form)}`;
  if (!hasScheme && text.startsWith("//")) return `expected http:// or https:// before the host${written(host, form)}`;
  if (!hasScheme && !isSchemeOptional && !text.includes("://") && !text.includes("@")) return schemeMistake(host, form);
  return hasScheme || isSchemeOptional ? portMistake(host) : undefined;
}

/** How the right form begins, and whether a path or user of the text is left out of it. */
type Form = { readonly scheme: string; readonly hasMore: boolean };

function addressMistake(host: string, form: Form): string | undefined {
  if (host.includes(":") && /^\[?[0-9a-f:.]{2,45}%/i.test(host)) return ZONE;
  if (host.startsWith("[")) return bracketMistake(host, form);
  if (!host.includes(":") || host.indexOf(":") === host.lastIndexOf(":")) return undefined;
  const forms = ipv6Forms(host);
  if (forms.length === 0) return undefined;
  return `expected an IPv6 address in brackets: write ${forms.map((one) => shown(one, form)).join(", or ")}`;
}

/** `[::1:18081]`, `[::1:18081` and `[127.0.0.1]:18081` */
function bracketMistake(host: string, form: Form): string | undefined {
  const [, inner = "", port = ""] = /^\[([^\]]*)\]?(:\d{1,5})?$/.exec(host) ?? [];
  if (isIPv6(inner))
    return host.includes("]")
      ? portMistake(host)
      : `expected a ] after the address: write ${shown(`[${inner}]`, form)}`;
  if (isIPv4(inner)) return `only IPv6 addresses have brackets: write ${shown(inner + port, form)}`;
  const [first] = port === "" ? ipv6Forms(inner) : [];
  return first === undefined
    ? "expected an IPv6 address between [ and ]"
    : `expected the port after the brackets: write ${shown(first, form)}`;
}

/** An address as in `[::1]:10900` for one without brackets; undefined for any other text. */
export function withBrackets(text: string): string | undefined {
  return ipv6Forms(text)[0];
}

/** The end of an address without brackets may be a port: both readings, the likelier one first. */
function ipv6Forms(text: string): readonly string[] {
  const at = text.lastIndexOf(":");
  const [address, port] = [text.slice(0, at), text.slice(at + 1)];
  const isPort = isIPv6(address) && /^[1-9]\d{1,4}$/.test(port) && Number(port) <= 65_535;
  return [...(isPort ? [`[${address}]:${port}`] : []), ...(isIPv6(text) ? [`[${text}]`] : [])];
}

function shown(host: string, { scheme, hasMore }: Form): string {
  return `${scheme}${host}${hasMore ? "/…" : ""}`;
}

/** A hint with the right form, where the host is an address or this machine. */
function written(host: string, form: Form): string {
  const [, name = "", port = ""] = /^(\[[^\]]*\]|[^:]*)(:\d{1,5})?$/.exec(host) ?? [];
  return isIP(name.replace(/^\[(.*)\]$/, "$1")) !== 0 || name.toLowerCase() === "localhost"
    ? `: write ${shown(name + port, form)}`
    : "";
}

function schemeMistake(host: string, form: Form): string | undefined {
  if (!/^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i.test(host)) return undefined;
  const hint = written(host, form);
  return `expected http:// or https:// before the host${hint === "" ? ", as in http://HOST:PORT" : hint}`;
}

function portMistake(host: string): string | undefined {
  if (!host.startsWith("[") && host.split(":").length > 2) return "expected one port after the host";
  const [, port] = /:([^:\]]*)$/.exec(host) ?? [];
  if (port === undefined || port === "") return undefined;
  if (!/^\d+$/.test(port) || Number(port) === 0 || Number(port) > 65_535)
    return "expected a port from 1 to 65535 after the host";
  return undefined;
}
