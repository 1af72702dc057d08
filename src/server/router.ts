import { type Answer, problem, type Request } from "./answer.ts";

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
  const byPath = new Map<string, Route[]>();
  for (const route of routes) byPath.set(route.path, [...(byPath.get(route.path) ?? []), route]);
  return (method, path) => {
    const cut = path.lastIndexOf("/") + 1;
    const exact = byPath.get(path);
    const found = exact ?? (cut < path.length ? byPath.get(path.slice(0, cut) + ANY) : undefined);
    if (found === undefined) return UNKNOWN;
    const route = found.find((each) => allows(each).includes(method));
    if (route === undefined) return wrongMethod(found);
    return { handler: route.path, answer: route.answer, rest: exact === undefined ? path.slice(cut) : "" };
  };
}

const UNKNOWN: Match = { handler: "none", answer: () => problem(404, "no such page; see /"), rest: "" };

function allows({ method = "GET" }: Route): readonly string[] {
  return method === "GET" ? ["GET", "HEAD"] : [method];
}

function wrongMethod(routes: readonly Route[]): Match {
  const allowed = routes.flatMap(allows);
  const words = `only ${allowed.join(" and ")} here`;
  return { handler: "none", answer: () => problem(405, words, { allow: allowed.join(", ") }), rest: "" };
}
