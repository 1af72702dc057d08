import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";

function read(file: string): unknown {
  return parse(readFileSync(new URL(`../../grafana/provisioning/${file}`, import.meta.url), "utf8"));
}

test("the datasource is a Prometheus whose address comes from the environment", () => {
  expect(read("datasources/prometheus.yaml")).toMatchObject({
    apiVersion: 1,
    datasources: [{ type: "prometheus", url: `\${PROMETHEUS_URL}`, isDefault: true }],
  });
});

test("the provider loads a folder of files that cannot be changed in Grafana", () => {
  expect(read("dashboards/peer-exporter.yaml")).toMatchObject({
    apiVersion: 1,
    providers: [{ type: "file", allowUiUpdates: false, disableDeletion: true, options: { path: expect.any(String) } }],
  });
});
