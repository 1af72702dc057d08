import { copyFileSync, cpSync, existsSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { ROOT, textOf } from "../../../tools/repository.ts";
import { exporterOf, filesOf, golden, renderings, workloadsOf } from "../../kubernetes/manifests.ts";
import { tempFolder } from "../../support/servers.ts";
import { findRenderer, render } from "./render.ts";
import { documents, snippets } from "./snippets.ts";

/** Commands and snippets of the documents do what they say. */

const hasKubectl = findRenderer("kubectl");

/** A folder of an operator, with this repository in it. */
function operatorFolder(files: Readonly<Record<string, string>>): string {
  const folder = tempFolder();
  for (const part of ["kubernetes", "grafana"])
    cpSync(ROOT + part, join(folder, "peer-exporter", part), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const kustomize = (folder: string) => render({ name: "snippet", program: "kubectl", args: ["kustomize", folder] });

test.each(documents)("every file that %s links to exists", (document) => {
  const links = [...textOf(document).matchAll(/\]\(([^)#]+)\)/g)].map(([, target = ""]) => target);
  expect(links.length).toBeGreaterThan(0);
  expect(links.filter((target) => !existsSync(join(ROOT, dirname(document), target)))).toEqual([]);
});

test("the folders that docs/kubernetes.md renders are all examples", () => {
  const commands = [...textOf("docs/kubernetes.md").matchAll(/^kubectl (kustomize kubernetes\/examples\/\w+)$/gm)];
  const examples = renderings.filter(({ name }) => name.startsWith("example-")).map(({ args }) => args.join(" "));
  expect(commands.map(([, command]) => command).sort()).toEqual([...examples].sort());
});

test("every npm script and flag of the documents exists", () => {
  const { scripts } = JSON.parse(textOf("package.json"));
  for (const document of documents) {
    for (const [, script = ""] of textOf(document).matchAll(/npm run ([\w:-]+)/g))
      expect(scripts).toHaveProperty([script]);
  }
});

describe.skipIf(!hasKubectl)("kustomizations of docs/kubernetes.md", () => {
  const [sidecar = "", central = ""] = snippets("docs/kubernetes.md", "kustomization.yaml");

  test("the sidecar comes into the StatefulSet, and the annotation says what it polls", async () => {
    const folder = operatorFolder({ "kustomization.yaml": sidecar });
    copyFileSync(`${ROOT}kubernetes/examples/monerod/monerod.yaml`, join(folder, "monerod.yaml"));
    const [workload] = workloadsOf(await kustomize(folder));
    const [example] = workloadsOf(golden("example-monerod"));
    expect(workload?.spec).toEqual(example?.spec);
    const [annotation = ""] = snippets("docs/kubernetes.md", "part of monerod.yaml");
    for (const [key, value] of Object.entries(workload?.spec.template.metadata.annotations ?? {})) {
      expect(annotation).toContain(`${key}: ${value}\n`);
    }
  });

  test("one exporter gets the configuration and image of the operator", async () => {
    const config = "nodes: [{name: mine, chain: wire, url: http://nodeop:8888}]\n";
    const manifests = await kustomize(operatorFolder({ "kustomization.yaml": central, "config.yaml": config }));
    expect(filesOf(manifests, "peer-exporter")).toEqual({ "config.yaml": config });
    const [workload] = workloadsOf(manifests);
    expect(workload && exporterOf(workload.spec.template)?.image).toMatch(/^registry\.example\/peer-exporter:/);
    expect(manifests.map(({ kind }) => kind)).toContain("PrometheusRule");
  });

  test("the patch gives another release to all objects of the operator", async () => {
    const [patch = ""] = snippets("docs/kubernetes.md", "part of kustomization.yaml");
    const files = { "kustomization.yaml": central + patch, "config.yaml": "nodes: []\n" };
    const manifests = await kustomize(operatorFolder(files));
    const releases = manifests
      .filter(({ apiVersion }) => apiVersion.startsWith("monitoring.coreos.com"))
      .map(({ metadata }) => metadata.labels.release);
    expect(releases).toEqual(["prometheus", "prometheus", "prometheus"]);
  });

  test("a StatefulSet that is no node is left as it is by its label", async () => {
    const folder = operatorFolder({ "kustomization.yaml": sidecar });
    const statefulSet = { ...workloadsOf(golden("example-monerod"))[0] };
    const spec = structuredClone(statefulSet.spec);
    if (spec === undefined) throw new Error("no StatefulSet");
    spec.template.spec.initContainers = [];
    const labelled = (name: string, more: Readonly<Record<string, string>>) =>
      `---\n${JSON.stringify({ ...statefulSet, metadata: { name, labels: more }, spec })}\n`;
    const all = labelled("database", { "peer-exporter/sidecar": "false" }) + labelled("monerod", { app: "monerod" });
    writeFileSync(join(folder, "monerod.yaml"), all);
    const exporters = workloadsOf(await kustomize(folder)).map(({ metadata, spec: { template } }) => [
      metadata.name,
      exporterOf(template)?.name,
    ]);
    expect(Object.fromEntries(exporters)).toEqual({ database: undefined, monerod: "peer-exporter" });
  });

  test("another image of the sidecar, by its digest, is the operator's to choose", async () => {
    const digest = `sha256:${"0".repeat(64)}`;
    const images = `images: [{name: ghcr.io/peer-exporter/peer-exporter, newName: registry.example/mine, digest: "${digest}"}]\n`;
    const folder = operatorFolder({ "kustomization.yaml": sidecar + images });
    copyFileSync(`${ROOT}kubernetes/examples/monerod/monerod.yaml`, join(folder, "monerod.yaml"));
    const [workload] = workloadsOf(await kustomize(folder));
    expect(workload && exporterOf(workload.spec.template)?.image).toBe(`registry.example/mine@${digest}`);
  });

  test("a StatefulSet that has init containers keeps them, behind the sidecar", async () => {
    const folder = operatorFolder({ "kustomization.yaml": sidecar });
    const statefulSet = { ...workloadsOf(golden("example-monerod"))[0] };
    const spec = structuredClone(statefulSet.spec);
    if (spec === undefined) throw new Error("no StatefulSet");
    spec.template.spec.initContainers = [{ name: "chown", image: "x", args: [], env: [], ports: [], volumeMounts: [] }];
    writeFileSync(join(folder, "monerod.yaml"), JSON.stringify({ ...statefulSet, spec }));
    const [workload] = workloadsOf(await kustomize(folder));
    expect(workload?.spec.template.spec.initContainers.map(({ name }) => name)).toEqual(["peer-exporter", "chown"]);
  });
});
