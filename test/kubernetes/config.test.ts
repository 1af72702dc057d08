import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { loadConfig } from "../../src/config/load.ts";
import { parseNodeFlag } from "../../src/config/node-flag.ts";
import { ROOT } from "../../tools/repository.ts";
import { tempFolder } from "../support/servers.ts";
import { exporterOf, filesOf, golden, renderings, workloadsOf } from "./manifests.ts";
import { expanded, withSecrets } from "./pod.ts";

const exporters = renderings.flatMap(({ name }) => {
  const manifests = golden(name);
  return workloadsOf(manifests).flatMap((workload) => {
    const exporter = exporterOf(workload.spec.template);
    return exporter === undefined ? [] : [{ name, manifests, workload, exporter }];
  });
});

describe.each(exporters)("the configuration of $name", ({ manifests, workload, exporter }) => {
  const { args, env } = expanded(workload, exporter);
  const nodes = args
    .filter((arg) => arg.startsWith("--node="))
    .map((arg) => parseNodeFlag(arg.slice("--node=".length)));
  const { volumes } = workload.spec.template.spec;
  const configMap = volumes.find((volume) => volume.configMap !== undefined)?.configMap?.name;

  test("is valid, and the nodes of sidecars have the names of their pods", async () => {
    const folder = tempFolder();
    const file = join(folder, "config.yaml");
    if (configMap !== undefined) {
      mkdirSync(join(folder, "secrets"));
      writeFileSync(file, withSecrets(filesOf(manifests, configMap)["config.yaml"] ?? "", join(folder, "secrets")));
    }
    const config = await loadConfig({ file: configMap && file, nodes, env: { ...env, WIRE_TOKEN: "token" } });
    expect(config.nodes.length).toBeGreaterThan(0);
    if (exporter.restartPolicy === "Always") {
      expect(config.nodes.map(({ name }) => name)).toEqual([`${workload.metadata.name}-0`]);
      for (const node of config.nodes) expect(JSON.stringify(node)).toMatch(/127\.0\.0\.1/);
    }
  });
});

describe("the name of the image", () => {
  const image = "ghcr.io/peer-exporter/peer-exporter";
  const version: string = JSON.parse(readFileSync(`${ROOT}package.json`, "utf8")).version;

  test("is in one place for Kustomize and in one for Helm", () => {
    const naming = (folder: string, skip: RegExp) =>
      readdirSync(ROOT + folder, { recursive: true, encoding: "utf8" })
        .filter((file) => /\.(?:ya?ml|tpl|txt)$/.test(file) && !skip.test(file))
        .filter((file) => new RegExp(`^[^#]*${image}`, "m").test(readFileSync(join(ROOT, folder, file), "utf8")));
    expect(naming("kubernetes", /^$/)).toEqual(["components/image/kustomization.yaml"]);
    expect(naming("charts", /^$/)).toEqual(["peer-exporter/values.yaml"]);
    expect(parse(readFileSync(`${ROOT}charts/peer-exporter/values.yaml`, "utf8")).image.repository).toBe(image);
  });

  test("comes with the version of this repository", () => {
    const chart = parse(readFileSync(`${ROOT}charts/peer-exporter/Chart.yaml`, "utf8"));
    expect([chart.version, chart.appVersion]).toEqual([version, version]);
    for (const { name, exporter } of exporters.filter((each) => !["helm-full", "helm-overrides"].includes(each.name))) {
      expect(exporter.image, name).toBe(`${image}:${version}`);
    }
  });
});

test("the README of the chart has every value with its default", () => {
  const readme = readFileSync(`${ROOT}charts/peer-exporter/README.md`, "utf8");
  const rows = [...readme.matchAll(/^\| `([\w.]+)` \| `((?:[^|\\]|\\\|)*)` \|/gm)].map(([, name, value]) => [
    name,
    value?.replaceAll("\\|", "|"),
  ]);
  // Settings of these have names of their own in the table; the others are one value each.
  const groups = [
    "image",
    "serviceAccount",
    "service",
    "networkPolicy",
    "podDisruptionBudget",
    "serviceMonitor",
  ].concat(["podMonitor", "prometheusRule", "dashboards"]);
  const values: Readonly<Record<string, unknown>> = parse(
    readFileSync(`${ROOT}charts/peer-exporter/values.yaml`, "utf8"),
  );
  // The mixin's own table has them one by one.
  const isLong = (key: string, inner: string) => key === "prometheusRule" && inner === "thresholds";
  const shown = (value: unknown) => (typeof value === "string" && value !== "" ? value : JSON.stringify(value));
  const expected = Object.entries(values).flatMap(([key, value]) =>
    groups.includes(key)
      ? Object.entries(Object(value)).map(([inner, each]) => [
          `${key}.${inner}`,
          isLong(key, inner) ? "{…}" : shown(each),
        ])
      : [[key, shown(value)]],
  );
  expect(rows).toEqual(expected);
});

test("the schema of the values has no pattern that Helm refuses: Go's cannot look around or refer back", () => {
  const text = readFileSync(`${ROOT}charts/peer-exporter/values.schema.json`, "utf8");
  const patterns = [...text.matchAll(/"pattern": (".*")/g)].map(([, pattern = ""]) => String(JSON.parse(pattern)));
  expect(patterns.length).toBeGreaterThan(5);
  expect(patterns.filter((pattern) => /\(\?<?[=!]|\\[1-9k]/.test(pattern))).toEqual([]);
});

test("the schema of the values knows every value, and no other", () => {
  const values: Readonly<Record<string, unknown>> = parse(
    readFileSync(`${ROOT}charts/peer-exporter/values.yaml`, "utf8"),
  );
  const schema = JSON.parse(readFileSync(`${ROOT}charts/peer-exporter/values.schema.json`, "utf8"));
  // Helm itself adds `global`.
  expect(Object.keys(schema.properties).sort()).toEqual([...Object.keys(values), "global"].sort());
  expect(schema.additionalProperties).toBe(false);
  for (const [key, { additionalProperties, properties }] of Object.entries<Record<string, unknown>>(
    schema.properties,
  )) {
    if (properties === undefined || key === "config") continue;
    expect([key, additionalProperties]).toEqual([key, false]);
    if (key !== "resources")
      expect(Object.keys(Object(properties)).sort()).toEqual(Object.keys(Object(values[key])).sort());
  }
});
