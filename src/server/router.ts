import { type Answer, problem, type Request } from "./respond.ts";

export type Route = {
  /** The whole path; with `/*` at its end, every path with one more segment there. */
  readonly path: string;
  /** GET answers HEAD too. */
  readonly method?: "GET" | "POST";
  readonly answer: (request: Request) => Answer | Promise<Answer>;
};

/** What answers a request, and under which name its time is measured: paths of strangers make no label. */
export type Match = { readonly handler: string; readonly answer: Route["answer"]; readonly rest: string };

export type Router = (method: string, path: string) => Match;

const ANY = "*";

export function createRouter(routes: readonly Route[]): Router {
  const byPath = new Map<string, Map<string, Match>>();
  for (const route of routes) {
    const byMethod = byPath.get(route.path) ?? new Map<string, Match>();
    byPath.set(route.path, byMethod);
    for (const method of methodsOf(route))
      byMethod.set(method, { handler: route.path, answer: route.answer, rest: "" });
  }
  return (method, path) => {
    const exact = byPath.get(path);
    if (exact !== undefined) return exact.get(method) ?? wrongMethod(exact);
    const cut = path.lastIndexOf("/") + 1;
    const open = cut < path.length ? byPath.get(path.slice(0, cut) + ANY) : undefined;
    if (open === undefined) return UNKNOWN;
    const match = open.get(method);
    return match === undefined ? wrongMethod(open) : { ...match, rest: path.slice(cut) };
  };
}

const UNKNOWN: Match = { handler: "none", answer: () => problem(404, "no such page; see /"), rest: "" };

function methodsOf({ method = "GET" }: Route): readonly string[] {
  return method === "GET" ? ["GET", "HEAD"] : [method];
}

function wrongMethod(byMethod: ReadonlyMap<string, Match>): Match {
  const allowed = [...byMethod.keys()];
  const words = `only ${allowed.join(" and ")} here`;
  return { handler: "none", answer: () => problem(405, words, { allow: allowed.join(", ") }), rest: "" };
}
