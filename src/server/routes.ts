import type { Config } from "../config/model.ts";
import type { Assets } from "./assets.ts";
import { assetsRoutes } from "./assets-routes.ts";
import { configRoute } from "./config-route.ts";
import { healthRoutes, type NodeCounts } from "./health-routes.ts";
import { metricsRoute } from "./metrics-route.ts";
import type { PageSource } from "./page-source.ts";
import { type PagesOptions, pagesRoutes } from "./pages-routes.ts";
import { type ProbeOptions, probeRoute } from "./probe-route.ts";
import { type Reload, reloadRoute } from "./reload-route.ts";
import type { Route } from "./router.ts";
import { sdRoute } from "./sd-route.ts";

export type RoutesOptions = {
  readonly telemetryPath: string;
  readonly version: string;
  readonly page: PageSource;
  readonly nodeCounts: () => NodeCounts;
  readonly probe: ProbeOptions;
  readonly reload: Reload;
  readonly nodes: Pick<PagesOptions, "store" | "recentPolls" | "readSamples">;
  readonly loadAssets: () => Promise<Assets>;
  readonly config: () => Config;
};

/** Everything that the exporter serves. */
export function createRoutes(options: RoutesOptions): readonly Route[] {
  const { telemetryPath, version, page, nodeCounts, probe, reload, loadAssets, nodes, config } = options;
  return [
    metricsRoute(telemetryPath, page),
    ...pagesRoutes({ version, telemetryPath, ...nodes }),
    probeRoute(probe),
    sdRoute(probe.nodes),
    ...assetsRoutes(loadAssets, version),
    configRoute(config),
    ...healthRoutes(nodeCounts),
    reloadRoute(reload),
  ];
}
