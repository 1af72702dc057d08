import type { ReloadResult } from "../config/reload.ts";
import { createSharedWaits } from "../lib/shared-waits.ts";
import { problem, text } from "./respond.ts";
import type { Route } from "./router.ts";

export type Reload = () => Promise<ReloadResult>;

/** POST `/-/reload`: reads the configuration anew and says what came of it. */
export function reloadRoute(reload: Reload): Route {
  // Those that get the same reading wait for the same promise.
  const wait = createSharedWaits<Promise<ReloadResult>, ReloadResult>();
  return {
    path: "/-/reload",
    method: "POST",
    answer: async ({ onGone }) => {
      const reading = reload();
      const result = await wait(reading, () => reading, onGone);
      if (result === undefined) return problem(503, "nobody waits for the answer");
      if (result.ok) return text(200, `configuration reloaded: ${result.summary}\n`);
      const whole = "configuration not reloaded, the one before stays in force";
      const head = result.summary === undefined ? whole : `configuration reloaded in part (${result.summary})`;
      return text(500, `500: ${head}:\n${result.problems.join("\n")}\n`);
    },
  };
}
