import type { Assets } from "../../documents/assets.ts";
import { errorResponse, json } from "../respond.ts";
import type { Route } from "../router.ts";

type ImportOptions = {
  readonly load: () => Promise<Assets>;
  /** What the paths of links begin with. */
  readonly linkPrefix: string;
};

/**
 * `/dashboards/import/NAME.json`: dashboards for people, who import them; `/dashboards/NAME.json` is for provisioning.
 */
export function importRoute({ load, linkPrefix }: ImportOptions): Route {
  const all = `${linkPrefix}/dashboards`;
  return {
    path: "/dashboards/import/*",
    handle: async ({ segment }) => {
      const name = segment.endsWith(".json") ? segment.slice(0, -".json".length) : undefined;
      const dashboard = name === undefined ? undefined : (await load()).dashboardToImport(name);
      if (dashboard !== undefined) return json(dashboard);
      return errorResponse(404, `no such dashboard; see ${all}`, {}, [{ href: all, text: "All dashboards" }]);
    },
  };
}
