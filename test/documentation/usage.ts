import { parseArguments } from "../../src/cli/parse-arguments.ts";
import { createRecentPolls } from "../../src/poll/recent-polls.ts";
import { createStore } from "../../src/poll/store.ts";
import { locationOf } from "../../src/server/location.ts";
import { createRouter } from "../../src/server/router.ts";
import { createRoutes } from "../../src/server/routes/index.ts";
import { NO_PROBE } from "../server/support.ts";

/** What the program itself says to the commands and URLs of the documents. */

/** What it prints on stderr before it begins; "" for good usage. */
export function usageErrors(args: readonly string[]): string {
  let errors = "";
  const err = (text: string) => {
    errors += text;
  };
  parseArguments(args, "1.2.3", { out: () => {}, err });
  return errors;
}

const routes = createRoutes({
  telemetryPath: "/metrics",
  location: locationOf(),
  site: { version: "1.2.3", linkPrefix: "" },
  page: async () => {
    throw new Error("no page is made here");
  },
  nodeCounts: () => ({ nodes: 0, up: 0, all: 0, polled: 0 }),
  probe: NO_PROBE,
  reload: async () => ({ ok: true, summary: "" }),
  nodes: { store: createStore(), recentPolls: createRecentPolls() },
  config: () => {
    throw new Error("no configuration is made here");
  },
});

const route = createRouter(routes);

/** As the routes name them: `/nodes/*`. */
export const paths: readonly string[] = routes.map(({ path }) => path);

/** Whether the exporter answers this method on this path. */
export function isRoute(method: string, path: string): boolean {
  return route(method, path).route !== "none";
}
