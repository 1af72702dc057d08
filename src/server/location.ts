/** Where clients find the pages: flags as in Prometheus. No header of a request changes it, as any client could send one. */

/** The URL at which others reach the exporter, or only the path of it. */
export type ExternalUrl = {
  /** Without the slash at its end: empty at the root of a host. */
  readonly path: string;
  /** Undefined when only a path is known. */
  readonly origin: { readonly scheme: "http" | "https"; readonly host: string } | undefined;
};

export type WebLocation = {
  /** What the paths of requests begin with, without a slash at its end. */
  readonly routePrefix: string;
  /** What the paths of links begin with, without a slash at its end. */
  readonly linkPrefix: string;
  readonly origin: ExternalUrl["origin"];
};

/** @param externalUrl its path is the default of the prefix, as a proxy usually passes paths on unchanged */
export function locationOf(externalUrl?: ExternalUrl | undefined, routePrefix = externalUrl?.path ?? ""): WebLocation {
  return { routePrefix, linkPrefix: externalUrl?.path ?? routePrefix, origin: externalUrl?.origin };
}

/**
 * Parses `https://monitoring.example.com/peer-exporter/`, or only the path of it. An empty text is no URL, as in Prometheus.
 * @throws Error that says what was expected. It does not repeat the text, which may hold a password
 */
export function parseExternalUrl(text: string): ExternalUrl | undefined {
  if (text === "") return undefined;
  if (/^["']|["']$/.test(text)) throw new Error("expected a URL without quotes around it");
  if (text.startsWith("/") && !text.startsWith("//")) return { path: prefixOf(text), origin: undefined };
  const [, scheme, authority, rest = ""] = /^(https?):\/\/([^/?#]+)(.*)$/is.exec(text) ?? [];
  if (scheme === undefined || authority === undefined || !URL.canParse(text)) throw new Error(EXPECTED_URL);
  if (authority.includes("@")) throw new Error("expected a URL without user and password");
  if (/[?#]/.test(rest)) throw new Error("expected a URL without query and fragment");
  const { host, protocol } = new URL(text);
  return { path: prefixOf(rest), origin: { scheme: protocol === "https:" ? "https" : "http", host } };
}

const EXPECTED_URL =
  "expected a URL like https://monitoring.example.com/peer-exporter/, or only its path, like /peer-exporter/";

/**
 * Parses `/peer-exporter`, with or without slashes around it. An empty text is no prefix, as in Prometheus.
 * @throws Error that says what was expected
 */
export function parseRoutePrefix(text: string): string | undefined {
  return text === "" ? undefined : prefixOf(text);
}

/** Links have these characters as they are, in HTML and in headers. */
const SEGMENT = /^[A-Za-z0-9._~-]+$/;

function prefixOf(path: string): string {
  const bare = path.replace(/^\/+|\/+$/g, "");
  if (bare === "") return "";
  const segments = bare.split("/");
  // Browsers resolve dots in a path.
  if (segments.some((segment) => !SEGMENT.test(segment) || segment === "." || segment === "..")) {
    throw new Error("expected a path like /peer-exporter, of letters, digits and the characters . _ ~ - /");
  }
  return `/${segments.join("/")}`;
}
