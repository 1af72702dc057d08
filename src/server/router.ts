import type { WebLocation } from "./location.ts";
import { errorResponse, type HttpResponse, type Request, respond } from "./respond.ts";

export type Route = {
  /** The whole path. With `/*` at its end: every path with one more segment. */
  readonly path: string;
  /** GET routes handle HEAD as well. */
  readonly method?: "GET" | "POST";
  readonly handle: (request: Request) => HttpResponse | Promise<HttpResponse>;
};

/** What handles a request. */
export type Match = {
  /** The route's path, which labels the request's time. "none" without a route: clients must not create labels. */
  readonly route: string;
  readonly handle: Route["handle"];
  readonly segment: string;
};

/** Finds what handles a request. */
export type Router = (method: string, path: string) => Match;

const WILDCARD = "*";

/** Health checks have no password. Both pages disclose nothing that an attacker could use. */
export const HEALTH_PATHS: ReadonlySet<string> = new Set(["/-/healthy", "/-/ready"]);

/** @param location what paths of requests and of links begin with; routes do not have it */
export function createRouter(
  routes: readonly Route[],
  { routePrefix: prefix, linkPrefix }: Omit<WebLocation, "origin"> = AT_ROOT,
): Router {
  const byPath = new Map<string, Map<string, Match>>();
  for (const { path, method, handle } of routes) {
    const byMethod = byPath.get(path) ?? new Map<string, Match>();
    byPath.set(path, byMethod);
    for (const each of method === "POST" ? ["POST"] : ["GET", "HEAD"]) {
      byMethod.set(each, { route: path, handle, segment: "" });
    }
  }
  const notFound = noRoute(errorResponse(404, `no such page; see ${linkPrefix}/`));
  const find: Router = (method, path) => {
    const exact = byPath.get(path);
    if (exact !== undefined) return exact.get(method) ?? wrongMethod(exact);
    const cut = path.lastIndexOf("/") + 1;
    const open = cut < path.length ? byPath.get(path.slice(0, cut) + WILDCARD) : undefined;
    if (open === undefined) return notFound;
    const match = open.get(method);
    return match === undefined ? wrongMethod(open) : { ...match, segment: path.slice(cut) };
  };
  if (prefix === "") return find;
  // A proxy passes on only what is below the prefix.
  const entries: Readonly<Record<string, Match>> = {
    "/": redirect(`${prefix}/`),
    [prefix]: redirect(`${linkPrefix}/`),
  };
  return (method, path) => {
    if (path.startsWith(`${prefix}/`)) return find(method, path.slice(prefix.length));
    return (method === "GET" || method === "HEAD" ? entries[path] : undefined) ?? notFound;
  };
}

const AT_ROOT = { routePrefix: "", linkPrefix: "" };

function redirect(location: string): Match {
  return noRoute(respond(302, "text/plain; charset=utf-8", `see ${location}\n`, { location }));
}

/** The match of a request that no route handles. */
export function noRoute(response: HttpResponse): Match {
  return { route: "none", handle: () => response, segment: "" };
}

function wrongMethod(byMethod: ReadonlyMap<string, Match>): Match {
  const allowed = [...byMethod.keys()];
  const message = `this page accepts only ${allowed.join(" and ")}`;
  return noRoute(errorResponse(405, message, { allow: allowed.join(", ") }));
}

type Target = Pick<Request, "path" | "query"> & {
  /** The host of a target that is a whole URL. */
  readonly authority: string | undefined;
};

/** Scrapers request the same page again and again, so the last target is remembered. */
export function createTargetReader(): (url: string) => Target | undefined {
  let last: { readonly url: string; readonly target: Target | undefined } | undefined;
  return (url) => {
    if (last?.url !== url) last = { url, target: readTarget(url) };
    return last.target;
  };
}

/**
 * The parts of a request's target; undefined when its escapes are not UTF-8 or it is not a URL of a web server. Proxies send
 * whole URLs.
 */
function readTarget(url: string): Target | undefined {
  const isPath = url.startsWith("/") || url === "*";
  const [base = "", authority] = isPath ? [] : (/^https?:\/\/([^/?#]*)/i.exec(url) ?? []);
  if (!isPath && authority === undefined) return undefined;
  const mark = url.indexOf("?", base.length);
  const raw = mark < 0 ? url.slice(base.length) : url.slice(base.length, mark);
  const query = mark < 0 ? "" : url.slice(mark + 1);
  if (!raw.includes("%")) return { path: raw, query, authority };
  try {
    return { path: decodeURIComponent(raw), query, authority };
  } catch {
    return undefined;
  }
}
