import { copyFileSync, cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { ROOT, textOf } from "../../../tools/repository.ts";
import { golden, type Manifest, workloadsOf } from "../../kubernetes/manifests.ts";
import { findProgram, run, tempFolder } from "../../support/servers.ts";
import { findRenderer, render } from "./render.ts";
import { snippets } from "./snippets.ts";

/** Kustomizations that name this repository by its URL, from a repository of our own in a folder. */

const kustomize = (folder: string) => render({ name: "url", program: "kubectl", args: ["kustomize", folder] });

const git = findProgram("git");
if (git === undefined) process.stderr.write("tests of kustomizations by URL are skipped: git is not on PATH\n");

describe.skipIf(!findRenderer("kubectl") || git === undefined)("kustomizations by URL", () => {
  const HOME = "https://github.com/peer-exporter/peer-exporter";
  const repository = join(tempFolder(), "peer-exporter");
  let commit = "";

  /** This repository, as far as manifests refer to it, with the tag of the document. */
  beforeAll(async () => {
    for (const part of ["kubernetes", "grafana"]) cpSync(ROOT + part, join(repository, part), { recursive: true });
    const identity = ["-c", "user.name=a", "-c", "user.email=a@localhost", "-c", "commit.gpgsign=false"];
    const call = async (...args: readonly string[]) => {
      const { code, output, stdout } = await run(git ?? "", ["-C", repository, ...identity, ...args]);
      expect(code, output).toBe(0);
      return stdout.trim();
    };
    await call("init", "--quiet");
    await call("add", ".");
    await call("commit", "--quiet", "--message=all");
    await call("tag", "v0.2.0");
    commit = await call("rev-parse", "HEAD");
  });

  const here = (text: string) => text.replaceAll(HOME, `file://${repository}`);

  test("those of the document are the sidecar and the monitoring, with all files that they refer to", async () => {
    const [text = ""] = snippets("docs/kubernetes.md", "kustomization.yaml, by URL");
    const folder = tempFolder();
    writeFileSync(join(folder, "kustomization.yaml"), here(text));
    copyFileSync(`${ROOT}kubernetes/examples/monerod/monerod.yaml`, join(folder, "monerod.yaml"));
    const manifests = await kustomize(folder);
    const [workload] = workloadsOf(manifests);
    const [example] = workloadsOf(golden("example-monerod"));
    expect(workload?.spec).toEqual(example?.spec);
    const kinds = new Set(manifests.map(({ kind }) => kind));
    for (const kind of ["PodMonitor", "PrometheusRule", "ConfigMap"]) expect(kinds).toContain(kind);
  });

  test("the base needs no folder of one's own, and a commit is as good as a tag", async () => {
    const [, url = ""] = /^kubectl apply -k "([^"]+)"/m.exec(textOf("docs/kubernetes.md")) ?? [];
    const base = await kustomize(here(url));
    const sorted = (manifests: readonly Manifest[]) => manifests.map(({ kind }) => kind).sort();
    expect(sorted(base)).toEqual(sorted(golden("base")));
    expect(await kustomize(here(url).replace(/ref=.*/, `ref=${commit}`))).toEqual(base);
    await expect(kustomize(here(url).replace(/ref=.*/, "ref=v999"))).rejects.toThrow("v999");
  });
});
