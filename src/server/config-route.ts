import type { Config } from "../config/model.ts";
import { printSteps } from "../config/print.ts";
import { inSlices } from "../lib/slices.ts";
import { createCostlyAnswers } from "./costly-answers.ts";
import { text } from "./respond.ts";
import type { Route } from "./router.ts";

/** `/config`: the configuration in force, without its secrets. Plain text, as browsers save other YAML to a file. */
export function configRoute(config: () => Config): Route {
  const inTurn = createCostlyAnswers();
  return {
    path: "/config",
    answer: ({ onGone }) => {
      const printed = config();
      const print = async () => text(200, await inSlices(printSteps(printed)), { "cache-control": "no-store" });
      return inTurn(printed, print, onGone);
    },
  };
}
