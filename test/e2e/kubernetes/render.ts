import { findProgram, requireProgram, run } from "../../support/servers.ts";
import { root } from "../../kubernetes/generated.ts";
import { type Manifest, parseManifests, type Rendering } from "../../kubernetes/manifests.ts";

/**
 * kubectl and helm are in no repository of Debian in a version that will do (its kubectl of 2021 knows no components), so
 * without them tests are skipped in CI too, with a line. docs/kubernetes.md says how to get them.
 */
export function findRenderer(program: "kubectl" | "helm"): boolean {
  if (findProgram(program) !== undefined) return true;
  process.stderr.write(`tests that need ${program} are skipped: it is not on PATH\n`);
  return false;
}

export async function render({ program, args }: Rendering): Promise<readonly Manifest[]> {
  const { code, output, stdout } = await run(requireProgram(program), args, { cwd: root });
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${code}:\n${output}`);
  return parseManifests(stdout);
}
