import { copyFileSync, cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { ROOT, textOf } from "../../../tools/repository.ts";
import { exporterOf, filesOf, golden, renderings, workloadsOf } from "../../kubernetes/manifests.ts";
import { PROGRAM } from "../../support/exporter.ts";
import { run, tempFolder } from "../../support/servers.ts";
import { findRenderer, render } from "./render.ts";
import { schemaProblems } from "./schema.ts";
import { snippets } from "./snippets.ts";

/** Commands and snippets of the documents do what they say. */

const found = { kubectl: findRenderer("kubectl"), helm: findRenderer("helm") };
const documents = ["docs/kubernetes.md", "charts/peer-exporter/README.md"];

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

describe.skipIf(!found.kubectl)("kustomizations of docs/kubernetes.md", () => {
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
    ["config=null", "config.nodes is empty"],
    ["config.nodes[0].urll=x", "additional properties 'urll' not allowed"],
    ["config.nodes[0].chain=bitcoin", "config/nodes/0/chain"],
    ["config.global.interval=1x", "config/global/interval"],
    ["config.nodess={}", "additional properties 'nodess' not allowed"],
    ["service.port=70000", "service/port"],
    ["podDisruptionBudget.minAvailable=1", "minAvailable"],
  ])("%s is refused", async (setting, message) => {
    const values = "config: {nodes: [{name: a, chain: monero, url: http://a}]}\n";
    await expect(template(values, ["--set", setting])).rejects.toThrow(message);
  });

  test("with TLS and users, probes speak TLS and Prometheus has a password, and the file of both is where it is mounted", async () => {
    const [values = ""] = snippets("charts/peer-exporter/README.md", "values.yaml, with TLS and users");
    const manifests = await template(values);
    const [workload] = workloadsOf(manifests);
    const exporter = workload && exporterOf(workload.spec.template);
    expect(JSON.stringify(exporter?.readinessProbe)).toContain('"scheme":"HTTPS"');
    const file = exporter?.args.find((arg) => arg.startsWith("--web.config.file="))?.split("=")[1] ?? "";
    expect(exporter?.volumeMounts.map(({ mountPath }) => mountPath)).toContain(dirname(file));
    const monitor = manifests.find(({ kind }) => kind === "ServiceMonitor");
    expect(monitor?.spec).toMatchObject({
      endpoints: [{ scheme: "https", basicAuth: { username: { key: "user" }, password: { key: "password" } } }],
    });
  });

  test("all of the example of a configuration is taken", async () => {
    const values = stringify({ config: parse(textOf("config.example.yaml")) });
    const [config = ""] = (await template(values)).flatMap((manifest) =>
      manifest.kind === "ConfigMap" ? Object.values(filesOf([manifest], manifest.metadata.name)) : [],
    );
    expect({ config: parse(config) }).toEqual(parse(values));
  });

  test("nodes are not needed where targets are probed", async () => {
    const values = stringify({
      config: { probe: { allow: ["10.0.0.0/8:18081"], modules: { monero: { chain: "monero" } } } },
    });
    const [config] = (await template(values)).filter(({ kind }) => kind === "ConfigMap");
    const file = join(tempFolder(), "config.yaml");
    writeFileSync(file, filesOf(config ? [config] : [], "peer-exporter")["config.yaml"] ?? "");
    const { code, output } = await run(process.execPath, [PROGRAM, "check", `--config.file=${file}`]);
    expect(code, output).toBe(0);
  });

  test("a Service is never made headless, which Kubernetes refuses: the one of shards has another name", async () => {
    const values = "config: {nodes: [{name: a, chain: monero, url: http://a}]}\n";
    const serviceOf = async (shards: number) => {
      const manifests = await template(values, [`--set=shards=${shards}`]);
      const services = manifests.filter(({ kind }) => kind === "Service");
      expect(services).toHaveLength(1);
      return services[0]?.metadata.name;
    };
    expect(await serviceOf(1)).not.toBe(await serviceOf(2));
  });

  test("a release whose name is a number gets labels that are texts", async () => {
    const manifests = await render({
      name: "number",
      program: "helm",
      args: ["template", "123", "charts/peer-exporter", "--kube-version=1.29.0"].concat(
        "--values=charts/peer-exporter/ci/full-values.yaml",
      ),
    });
    for (const manifest of manifests) expect(await schemaProblems(manifest)).toEqual([]);
  });

  test("a limit of a million samples stays a whole number, which helm's own way of writing it, 1e+06, is not", async () => {
    const limit = "{enabled: true, sampleLimit: 1000000}";
    const folder = tempFolder();
    const values = `existingConfigMap: mine\nserviceMonitor: ${limit}\npodMonitor: ${limit}\n`;
    writeFileSync(join(folder, "values.yaml"), values);
    const { stdout } = await run(
      "helm",
      ["template", "mine", "charts/peer-exporter", "--kube-version=1.29.0", `--values=${join(folder, "values.yaml")}`],
      { cwd: ROOT },
    );
    expect(stdout.match(/sampleLimit: .*/g)).toEqual(["sampleLimit: 1000000", "sampleLimit: 1000000"]);
  });

  test("a cluster that knows no policy for unhealthy pods is not given one", async () => {
    const values = "config: {nodes: [{name: a, chain: monero, url: http://a}]}\n";
    const budgetOf = async (version: string) =>
      (await template(values, [`--kube-version=${version}`])).find(({ kind }) => kind === "PodDisruptionBudget")?.spec;
    expect(await budgetOf("1.25.16")).not.toHaveProperty("unhealthyPodEvictionPolicy");
    expect(await budgetOf("1.26.0")).toHaveProperty("unhealthyPodEvictionPolicy", "AlwaysAllow");
  });

  /** What `helm install` says, which `helm template` does not print. */
  const notes = async (values: string) => {
    const chart = join(tempFolder(), "chart");
    cpSync(`${ROOT}charts/peer-exporter`, chart, { recursive: true });
    const text = `{{ define "notes" }}${textOf("charts/peer-exporter/templates/NOTES.txt")}{{ end }}`;
    writeFileSync(join(chart, "templates/_notes.tpl"), text);
    writeFileSync(
      join(chart, "templates/notes.yaml"),
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: notes}\ndata:\n  text: |\n{{ include "notes" . | indent 4 }}\n',
    );
    writeFileSync(join(chart, "mine.yaml"), values);
    const args = ["template", "mine", chart, "--kube-version=1.29.0", `--values=${join(chart, "mine.yaml")}`];
    return filesOf(await render({ name: "notes", program: "helm", args }), "notes").text ?? "";
  };

  test("the notes say what was installed, and how to ask it", async () => {
    const nodes = "config: {nodes: [{name: a, chain: monero, url: http://a}]}\n";
    const plain = await notes(nodes);
    expect(plain).toContain("polls 1 node(s).");
    expect(plain).toContain("port-forward deployment/mine-peer-exporter 10900");
    expect(plain).toContain("curl -s http://127.0.0.1:10900/metrics");
    expect(await notes(`${nodes}scheme: https\n`)).toContain("curl -s -k https://127.0.0.1:10900/metrics");
    const sharded = await notes(`${nodes}shards: 3\n`);
    expect(sharded).toContain("shared by 3 shards");
    expect(sharded).toContain("port-forward statefulset/mine-peer-exporter 10900");
    expect(sharded).toContain("pod/mine-peer-exporter-1");
    expect(await notes("existingConfigMap: mine\nconfig: null\n")).toContain("polls the nodes of the ConfigMap mine.");
    expect(await notes("enabled: false\npodMonitor: {enabled: true}\n")).toMatch(
      /^This release runs no exporter.*label of its release/s,
    );
  });

  test("without any value it says what it wants", async () => {
    await expect(template("{}\n")).rejects.toThrow("config.nodes is empty: name at least one node");
  });
});
