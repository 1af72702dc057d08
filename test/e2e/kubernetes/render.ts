import { spawnSync } from "node:child_process";
import { ROOT } from "../../../tools/repository.ts";
import { type Manifest, parseManifests, type Rendering } from "../../kubernetes/manifests.ts";
import { findProgram, requireProgram, run } from "../../support/servers.ts";

/** The oldest minor version of kubectl 1 whose kustomize knows components within components. */
const OLDEST_KUBECTL = 25;

/**
 * kubectl and helm are in no repository of Debian in a version that will do (its kubectl of 2021 knows no components), so
 * without them tests are skipped in CI too, with a line. docs/kubernetes.md says how to get them. Without kubectl,
 * `kustomize`, which is built into it, does the same.
 */
export function findRenderer(program: "kubectl" | "helm"): boolean {
  const isGood = program === "helm" ? findProgram("helm") !== undefined : kustomizer() !== undefined;
  if (!isGood) {
    const what = program === "helm" ? "helm" : `kubectl (1.${OLDEST_KUBECTL} or newer) or kustomize`;
    process.stderr.write(`tests that need ${what} are skipped: it is not on PATH\n`);
  }
  return isGood;
}

/** What renders a kustomization, with the arguments in front of its folder. */
function kustomizer(): { readonly path: string; readonly args: readonly string[] } | undefined {
  const kubectl = findProgram("kubectl");
  if (kubectl !== undefined && kubectlMinor(kubectl) >= OLDEST_KUBECTL) return { path: kubectl, args: ["kustomize"] };
  const path = findProgram("kustomize");
  return path === undefined ? undefined : { path, args: ["build"] };
}

function kubectlMinor(path: string): number {
  const version = spawnSync(path, ["version", "--client", "--output=json"], { encoding: "utf8" }).stdout;
  return Number(/"gitVersion": "v1\.(\d+)/.exec(version)?.[1] ?? 0);
}

export async function render({ program, args }: Rendering): Promise<readonly Manifest[]> {
  const { code, output, stdout } = await run(...commandOf(program, args), { cwd: ROOT });
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${code}:\n${output}`);
  return parseManifests(stdout);
}

function commandOf(program: Rendering["program"], args: readonly string[]): [string, readonly string[]] {
  const found = program === "kubectl" && args[0] === "kustomize" ? kustomizer() : undefined;
  return found === undefined ? [requireProgram(program), args] : [found.path, [...found.args, ...args.slice(1)]];
}
