import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { buildDashboard } from "../../grafana/src/dashboard.ts";
import { dashboardSpecs } from "../../grafana/src/index.ts";
import { dashboardFiles, dashboardFolder } from "./support.ts";

const generated = dashboardSpecs.map((spec) => ({
  name: `${spec.uid}.json`,
  text: `${JSON.stringify(buildDashboard(spec), null, 2)}\n`,
}));

test("grafana/dashboards holds what grafana/src generates, and nothing else (npm run dashboards)", () => {
  if (process.env.UPDATE_DASHBOARDS === "1") {
    rmSync(dashboardFolder, { recursive: true, force: true });
    mkdirSync(dashboardFolder);
    for (const { name, text } of generated) writeFileSync(`${dashboardFolder}${name}`, text);
  }
  expect(dashboardFiles().map(({ name }) => name)).toEqual(generated.map(({ name }) => name).sort());
  for (const { name, text } of generated) {
    expect(dashboardFiles().find((file) => file.name === name)?.text, name).toBe(text);
  }
});
