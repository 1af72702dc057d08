import { spawnSync } from "node:child_process";
import { ROOT } from "../../../tools/repository.ts";
import { type Manifest, parseManifests, type Rendering } from "../../kubernetes/manifests.ts";
import { findProgram, requireProgram, run } from "../../support/servers.ts";

/** The oldest minor version of kubectl 1 whose kustomize knows components within components. */
const OLDEST_KUBECTL = 25;

/**
 * kubectl and helm are in no repository of Debian in a version that will do (its kubectl of 2021 knows no components), so
 * without them tests are skipped in CI too, with a line. docs/kubernetes.md says how to get them.
 */
export function findRenderer(program: "kubectl" | "helm"): boolean {
  const path = findProgram(program);
  const isGood = path !== undefined && (program === "helm" || kubectlMinor(path) >= OLDEST_KUBECTL);
  if (!isGood) {
    const what = path === undefined ? "not on PATH" : `older than 1.${OLDEST_KUBECTL}`;
    process.stderr.write(`tests that need ${program} are skipped: it is ${what}\n`);
  }
  return isGood;
}

function kubectlMinor(path: string): number {
  const version = spawnSync(path, ["version", "--client", "--output=json"], { encoding: "utf8" }).stdout;
  return Number(/"gitVersion": "v1\.(\d+)/.exec(version)?.[1] ?? 0);
}

export async function render({ program, args }: Rendering): Promise<readonly Manifest[]> {
  const { code, output, stdout } = await run(requireProgram(program), args, { cwd: ROOT });
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${code}:\n${output}`);
  return parseManifests(stdout);
}
