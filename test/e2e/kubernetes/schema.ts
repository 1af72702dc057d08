import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../../tools/repository.ts";
import type { Manifest } from "../../kubernetes/manifests.ts";
import { run, tempFolder } from "../../support/servers.ts";

/**
 * Whether objects are what Kubernetes and the Prometheus operator take, without either of them: models made of their
 * schemas check values at run time, and their types, for which unknown fields are errors, are checked by the compiler.
 */

export function modelOf({ apiVersion, kind }: Manifest): string {
  const library = apiVersion.startsWith("monitoring.coreos.com/")
    ? "@kubernetes-models/prometheus-operator"
    : "kubernetes-models";
  return `${library}/${apiVersion}/${kind}`;
}

/** Types and limits of all values; empty for a good object. */
export async function schemaProblems(manifest: Manifest): Promise<readonly string[]> {
  const { [manifest.kind]: Model } = await import(modelOf(manifest));
  const problems = [...wordProblems(manifest, [])];
  try {
    new Model(manifest).validate();
    return problems;
  } catch (error) {
    return [...problems, error instanceof Error ? error.message : String(error)];
  }
}

/** Where Kubernetes takes only some words, its schema says no more than "string". By the end of the path. */
const WORDS: readonly (readonly [string, readonly string[]])[] = [
  ["imagePullPolicy", ["Always", "IfNotPresent", "Never"]],
  ["initContainers.restartPolicy", ["Always"]],
  ["podManagementPolicy", ["OrderedReady", "Parallel"]],
  ["policyTypes", ["Ingress", "Egress"]],
  ["protocol", ["TCP", "UDP", "SCTP"]],
  ["seccompProfile.type", ["RuntimeDefault", "Localhost", "Unconfined"]],
  ["httpGet.scheme", ["HTTP", "HTTPS"]],
  ["accessModes", ["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"]],
  ["clusterIP", ["None"]],
  ["dnsPolicy", ["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"]],
  ["strategy.type", ["RollingUpdate", "Recreate"]],
  ["updateStrategy.type", ["RollingUpdate", "OnDelete"]],
  ["spec.type", ["ClusterIP", "NodePort", "LoadBalancer"]],
  ["capabilities.drop", ["ALL"]],
];

function* wordProblems(value: unknown, path: readonly string[]): Iterable<string> {
  if (Array.isArray(value)) {
    for (const item of value) yield* wordProblems(item, path);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, item] of Object.entries(value)) yield* wordProblems(item, [...path, key]);
  } else {
    const name = path.join(".");
    const [, words] = WORDS.find(([end]) => `.${name}`.endsWith(`.${end}`)) ?? [];
    if (words !== undefined && !words.some((word) => word === value)) {
      yield `data/${path.join("/")} must be one of ${words.join(", ")}, not ${JSON.stringify(value)}`;
    }
  }
}

/** What the compiler says of each object, by its name in the given record; one run for all of them. */
export async function typeProblems(
  manifests: Readonly<Record<string, Manifest>>,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const folder = tempFolder();
  symlinkSync(`${ROOT}node_modules`, join(folder, "node_modules"));
  mkdirSync(join(folder, "objects"));
  const names = Object.keys(manifests);
  for (const [index, manifest] of Object.values(manifests).entries()) {
    writeFileSync(join(folder, "objects", `${index}.ts`), typed(manifest));
  }
  const options = { strict: true, noEmit: true, skipLibCheck: true, module: "nodenext", target: "es2023", types: [] };
  const config = join(folder, "tsconfig.json");
  writeFileSync(config, JSON.stringify({ compilerOptions: options, include: ["objects"] }));
  const { code, output } = await run(compiler(), ["--project", config, "--pretty", "false"], { cwd: folder });
  const lines = [...output.matchAll(/^objects\/(\d+)\.ts\(\d+,\d+\): (error .*)$/gm)];
  if ((code === 0) !== (lines.length === 0)) throw new Error(`tsc ended with ${code}:\n${output}`);
  return Object.fromEntries(
    names.map((name, index) => [
      name,
      lines.filter(([, file]) => Number(file) === index).map(([, , message = ""]) => message),
    ]),
  );
}

function typed(manifest: Manifest): string {
  const type = `I${manifest.kind}`;
  return `import type { ${type} } from "${modelOf(manifest)}";\nexport const object: ${type} = ${JSON.stringify(withKnownFields(manifest), null, 2)};\n`;
}

/** keep_firing_for is younger than the operator whose types these are; promtool and a test of the rules know it. */
function withKnownFields(manifest: Manifest): unknown {
  if (manifest.kind !== "PrometheusRule") return manifest;
  return JSON.parse(JSON.stringify(manifest, (key, value) => (key === "keep_firing_for" ? undefined : value)));
}

function compiler(): string {
  const path = `${ROOT}node_modules/.bin/tsc`;
  if (!existsSync(path)) throw new Error("tsc is not installed: npm ci");
  return path;
}
