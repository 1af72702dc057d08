import type { Config } from "../../config/model.ts";
import { printSteps } from "../../config/print.ts";
import { inSlices } from "../../lib/slices.ts";
import type { Compress } from "../compress.ts";
import { createCostlyResponses } from "../costly-responses.ts";
import { wantsPage } from "../negotiate.ts";
import { configSteps, type LastRead } from "../pages/config.ts";
import { html } from "../pages/respond.ts";
import type { Site } from "../pages/site.ts";
import { type HttpResponse, text } from "../respond.ts";
import type { Route } from "../router.ts";

type ConfigOptions = {
  readonly config: () => Config;
  readonly lastRead?: (() => LastRead) | undefined;
  readonly site: Site;
  readonly compressed: Compress;
};

/** `/config`: the current configuration without its secrets. Plain text, as browsers save YAML to a file; for browsers a page. */
export function configRoute({ config, lastRead, site, compressed }: ConfigOptions): Route {
  const makeCostly = createCostlyResponses();
  /** The page of a configuration is another response than its text. */
  const pageKeys = new WeakMap<Config, object>();
  const pageKeyOf = (current: Config): object => {
    const key = pageKeys.get(current) ?? {};
    pageKeys.set(current, key);
    return key;
  };

  async function print(current: Config): Promise<HttpResponse> {
    return text(200, await inSlices(printSteps(current)), HEADERS);
  }

  async function page(current: Config): Promise<HttpResponse> {
    const yaml = await inSlices(printSteps(current));
    const { linkPrefix } = site;
    const content = await inSlices(
      configSteps({ config: current, yaml, lastRead: lastRead?.(), nowMs: Date.now(), linkPrefix }),
    );
    return html({ site, title: "Configuration", path: "/config", content }, { headers: HEADERS });
  }

  return {
    path: "/config",
    handle: async (request) => {
      const current = config();
      if (!wantsPage(request)) return makeCostly(current, () => print(current), request.onGone);
      const made = await makeCostly(pageKeyOf(current), () => page(current), request.onGone);
      return compressed(made, request.headers);
    },
  };
}

const HEADERS = { "cache-control": "no-store", vary: "Accept" };
