import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { peers } from "../../../src/cli/commands/peers.ts";
import { tempFolder } from "../../support/servers.ts";
import { outcomeOf } from "./support.ts";

test("peers without nodes says so: it printed nothing", async () => {
  const configFile = join(tempFolder(), "config.yaml");
  writeFileSync(configFile, "nodes: []\n");
  const flags = { command: "peers", node: undefined, output: undefined, watchMs: undefined, sort: undefined } as const;
  const { code, err } = await outcomeOf((context) => peers({ ...flags, configFile, nodes: [] }, context));
  expect(code).toBe(0);
  expect(err).toMatch(/^no nodes are configured: .*peer-exporter discover ADDRESS/);
});
