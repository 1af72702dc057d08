import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { againstSchema, againstTemplate, taken } from "../../kubernetes/chart-values.ts";
import { tempFolder } from "../../support/servers.ts";
import { findRenderer, render } from "./render.ts";
import { schemaProblems } from "./schema.ts";

/** Helm and the chart's templates take good values and refuse bad ones, with a sentence that names them. */

const hasHelm = findRenderer("helm");

function template(values: string) {
  const folder = join(tempFolder(), "values");
  mkdirSync(folder);
  const file = join(folder, "values.yaml");
  writeFileSync(file, `config: {nodes: [{name: a, chain: monero, url: "http://a"}]}\n${values}\n`);
  const args = ["template", "mine", "charts/peer-exporter", "--kube-version=1.29.0", `--values=${file}`];
  return render({ name: "values", program: "helm", args });
}

describe.skipIf(!hasHelm).concurrent("values", () => {
  test.each(againstSchema)("%s is refused at %s", async (values, where) => {
    await expect(template(values)).rejects.toThrow(where);
  });

  test.each(againstTemplate)("%s is refused with %s", async (values, message) => {
    await expect(template(values)).rejects.toThrow(message);
  });

  test.each(taken)("%s is taken, and the objects are as Kubernetes wants them", async (values) => {
    for (const manifest of await template(values)) expect(await schemaProblems(manifest)).toEqual([]);
  });
});
