import type { Config } from "../config/model.ts";
import { printConfig } from "../config/print.ts";
import { text } from "./answer.ts";
import type { Route } from "./router.ts";

/** `/config`: the configuration in force, without its secrets. Plain text, as browsers save other YAML to a file. */
export function configRoute(config: () => Config): Route {
  return { path: "/config", answer: () => text(200, printConfig(config()), { "cache-control": "no-store" }) };
}
