import type { Assets } from "../assets.ts";
import type { Config } from "../config/model.ts";
import { assetsRoutes } from "./assets-routes.ts";
import { configRoute } from "./config-route.ts";
import { healthRoutes, type NodeCounts } from "./health-routes.ts";
import { landingRoute } from "./landing.ts";
import { metricsRoute } from "./metrics-route.ts";
import type { PageSource } from "./page-source.ts";
import { type ProbeOptions, probeRoute } from "./probe-route.ts";
import type { Route } from "./router.ts";
import { sdRoute } from "./sd-route.ts";

export type RoutesOptions = {
  readonly telemetryPath: string;
  readonly version: string;
  readonly page: PageSource;
  readonly nodeCounts: () => NodeCounts;
  readonly probe: ProbeOptions;
  readonly assets: Assets;
  readonly config: () => Config;
};

/** Everything that the exporter serves. */
export function createRoutes({ telemetryPath, version, page, nodeCounts, probe, assets, config }: RoutesOptions) {
  const routes: Route[] = [
    metricsRoute(telemetryPath, page),
    probeRoute(probe),
    sdRoute(probe.nodes),
    ...assetsRoutes(assets),
    configRoute(config),
    ...healthRoutes(nodeCounts),
  ];
  return telemetryPath === "/" ? routes : [...routes, landingRoute(version, telemetryPath, nodeCounts)];
}
