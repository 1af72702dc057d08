import type { Config } from "../../config/model.ts";
import { type Assets, loadAssets } from "../../documents/assets.ts";
import { type Documents, loadDocuments } from "../../documents/documents.ts";
import { createCompressor } from "../compress.ts";
import type { WebLocation } from "../location.ts";
import type { Route } from "../router.ts";
import { assetsRoutes } from "./assets.ts";
import { documentsRoutes } from "./documents.ts";
import { importRoute } from "./import.ts";
import { metricsRoute } from "./metrics.ts";
import { configRoute, healthRoutes, type NodeCounts, type Reload, reloadRoute, sdRoute } from "./operator.ts";
import type { PageSource } from "./page-source.ts";
import { type PagesOptions, pagesRoutes } from "./pages.ts";
import { type ProbeOptions, probeRoute } from "./probe.ts";

export type RoutesOptions = {
  readonly telemetryPath: string;
  readonly location: WebLocation;
  readonly version: string;
  readonly page: PageSource;
  readonly nodeCounts: () => NodeCounts;
  readonly probe: ProbeOptions;
  readonly reload: Reload;
  readonly nodes: Pick<PagesOptions, "store" | "recentPolls">;
  /** By default, what the program contains. */
  readonly loadAssets?: () => Promise<Assets>;
  readonly loadDocuments?: () => Promise<Documents>;
  readonly config: () => Config;
};

/** Every page that the exporter serves. */
export function createRoutes(options: RoutesOptions): readonly Route[] {
  const { telemetryPath, location, version, page, nodeCounts, probe, reload, nodes, config } = options;
  const { linkPrefix } = location;
  // Shared, as its limit is that of the process.
  const compressed = createCompressor();
  return [
    metricsRoute(telemetryPath, page),
    ...pagesRoutes({ version, telemetryPath, linkPrefix, compressed, ...nodes }),
    probeRoute(probe),
    sdRoute(config, location),
    ...assetsRoutes({ load: options.loadAssets ?? loadAssets, version, linkPrefix }),
    importRoute({ load: options.loadAssets ?? loadAssets, linkPrefix }),
    ...documentsRoutes({ load: options.loadDocuments ?? loadDocuments, version, linkPrefix, compressed }),
    configRoute(config),
    ...healthRoutes(nodeCounts),
    reloadRoute(reload),
  ];
}
