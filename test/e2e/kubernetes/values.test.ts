import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ROOT } from "../../../tools/repository.ts";
import { againstTemplate, taken } from "../../kubernetes/chart-values.ts";
import { againstSchema } from "../../kubernetes/refused-values.ts";
import { requireProgram, run, tempFolder } from "../../support/servers.ts";
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

  test.each(readdirSync(`${ROOT}charts/peer-exporter/ci`))(
    "helm lint --strict has nothing against %s",
    async (file) => {
      const chart = `${ROOT}charts/peer-exporter`;
      const args = ["lint", "--strict", "--kube-version=1.34.0", chart, `--values=${chart}/ci/${file}`];
      const { code, output } = await run(requireProgram("helm"), args);
      expect(code, output).toBe(0);
      expect(output).not.toContain("[WARNING]");
    },
  );
});
