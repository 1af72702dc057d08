import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import * as z from "zod";
import { withItsAlertsAlone } from "../../tools/lint-rules/rule-tests.ts";
import { findServer, run, tempFolder } from "../support/servers.ts";
import { folder, queriesIn, readYaml, testFiles } from "./support.ts";

const promtool = findServer("promtool", "apt-get install prometheus");
const amtool = findServer("amtool", "apt-get install prometheus-alertmanager");

const SLOW = 120_000;

async function succeeds(program: string | undefined, args: readonly string[], cwd = folder): Promise<string> {
  const { code, output } = await run(program ?? "", args, { cwd });
  expect(code, output).toBe(0);
  return output;
}

describe.skipIf(promtool === undefined)("promtool", () => {
  test.each(["rules.yaml", "alerts.yaml"])("check rules %s", async (file) => {
    expect(await succeeds(promtool, ["check", "rules", file])).toContain("SUCCESS");
  });

  test("check rules: the queries of the runbooks", async () => {
    const runbooks = join(folder, "../docs/runbooks");
    const queries = readdirSync(runbooks).flatMap((file) => queriesIn(readFileSync(join(runbooks, file), "utf8")));
    const rules = queries.map((expr, index) => ({ record: `query${index}`, expr }));
    const file = join(tempFolder(), "queries.yaml");
    writeFileSync(file, stringify({ groups: [{ name: "runbooks", rules }] }));
    expect(await succeeds(promtool, ["check", "rules", file])).toContain(`${queries.length} rules found`);
  });

  test.concurrent.each(testFiles)("test rules $path", { timeout: SLOW }, async ({ path }) => {
    expect(
      await succeeds(promtool, ["test", "rules", withItsAlertsAlone(`prometheus/${path}`, tempFolder())]),
    ).toContain("SUCCESS");
  });

  test.each(["prometheus.yml", "prometheus-http-sd.yml"])("check config %s", async (file) => {
    const output = await succeeds(promtool, ["check", "config", file]);
    expect(output).toContain("SUCCESS: 2 rule files found");
  });

  test("check config prometheus-kubernetes.yml", async () => {
    // Debian builds promtool without the discovery of Kubernetes: the rest of the job is checked.
    const config = z
      .looseObject({
        scrape_configs: z.tuple([
          z.looseObject({ kubernetes_sd_configs: z.tuple([z.strictObject({ role: z.literal("pod") })]) }),
        ]),
      })
      .parse(readYaml("prometheus-kubernetes.yml"));
    const [{ kubernetes_sd_configs: _, ...job }] = config.scrape_configs;
    const temp = tempFolder();
    for (const file of ["rules.yaml", "alerts.yaml"]) copyFileSync(join(folder, file), join(temp, file));
    const scrape_configs = [{ ...job, static_configs: [{ targets: ["localhost:10900"] }] }];
    writeFileSync(join(temp, "prometheus.yml"), stringify({ ...config, scrape_configs }));
    expect(await succeeds(promtool, ["check", "config", "prometheus.yml"], temp)).toContain("2 rule files found");
  });
});

describe.skipIf(amtool === undefined)("amtool", () => {
  test("check-config alertmanager.yml", async () => {
    expect(await succeeds(amtool, ["check-config", "alertmanager.yml"])).toContain("SUCCESS");
  });

  test.each([
    ["critical", "on-call"],
    ["warning", "team"],
    ["info", "none"],
  ])("routes %s to %s", async (severity, receiver) => {
    const args = ["config", "routes", "test", "--config.file=alertmanager.yml", `severity=${severity}`];
    expect(await succeeds(amtool, args)).toMatch(new RegExp(`^${receiver}$`, "m"));
  });
});
