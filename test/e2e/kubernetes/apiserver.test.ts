import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROOT } from "../../../tools/repository.ts";
import { taken } from "../../kubernetes/chart-values.ts";
import {
  golden,
  type Manifest,
  parseManifests,
  type Rendering,
  renderings,
  type Workload,
  workloadsOf,
} from "../../kubernetes/manifests.ts";
import { randomValues } from "../../kubernetes/random-values.ts";
import { runs } from "../../support/effort.ts";
import { tempFolder } from "../../support/servers.ts";
import { type ApiServer, startApiServer } from "./api-server.ts";
import { findRenderer, render } from "./render.ts";

/** What Kubernetes itself says of the manifests: its API server checks them, strictly, and does not store them. */

const { KUBE_APISERVER = "", ETCD = "", PROMETHEUS_OPERATOR_CRDS = "" } = process.env;
const hasPrograms = [KUBE_APISERVER, ETCD, PROMETHEUS_OPERATOR_CRDS].every((path) => path !== "");
if (!hasPrograms) {
  process.stderr.write("tests that need the API server of Kubernetes are skipped: npm run test:apiserver builds it\n");
}

const found = { kubectl: findRenderer("kubectl"), helm: findRenderer("helm") };
const manifestsOf = (rendering: Rendering) =>
  found[rendering.program] ? render(rendering) : Promise.resolve(golden(rendering.name));

/** Objects of the components as they are, with all rules in them. */
const components = ["monitoring", "alertmanager"].flatMap((name) => {
  const folder = join(ROOT, "kubernetes/components", name);
  return readdirSync(folder)
    .filter((file) => file !== "kustomization.yaml")
    .flatMap((file) => parseManifests(readFileSync(join(folder, file), "utf8")));
});

/** The first pod of a workload, with the volumes that the controller makes of its claims. */
function podOf({ metadata, spec: { template, volumeClaimTemplates } }: Workload): Manifest {
  const claims = volumeClaimTemplates.map(({ metadata: { name } }) => ({
    name,
    persistentVolumeClaim: { claimName: `${name}-${metadata.name}-0` },
  }));
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { ...template.metadata, name: `${metadata.name}-0`, namespace: metadata.namespace },
    spec: { ...template.spec, volumes: [...template.spec.volumes, ...claims] },
  };
}

const all = renderings.flatMap(({ name }) => golden(name));
const namespaces = new Set(all.map(({ metadata }) => metadata.namespace ?? "default"));
const specs = workloadsOf(all).map(({ spec }) => spec.template.spec);
const names = (key: "priorityClassName" | "runtimeClassName") => [...new Set(specs.flatMap((spec) => spec[key] ?? []))];
/** Classes that pods name. */
const classes: readonly Manifest[] = [
  ...names("priorityClassName").map((name) => ({
    ...{ apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", value: 1000 },
    metadata: { name, labels: {} },
  })),
  ...names("runtimeClassName").map((name) => ({
    ...{ apiVersion: "node.k8s.io/v1", kind: "RuntimeClass", handler: name },
    metadata: { name, labels: {} },
  })),
];

/** A namespace that takes any pod, as values may ask for more rights. */
const ANY = "any";

describe.skipIf(!hasPrograms)("the API server", () => {
  let api: ApiServer;
  beforeAll(async () => {
    api = await startApiServer({ kubeApiserver: KUBE_APISERVER, etcd: ETCD, definitions: PROMETHEUS_OPERATOR_CRDS });
    const labels = Object.fromEntries(
      ["enforce", "warn"].map((mode) => [`pod-security.kubernetes.io/${mode}`, "restricted"]),
    );
    // What objects refer to, and an operator has.
    for (const name of namespaces) await api.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels } });
    await api.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: ANY, labels: {} } });
    for (const each of classes) await api.apply(each);
  });
  afterAll(() => api?.stop());

  test.each(renderings)(
    "takes every object of $name, with strict validation and without a warning",
    async (rendering) => {
      for (const manifest of await manifestsOf(rendering)) {
        expect(await api.problemsOf(manifest), `${manifest.kind} ${manifest.metadata.name}`).toEqual([]);
      }
    },
  );

  test.each(components)("takes $kind of the components, with all that is in it", async (manifest) => {
    expect(await api.problemsOf(manifest)).toEqual([]);
  });

  describe.skipIf(!found.helm)("takes what the chart makes", () => {
    /** All problems of a release with these values. */
    async function problems(values: string): Promise<readonly string[]> {
      const file = join(tempFolder(), "values.yaml");
      writeFileSync(file, values);
      const args = [
        "template",
        "mine",
        "charts/peer-exporter",
        "--kube-version=1.34.0",
        `--namespace=${ANY}`,
        `--values=${file}`,
      ];
      const all: string[] = [];
      for (const manifest of await render({ name: "values", program: "helm", args })) {
        const { kind } = manifest;
        all.push(...(await api.problemsOf(manifest)).map((problem) => `${kind}: ${problem}`));
      }
      return all;
    }

    test.each(taken)("of %s", async (values) => {
      const node = 'config: {nodes: [{name: a, chain: monero, url: "http://a"}]}';
      expect(await problems(`${node}\n${values}\n`)).toEqual([]);
    });

    test("of any values", { timeout: 600_000 }, async () => {
      const property = fc.asyncProperty(randomValues, async (values) => {
        expect(await problems(JSON.stringify(values))).toEqual([]);
      });
      // Each run takes a second, so a failure is shown as it is.
      await fc.assert(property, { numRuns: runs(200), endOnFailure: true });
    });
  });

  const pods = renderings.flatMap(({ name }) => workloadsOf(golden(name)).map((workload) => ({ name, workload })));

  test.each(pods)("admits the pod of $name under Pod Security restricted", async ({ workload }) => {
    expect(await api.problemsOf(podOf(workload))).toEqual([]);
  });

  describe("refuses", () => {
    const [workload] = workloadsOf(golden("example-monerod"));
    if (workload === undefined) throw new Error("no StatefulSet");
    const pod = podOf(workload);
    const { spec } = workload.spec.template;
    const withContainer = (more: object) => ({
      ...pod,
      spec: { ...Object(pod.spec), containers: spec.containers.map((each) => ({ ...each, ...more })) },
    });

    test.each([
      ["a field that it does not know", { ...pod, spec: { ...Object(pod.spec), hostNetwrok: true } }, "hostNetwrok"],
      [
        "a pod of the network of its machine",
        { ...pod, spec: { ...Object(pod.spec), hostNetwork: true } },
        "restricted",
      ],
      ["a container without a security context", withContainer({ securityContext: {} }), "restricted"],
      ["a number as the value of a variable", withContainer({ env: [{ name: "A", value: 1 }] }), "string"],
    ])("%s", async (_, manifest, words) => {
      expect((await api.problemsOf(manifest)).join("\n")).toContain(words);
    });

    test("a PrometheusRule whose group has no name", async () => {
      const [rule] = components.filter(({ kind }) => kind === "PrometheusRule");
      if (rule === undefined) throw new Error("no PrometheusRule");
      const problems = await api.problemsOf({ ...rule, spec: { groups: [{ rules: [] }] } });
      expect(problems.join("\n")).toMatch(/spec\.groups.*name/);
    });
  });
});
