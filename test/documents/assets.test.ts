import { expect, test } from "vitest";
import { parse } from "yaml";
import { loadAssets } from "../../src/documents/assets.ts";
import { textOf } from "../../tools/repository.ts";

const assets = await loadAssets();

test("rules are those of prometheus/, one kind or both in one file", () => {
  const [recording, alerts] = [textOf("prometheus/rules.yaml"), textOf("prometheus/alerts.yaml")];
  expect(assets.rules("recording")).toBe(recording);
  expect(assets.rules("alerts")).toBe(alerts);
  expect(parse(assets.rules()).groups).toEqual([...parse(recording).groups, ...parse(alerts).groups]);
});

test("dashboards are those of grafana/, each with a description", () => {
  expect(assets.dashboards()).toContain("peer-exporter-fleet");
  for (const name of assets.dashboards()) {
    expect(assets.dashboard(name)).toBe(textOf(`grafana/dashboards/${name}.json`));
    expect(assets.description(name)).toMatch(/\w.*\.$/);
  }
  expect(assets.dashboard("constructor")).toBeUndefined();
});
