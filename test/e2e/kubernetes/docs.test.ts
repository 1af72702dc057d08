import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "../../kubernetes/generated.ts";
import { exporterOf, filesOf, golden, renderings, workloadsOf } from "../../kubernetes/manifests.ts";
import { tempFolder } from "../../support/servers.ts";
import { findRenderer, render } from "./render.ts";

/** Commands and snippets of the documents do what they say. */

const found = { kubectl: findRenderer("kubectl"), helm: findRenderer("helm") };
const documents = ["docs/kubernetes.md", "charts/peer-exporter/README.md"];
const textOf = (path: string) => readFileSync(root + path, "utf8");

/** The YAML blocks whose first line is the given comment. */
function snippets(document: string, comment: string): readonly string[] {
  return [...textOf(document).matchAll(/^( *)```yaml\n(.*?)^ *```$/gms)]
    .map(([, indent = "", text = ""]) => text.replaceAll(new RegExp(`^${indent}`, "gm"), ""))
    .filter((text) => text.startsWith(`# ${comment}\n`));
}

/** A folder of an operator, with this repository in it. */
function operatorFolder(files: Readonly<Record<string, string>>): string {
  const folder = tempFolder();
  for (const part of ["kubernetes", "grafana"])
    cpSync(root + part, join(folder, "peer-exporter", part), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const kustomize = (folder: string) => render({ name: "snippet", program: "kubectl", args: ["kustomize", folder] });

test.each(documents)("every file that %s links to exists", (document) => {
  const links = [...textOf(document).matchAll(/\]\(([^)#]+)\)/g)].map(([, target = ""]) => target);
  expect(links.length).toBeGreaterThan(0);
  expect(links.filter((target) => !existsSync(join(root, dirname(document), target)))).toEqual([]);
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

describe.skipIf(!found.kubectl)("kustomizations of docs/kubernetes.md", () => {
  const [sidecar = "", central = ""] = snippets("docs/kubernetes.md", "kustomization.yaml");

  test("the sidecar comes into the StatefulSet, and the annotation says what it polls", async () => {
    const folder = operatorFolder({ "kustomization.yaml": sidecar });
    copyFileSync(`${root}kubernetes/examples/monerod/monerod.yaml`, join(folder, "monerod.yaml"));
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

describe.skipIf(!found.helm)("values for the chart", () => {
  const template = (values: string, flags: readonly string[] = []) => {
    const folder = join(tempFolder(), "values");
    mkdirSync(folder);
    writeFileSync(join(folder, "values.yaml"), values);
    const args = ["template", "peer-exporter", "charts/peer-exporter", "--kube-version=1.29.0"];
    return render({
      name: "values",
      program: "helm",
      args: [...args, `--values=${join(folder, "values.yaml")}`, ...flags],
    });
  };

  test.each(
    documents.flatMap((document) => snippets(document, "values.yaml").map((text) => [document, text] as const)),
  )("those of %s are taken", async (_, values) => {
    const kinds = (await template(values)).map(({ kind }) => kind);
    expect(kinds).toContain("PrometheusRule");
    expect(kinds.includes("Deployment")).toBe(!values.includes("enabled: false\n"));
  });

  test.each([
    ["podMonitor.enable=true", "additional properties 'enable' not allowed"],
    ["image.pullPolicy=Sometimes", "image/pullPolicy"],
    ["shards=0", "shards"],
    ["shards=many", "shards"],
    ["extraArgs={config}", "extraArgs"],
    ["config.nodes[1].name=x", "config/nodes/1"],
    ["config.nodes=null", "config.nodes is empty"],
    ["service.port=70000", "service/port"],
    ["podDisruptionBudget.minAvailable=1", "minAvailable"],
  ])("%s is refused", async (setting, message) => {
    const values = "config: {nodes: [{name: a, chain: monero, url: http://a}]}\n";
    await expect(template(values, ["--set", setting])).rejects.toThrow(message);
  });

  test("without any value it says what it wants", async () => {
    await expect(template("{}\n")).rejects.toThrow("config.nodes is empty: name at least one node");
  });
});
