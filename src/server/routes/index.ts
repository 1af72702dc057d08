import type { Config } from "../../config/model.ts";
import { type Assets, loadAssets } from "../../documents/assets.ts";
import { type Documents, loadDocuments } from "../../documents/documents.ts";
import { createCompressor } from "../compress.ts";
import type { WebLocation } from "../location.ts";
import type { LastRead } from "../pages/config.ts";
import type { Site } from "../pages/site.ts";
import type { Route } from "../router.ts";
import { assetsRoutes } from "./assets.ts";
import { configRoute } from "./config.ts";
import { documentsRoutes } from "./documents.ts";
import { metricsRoute } from "./metrics.ts";
import { healthRoutes, type NodeCounts, type Reload, reloadRoute, sdRoute } from "./operator.ts";
import type { PageSource } from "./page-source.ts";
import { type PagesOptions, pagesRoutes } from "./pages.ts";
import { type ProbeOptions, probeRoute } from "./probe.ts";

export type RoutesOptions = {
  readonly telemetryPath: string;
  readonly location: WebLocation;
  readonly site: Site;
  readonly page: PageSource;
  readonly nodeCounts: () => NodeCounts;
  readonly probe: ProbeOptions;
  readonly reload: Reload;
  readonly nodes: Pick<PagesOptions, "store" | "recentPolls">;
  /** By default, what the program contains. */
  readonly loadAssets?: () => Promise<Assets>;
  readonly loadDocuments?: () => Promise<Documents>;
  readonly config: () => Config;
  /** How the configuration was last read, if that is known. */
  readonly lastRead?: () => LastRead;
};

/** Every page that the exporter serves. */
export function createRoutes(options: RoutesOptions): readonly Route[] {
  const { telemetryPath, location, site, page, nodeCounts, probe, reload, nodes, config, lastRead } = options;
  // Shared, as its limit is that of the process.
  const compressed = createCompressor();
  const shared = { site, compressed };
  const load = options.loadAssets ?? loadAssets;
  const loadTexts = options.loadDocuments ?? loadDocuments;
  return [
    metricsRoute(telemetryPath, page),
    ...pagesRoutes({ ...shared, telemetryPath, ...nodes }),
    probeRoute({ ...shared, ...probe }),
    sdRoute(config, location),
    ...assetsRoutes({ ...shared, load, loadDocuments: loadTexts }),
    ...documentsRoutes({ ...shared, load: loadTexts }),
    configRoute({ ...shared, config, lastRead }),
    ...healthRoutes(nodeCounts),
    reloadRoute(reload),
  ];
}
