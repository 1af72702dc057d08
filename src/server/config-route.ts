import type { Config } from "../config/model.ts";
import { printSteps } from "../config/print.ts";
import { inSlices } from "../lib/slices.ts";
import { text } from "./answer.ts";
import type { Route } from "./router.ts";

/** `/config`: the configuration in force, without its secrets. Plain text, as browsers save other YAML to a file. */
export function configRoute(config: () => Config): Route {
  return {
    path: "/config",
    answer: async () => text(200, await inSlices(printSteps(config())), { "cache-control": "no-store" }),
  };
}
