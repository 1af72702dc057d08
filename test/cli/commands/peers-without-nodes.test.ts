import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { peers } from "../../../src/cli/commands/peers.ts";
import { createRedactor } from "../../../src/config/redact.ts";

test("peers without nodes says so: it printed nothing", async () => {
  const folder = mkdtempSync(join(tmpdir(), "peers-"));
  const configFile = join(folder, "config.yaml");
  writeFileSync(configFile, "nodes: []\n");
  let error = "";
  const context = {
    print: () => {},
    printError: (text: string) => {
      error += text;
    },
    stopped: new Promise<never>(() => {}),
    endsItself: async () => {},
    redactor: createRedactor(),
    crash: { logTo: () => {} },
  };
  const flags = { command: "peers", node: undefined, json: false, watchMs: undefined, sort: undefined } as const;
  expect(await peers({ ...flags, configFile, nodes: [] }, context)).toBe(0);
  expect(error).toMatch(/^no nodes are configured: .*peer-exporter discover ADDRESS/);
  rmSync(folder, { recursive: true });
});
