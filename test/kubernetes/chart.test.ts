import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { ROOT } from "../../tools/repository.ts";
import { golden, type Manifest, workloadsOf } from "./manifests.ts";

/** What the values of the chart do, beyond what is the same for Helm and Kustomize. */

const ofKind = (manifests: readonly Manifest[], kind: string) => manifests.filter((manifest) => manifest.kind === kind);

/** Every value of a key, however deep. */
function* valuesOf(key: string, inside: unknown): Iterable<unknown> {
  if (typeof inside !== "object" || inside === null) return;
  for (const [name, value] of Object.entries(inside)) {
    if (name === key) yield value;
    yield* valuesOf(key, value);
  }
}

describe.each([
  ["helm-full", { team: "infra", "app.kubernetes.io/part-of": "nodes" }, { owner: "infra" }],
  ["helm-sharded", { team: "infra" }, {}],
] as const)("the common labels and annotations of %s", (name, common, annotations) => {
  const manifests = golden(name);
  const ours = manifests.filter(({ metadata }) => metadata.name !== "peer-exporter-more");

  test.each(ours.map((manifest) => [manifest.kind, manifest.metadata.name, manifest] as const))(
    "are on %s %s",
    (_kind, object, { metadata }) => {
      expect(metadata.labels).toMatchObject(common);
      // An object of the operator's own has what he gave it.
      if (object !== "peer-exporter-text") expect(metadata.annotations ?? {}).toMatchObject(annotations);
    },
  );

  test("are on the pods, as far as they are labels", () => {
    for (const { spec } of workloadsOf(manifests)) expect(spec.template.metadata.labels).toMatchObject(common);
  });

  test("are in no selector, as that of a workload can never change", () => {
    const selectors = ["selector", "podSelector"].flatMap((key) => [
      ...valuesOf(
        key,
        ours.map(({ spec }) => spec),
      ),
    ]);
    expect(selectors.length).toBeGreaterThan(4);
    for (const selector of selectors) {
      for (const key of Object.keys(common)) expect(JSON.stringify(selector)).not.toContain(key);
    }
  });
});

describe("monitors in another namespace", () => {
  const [service, pod] = ["ServiceMonitor", "PodMonitor"].map((kind) => ofKind(golden("helm-full"), kind)[0]);

  test("are there, and find the exporter in its own", () => {
    expect([service?.metadata.namespace, pod?.metadata.namespace]).toEqual(["prometheus", "prometheus"]);
    expect(service?.spec).toMatchObject({ namespaceSelector: { matchNames: ["monitoring"] } });
  });

  test("without one, a ServiceMonitor is beside the exporter, whose namespace is the only one it looks at", () => {
    const [monitor] = ofKind(golden("helm-sharded"), "ServiceMonitor");
    expect(monitor?.metadata.namespace).toBe("monitoring");
    expect(monitor?.spec).not.toHaveProperty("namespaceSelector");
  });
});

test("names of namespaces take the place of all namespaces, which the operator would prefer", () => {
  const [monitor] = ofKind(golden("helm-sharded"), "PodMonitor");
  expect(monitor?.spec).toHaveProperty("namespaceSelector", { matchNames: ["wire", "monero"] });
});

describe("every value is set in one of the files that are rendered", () => {
  const read = (file: string): Readonly<Record<string, unknown>> =>
    parse(readFileSync(`${ROOT}charts/peer-exporter/${file}`, "utf8"));
  const files = readdirSync(`${ROOT}charts/peer-exporter/ci`).map((file) => read(`ci/${file}`));
  const settings = (values: unknown) => Object.keys(Object(values));
  const grouped = new Set(
    Object.entries(read("values.yaml")).flatMap(([key, value]) => (hasSwitch(value) ? [key] : [])),
  );

  test.each(settings(read("values.yaml")))("%s", (key) => {
    expect(files.flatMap(settings)).toContain(key);
    // The mixin has tests of its own for its settings.
    if (!grouped.has(key) || key === "prometheusRule") return;
    const set = new Set(files.flatMap((values) => settings(values[key])));
    expect(settings(read("values.yaml")[key]).filter((setting) => !set.has(setting))).toEqual([]);
  });

  /** Whether the keys of a value are settings, with a type of their own. */
  function hasSwitch(value: unknown): boolean {
    return ["enabled", "create", "type", "tag"].some((key) => Object.hasOwn(Object(value), key));
  }
});
