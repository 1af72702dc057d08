import { cpSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "../../../tools/repository.ts";
import { bareRootfs, importRootfs, programRootfs } from "../../support/base-image.ts";
import type { Containers } from "../../support/containers.ts";
import { run } from "../../support/servers.ts";

/** Where Node is in the exporter's image. */
export const NODE = "/nodejs/bin/node";

/** Stands for the image of the Dockerfile: the same program and entry point on the like of its base. */
export async function importExporter(containers: Containers, name: string): Promise<void> {
  const folder = await bareRootfs();
  for (const path of [
    "package.json",
    "dist",
    "grafana/dashboards",
    "prometheus/rules.yaml",
    "prometheus/alerts.yaml",
  ]) {
    const target = join(folder, "app", path);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(ROOT + path, target, { recursive: true });
  }
  await importRootfs(containers, folder, name, ["USER 65532:65532", `ENTRYPOINT ["${NODE}", "/app/dist/main.js"]`]);
}

/** An image as an operator has one: the program, and a folder that its user may write to. */
export async function importMonerod(containers: Containers, name: string): Promise<void> {
  const folder = await programRootfs("monerod");
  mkdirSync(join(folder, "data"));
  await run("chown", ["1000:1000", join(folder, "data")]);
  await importRootfs(containers, folder, name, ["ENV PATH=/usr/bin"]);
}
