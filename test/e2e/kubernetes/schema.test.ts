import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { ROOT } from "../../../tools/repository.ts";
import { golden, type Manifest, parseManifests, renderings } from "../../kubernetes/manifests.ts";
import { findServer, run, tempFolder } from "../../support/servers.ts";
import { schemaProblems, typeProblems } from "./schema.ts";

const promtool = findServer("promtool", "apt-get install prometheus");

const named = (from: string, manifests: readonly Manifest[]): readonly (readonly [string, Manifest])[] =>
  manifests.map((manifest) => [`${from}: ${manifest.kind} ${manifest.metadata.name}`, manifest]);

const ours = Object.fromEntries([
  ...renderings.flatMap(({ name }) => named(name, golden(name))),
  ...["monitoring/prometheusrule.yaml", "alertmanager/alertmanagerconfig.yaml"].flatMap((file) =>
    named(file, parseManifests(readFileSync(`${ROOT}kubernetes/components/${file}`, "utf8"))),
  ),
]);

/** Of which rendering, which object, what is planted where, and who has to notice. */
const planted: readonly (readonly [string, string, string, unknown, "types" | "values" | "both"])[] = [
  ["base", "Deployment", "spec.template.spec.containers.0.readOnlyRootFilesystem", true, "types"],
  ["base", "Deployment", "spec.template.spec.containers.0.livenessProbe.httpGet.prot", 1, "types"],
  ["base", "Deployment", "spec.template.spec.automountServiceAccountTokens", false, "types"],
  ["base", "Deployment", "spec.template.spec.containers.0.securityContext.runAsUser", "65532", "both"],
  ["base", "Deployment", "spec.replicas", "1", "both"],
  ["base", "Deployment", "spec.template.spec.containers.0.args", "--config.file=x", "both"],
  ["base", "Deployment", "spec.template.spec.containers.0.imagePullPolicy", "Sometimes", "values"],
  ["base", "Deployment", "spec.template.metadata.labels.number", 1, "both"],
  ["base", "Deployment", "spec.selector", undefined, "both"],
  ["base", "NetworkPolicy", "spec.policyTypes.0", "ingress", "values"],
  ["base", "Service", "spec.ports.0.targetport", 10900, "types"],
  ["example-monerod", "StatefulSet", "spec.template.spec.initContainers.0.restartPolicy", "OnFailure", "values"],
  ["example-monerod", "StatefulSet", "spec.template.spec.initContainers.0.env.0.valueFrom.fieldRef", "name", "both"],
  ["example-monerod", "StatefulSet", "spec.podManagementPolicy", "parallel", "values"],
  ["helm-full", "ServiceMonitor", "spec.endpoints.0.scheme", "ftp", "both"],
  ["helm-full", "ServiceMonitor", "spec.endpoints.0.scrapeTimeOut", "10s", "types"],
  ["helm-full", "PodMonitor", "spec.podMetricsEndpoints.0.relabelings.0.action", "shorten", "both"],
  ["helm-full", "PodMonitor", "spec.podMetricsEndpoints.0.interval", "often", "values"],
  ["helm-full", "PodMonitor", "spec.selectors", {}, "types"],
];

const bad = Object.fromEntries(
  planted.map(([name, kind, path, value]) => {
    const found = golden(name).find((manifest) => manifest.kind === kind);
    if (found === undefined) throw new Error(`no ${kind} in ${name}`);
    return [`${kind} ${path}`, plant(found, path.split("."), value)];
  }),
);

function plant(manifest: Manifest, path: readonly string[], value: unknown): Manifest {
  const copy = structuredClone(manifest);
  const owner = path.slice(0, -1).reduce((part: unknown, key) => Reflect.get(Object(part), key), copy);
  Reflect.set(Object(owner), path.at(-1) ?? "", value);
  return copy;
}

describe("objects against the schemas of Kubernetes and the Prometheus operator", () => {
  let problems: Readonly<Record<string, readonly string[]>> = {};

  beforeAll(async () => {
    problems = await typeProblems({ ...ours, ...bad });
  });

  test.each(Object.keys(ours))("%s", async (name) => {
    const manifest = ours[name];
    if (manifest === undefined) throw new Error("no manifest");
    expect(problems[name]).toEqual([]);
    expect(await schemaProblems(manifest)).toEqual([]);
  });

  test.each(planted)("a planted error is found: %s, %s %s = %j (by %s)", async (_, kind, path, _value, by) => {
    const manifest = bad[`${kind} ${path}`];
    if (manifest === undefined) throw new Error("no manifest");
    const field = path.split(".").at(-1) ?? "";
    if (by !== "values") expect(problems[`${kind} ${path}`]?.join("\n")).toContain("error TS");
    if (by === "types") expect(problems[`${kind} ${path}`]?.join("\n")).toContain(field);
    const found = (await schemaProblems(manifest)).join("\n");
    if (by === "types") expect(found).toBe("");
    else expect(found).toMatch(/^data\//);
  });
});

test("a planted field of a rule is found, though keep_firing_for is let through", async () => {
  const rule = parse(readFileSync(`${ROOT}kubernetes/components/monitoring/prometheusrule.yaml`, "utf8"));
  rule.spec.groups[1].rules[0].expression = "1";
  const [manifest] = parseManifests(JSON.stringify(rule));
  if (manifest === undefined) throw new Error("no manifest");
  expect((await typeProblems({ rule: manifest })).rule?.join()).toContain("expression");
});

test.skipIf(promtool === undefined)("promtool takes the groups of the PrometheusRule", async () => {
  const rule = parse(readFileSync(`${ROOT}kubernetes/components/monitoring/prometheusrule.yaml`, "utf8"));
  const file = join(tempFolder(), "rules.yaml");
  writeFileSync(file, stringify(rule.spec));
  const { code, output } = await run(promtool ?? "", ["check", "rules", file]);
  expect(code, output).toBe(0);
  expect(output).toMatch(/SUCCESS: [1-9]\d+ rules found/);
});
