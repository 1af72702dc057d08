import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { findOrBuild, goModule, type Program } from "./programs.ts";
import { ROOT } from "./repository.ts";

/**
 * `npm run test:apiserver [-- --all]`: what the API server of Kubernetes says of the manifests, with the programs from PATH or
 * built here, for which it takes Go and, the first time, half an hour. Without them it is skipped, or with --all a failure.
 */

const KUBERNETES = "1.36.0";
const OPERATOR = "v0.85.0";

const versionFlags = () => {
  const [major, minor] = KUBERNETES.split(".");
  const values = { gitVersion: `v${KUBERNETES}`, gitMajor: major, gitMinor: minor };
  return Object.entries(values).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`);
};

const apiServer: Program = {
  name: "kube-apiserver",
  source: {
    module: "k8s.io/kubernetes",
    version: `v${KUBERNETES}`,
    folder: "cmd/kube-apiserver",
    flags: [`-ldflags=-s -w ${versionFlags().join(" ")}`],
    // Libraries of Kubernetes 1.x are published as 0.x.
    siblings: { version: `v${KUBERNETES.replace(/^1/, "0")}` },
  },
  install: "put kube-apiserver of https://kubernetes.io/releases/download/ on PATH",
};

const etcd: Program = {
  name: "etcd",
  source: { module: "go.etcd.io/etcd/server/v3", version: "v3.6.6", folder: "", siblings: {} },
  install: "put etcd of https://github.com/etcd-io/etcd/releases on PATH",
};

/** The folder of the operator's definitions: PROMETHEUS_OPERATOR_CRDS, or that of its module. */
function definitions(): { readonly path: string } | { readonly reason: string } {
  const given = process.env.PROMETHEUS_OPERATOR_CRDS;
  if (given !== undefined) return { path: given };
  try {
    const module = goModule("github.com/prometheus-operator/prometheus-operator", OPERATOR);
    return { path: join(module, "example/prometheus-operator-crd") };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return {
      reason: `${why}; set PROMETHEUS_OPERATOR_CRDS to the folder example/prometheus-operator-crd of the operator`,
    };
  }
}

const parts = {
  KUBE_APISERVER: findOrBuild(apiServer),
  ETCD: findOrBuild(etcd),
  PROMETHEUS_OPERATOR_CRDS: definitions(),
};
const missing = Object.entries(parts).flatMap(([name, part]) => ("reason" in part ? [`${name}: ${part.reason}`] : []));
if (missing.length > 0) {
  process.stdout.write(`skipped\n${missing.join("\n")}\n`);
  process.exitCode = process.argv.includes("--all") ? 1 : 0;
} else {
  const paths = Object.entries(parts).map(([name, part]) => [name, "path" in part ? part.path : ""]);
  const args = ["vitest", "run", "--project", "e2e", "test/e2e/kubernetes/apiserver.test.ts"];
  const env = { ...process.env, ...Object.fromEntries(paths) };
  process.exitCode = spawnSync("npx", args, { cwd: ROOT, stdio: "inherit", env }).status ?? 1;
}
