import { readdirSync, readFileSync } from "node:fs";
import { parseAllDocuments } from "yaml";
import * as z from "zod";
import { ROOT } from "../../tools/repository.ts";

/** Kubernetes objects, as `kubectl kustomize` and `helm template` print them. */

const labels = z.record(z.string(), z.string());

const manifestSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional(), labels: labels.default({}) }),
});

export type Manifest = z.infer<typeof manifestSchema>;

export function parseManifests(text: string): readonly Manifest[] {
  return parseAllDocuments(text).flatMap((document) => {
    if (document.errors.length > 0) throw document.errors[0];
    const value: unknown = document.toJS();
    return value === null ? [] : [manifestSchema.parse(value)];
  });
}

export type Rendering = {
  readonly name: string;
  readonly program: "kubectl" | "helm";
  /** To be run in the ROOT of the repository. */
  readonly args: readonly string[];
};

const folders = (path: string) => readdirSync(ROOT + path).sort();

/** What stands in kubernetes/ and charts/, rendered in every way that is shown to users. */
export const renderings: readonly Rendering[] = [
  ...["base", ...folders("kubernetes/examples").map((name) => `examples/${name}`)].map(
    (path): Rendering => ({
      name: path.replace("examples/", "example-"),
      program: "kubectl",
      args: ["kustomize", `kubernetes/${path}`],
    }),
  ),
  ...folders("charts/peer-exporter/ci").map(
    (file): Rendering => ({
      name: `helm-${file.replace("-values.yaml", "")}`,
      program: "helm",
      // A version that charts may ask for, as some builds of helm say they are for a very old one.
      args: [
        "template",
        "peer-exporter",
        "charts/peer-exporter",
        "--kube-version=1.29.0",
        "--namespace=monitoring",
      ].concat(`--values=charts/peer-exporter/ci/${file}`),
    }),
  ),
];

/** The committed renderings, so that every check but that of their age runs without kubectl and helm. */
export const goldenFile = (name: string) => `${ROOT}test/fixtures/kubernetes/${name}.yaml`;

export function golden(name: string): readonly Manifest[] {
  return parseManifests(readFileSync(goldenFile(name), "utf8"));
}

const LONG = 4000;

/** Rules and dashboards, which have drift tests of their own, would have to be rendered anew with each change. */
export function withoutLongParts(manifest: Manifest): Manifest {
  if (manifest.kind === "PrometheusRule") return { ...manifest, spec: { groups: [] } };
  if (manifest.kind !== "ConfigMap") return manifest;
  const data = Object.entries(labels.parse(manifest.data)).map(([key, text]) => [
    key,
    text.length < LONG ? text : "(left out)",
  ]);
  return { ...manifest, data: Object.fromEntries(data) };
}

const container = z.looseObject({
  name: z.string(),
  image: z.string(),
  args: z.array(z.string()).default([]),
  env: z.array(z.looseObject({ name: z.string(), value: z.string().optional() })).default([]),
  ports: z.array(z.looseObject({ name: z.string(), containerPort: z.number() })).default([]),
  volumeMounts: z.array(z.looseObject({ name: z.string(), mountPath: z.string() })).default([]),
});

export type Container = z.infer<typeof container>;

const podTemplate = z.looseObject({
  metadata: z.looseObject({ labels: labels.default({}), annotations: labels.default({}) }),
  spec: z.looseObject({
    containers: z.array(container),
    initContainers: z.array(container).default([]),
    priorityClassName: z.string().optional(),
    runtimeClassName: z.string().optional(),
    volumes: z
      .array(z.looseObject({ name: z.string(), configMap: z.looseObject({ name: z.string() }).optional() }))
      .default([]),
  }),
});

export type PodTemplate = z.infer<typeof podTemplate>;

const workload = z.looseObject({
  spec: z.looseObject({
    replicas: z.number(),
    selector: z.looseObject({ matchLabels: labels }),
    serviceName: z.string().optional(),
    template: podTemplate,
    volumeClaimTemplates: z.array(z.looseObject({ metadata: z.looseObject({ name: z.string() }) })).default([]),
  }),
});

export type Workload = z.infer<typeof workload> & Manifest;

/** Deployments and StatefulSets. */
export function workloadsOf(manifests: readonly Manifest[]): readonly Workload[] {
  return manifests
    .filter(({ kind }) => kind === "Deployment" || kind === "StatefulSet")
    .map((manifest) => ({ ...manifest, ...workload.parse(manifest) }));
}

/** The exporter's container of a pod, if it is in there. */
export function exporterOf({ spec }: PodTemplate): Container | undefined {
  return [...spec.containers, ...spec.initContainers].find(({ name }) => name === "peer-exporter");
}

/** The files of a ConfigMap. */
export function filesOf(manifests: readonly Manifest[], configMap: string): Readonly<Record<string, string>> {
  const found = manifests.find(({ kind, metadata }) => kind === "ConfigMap" && metadata.name === configMap);
  if (found === undefined) throw new Error(`no ConfigMap ${configMap}`);
  return labels.parse(found.data);
}
