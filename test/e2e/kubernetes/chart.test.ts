import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { ROOT, textOf } from "../../../tools/repository.ts";
import { exporterOf, filesOf, golden, workloadsOf } from "../../kubernetes/manifests.ts";
import { PROGRAM } from "../../support/exporter.ts";
import { run, tempFolder } from "../../support/servers.ts";
import { findRenderer, render } from "./render.ts";
import { schemaProblems } from "./schema.ts";
import { documents, snippets } from "./snippets.ts";

const hasHelm = findRenderer("helm");

describe.skipIf(!hasHelm)("values for the chart", () => {
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
    ["config.nodes[0].chain=solana", "config/nodes/0/chain"],
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
        // The name of a Service begins with a letter.
        "--set=fullnameOverride=mine",
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
    const tls = `${nodes}scheme: https\nextraArgs: [--web.config.file=/etc/web.yaml]\n`;
    expect(await notes(tls)).toContain("curl -s -k https://127.0.0.1:10900/metrics");
    const sharded = await notes(`${nodes}shards: 3\n`);
    expect(sharded).toContain("shared by 3 shards");
    expect(sharded).toContain("port-forward statefulset/mine-peer-exporter 10900");
    expect(sharded).toContain("pod/mine-peer-exporter-1");
    expect(await notes("existingConfigMap: mine\nconfig: null\n")).toContain("polls the nodes of the ConfigMap mine.");
    expect(await notes("enabled: false\npodMonitor: {enabled: true}\n")).toMatch(
      /^This release runs no exporter.*label of its release/s,
    );
  });

  test("the notes warn of what the chart takes, but is seldom meant", async () => {
    const nodes = "config: {nodes: [{name: a, chain: monero, url: http://a}]}\n";
    const root = "may run as root";
    expect(await notes(nodes)).not.toContain(root);
    expect(await notes(`${nodes}podSecurityContext: {runAsNonRoot: false}\n`)).not.toContain(root);
    expect(await notes(`${nodes}securityContext: {runAsNonRoot: false}\n`)).toContain(root);
    expect(await notes(`${nodes}podSecurityContext: null\nsecurityContext: null\n`)).toContain(root);

    const outside = "add an ipBlock for the clients outside";
    expect(await notes(`${nodes}service: {type: NodePort}\n`)).toContain(outside);
    expect(await notes(`${nodes}service: {type: NodePort}\nnetworkPolicy: {from: []}\n`)).not.toContain(outside);
    const range = "networkPolicy: {from: [{ipBlock: {cidr: 10.0.0.0/8}}]}\n";
    expect(await notes(`${nodes}service: {type: NodePort}\n${range}`)).not.toContain(outside);

    const monitor = "serviceMonitor: {enabled: true, scrapeTimeout: 20s";
    expect(await notes(`${nodes}${monitor}}\n`)).toContain("A scrapeTimeout of 20s without an interval");
    expect(await notes(`${nodes}${monitor}, interval: 20s}\n`)).not.toContain("without an interval");
  });

  test("on OpenShift, the users are those of the namespace, and all other rights are as strict as before", async () => {
    const [values = ""] = snippets("charts/peer-exporter/README.md", "values.yaml, on OpenShift");
    const [workload] = workloadsOf(await template(values));
    const [minimal] = workloadsOf(golden("helm-minimal"));
    const contexts = (each: typeof workload) => {
      const pod = each?.spec.template.spec;
      return [pod?.securityContext, pod?.containers[0]?.securityContext];
    };
    const users = ["runAsUser", "runAsGroup", "fsGroup"];
    const withoutUsers = (each: typeof workload) =>
      contexts(each).map((context) => Object.entries(Object(context)).filter(([key]) => !users.includes(key)));
    expect(JSON.stringify(contexts(workload))).not.toMatch(/"(?:runAsUser|runAsGroup|fsGroup)"/);
    expect(withoutUsers(workload)).toEqual(withoutUsers(minimal));
  });

  test.each([
    ["20261122", "20261122"],
    ["18", "18"],
    ['"1.10"', "1.10"],
    // Helm cannot see what was written, so the README says it.
    ["1.0", "1"],
    ["010", "8"],
  ])("the tag %s becomes %s", async (tag, expected) => {
    const nodes = "config: {nodes: [{name: a, chain: monero, url: http://a}]}\n";
    const [workload] = workloadsOf(await template(`${nodes}image: {tag: ${tag}}\n`));
    expect(workload && exporterOf(workload.spec.template)?.image).toBe(
      `ghcr.io/peer-exporter/peer-exporter:${expected}`,
    );
  });

  test("pods are spread by the chart's own labels, unless others are set: without any, Kubernetes counts no pod", async () => {
    const constraint = "{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway";
    const [workload] = workloadsOf(
      await template(
        `existingConfigMap: mine\ntopologySpreadConstraints: [${constraint}}, ${constraint.replace("zone", "host")}, labelSelector: {matchLabels: {a: b}}}]\n`,
      ),
    );
    const own = { "app.kubernetes.io/name": "peer-exporter", "app.kubernetes.io/instance": "peer-exporter" };
    expect(workload?.spec.template.spec).toMatchObject({
      topologySpreadConstraints: [
        { topologyKey: "zone", labelSelector: { matchLabels: own } },
        { topologyKey: "host", labelSelector: { matchLabels: { a: "b" } } },
      ],
    });
  });

  test("a helm that believes to be for an old Kubernetes says what the README says", async () => {
    const error = /^Error: chart requires kubeVersion.*$/m.exec(textOf("charts/peer-exporter/README.md"))?.[0] ?? "";
    await expect(template("existingConfigMap: mine\n", ["--kube-version=1.20.0"])).rejects.toThrow(error);
    expect(error).not.toBe("");
  });

  test("without any value it says what it wants", async () => {
    await expect(template("{}\n")).rejects.toThrow("config.nodes is empty: name at least one node");
  });
});
