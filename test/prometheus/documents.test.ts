import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { blocksOf, documents, nameOf } from "../documentation/markdown.ts";
import { kindOf, wholeAlertmanager, type YamlKind } from "../documentation/yaml.ts";
import { findServer, run, tempFolder } from "../support/servers.ts";
import { folder as prometheusFolder } from "./support.ts";

/** Prometheus and Alertmanager take what the documents tell people to copy. */

const promtool = findServer("promtool", "apt-get install prometheus");
const amtool = findServer("amtool", "apt-get install prometheus-alertmanager");

const blocks = documents
  .flatMap((document) => blocksOf(document))
  .filter(({ language }) => language === "yaml")
  .map((block) => ({ name: nameOf(block), text: block.text, kind: kindOf(block.text) }));
const ofKind = (kind: YamlKind) => blocks.filter((block) => block.kind === kind);

/** A folder that has the rules of this repository, which a configuration may name. */
function write(name: string, text: string): string {
  const folder = tempFolder();
  for (const rules of ["rules.yaml", "alerts.yaml"]) cpSync(join(prometheusFolder, rules), join(folder, rules));
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

test("there are blocks of every kind", () => {
  for (const kind of ["prometheus", "rules", "alertmanager"] as const) expect(ofKind(kind).length).toBeGreaterThan(0);
});

describe.skipIf(promtool === undefined)("promtool", () => {
  test.each(ofKind("prometheus"))("takes the configuration of $name", async ({ text }) => {
    // Certificates and passwords are not there; all else is checked.
    const file = write("prometheus.yml", text);
    const { code, output } = await run(promtool ?? "", ["check", "config", "--syntax-only", file]);
    expect([code, output]).toEqual([0, expect.stringContaining("SUCCESS")]);
  });

  test.each(ofKind("rules"))("takes the rules of $name", async ({ text }) => {
    const { code, output } = await run(promtool ?? "", ["check", "rules", write("rules-of-document.yaml", text)]);
    expect([code, output]).toEqual([0, expect.stringContaining("SUCCESS")]);
  });
});

describe.skipIf(amtool === undefined)("amtool", () => {
  test.each(ofKind("alertmanager"))("takes the configuration of $name", async ({ text }) => {
    const file = write("alertmanager.yml", wholeAlertmanager(text));
    const { code, output } = await run(amtool ?? "", ["check-config", file]);
    expect([code, output]).toEqual([0, expect.stringContaining("SUCCESS")]);
  });
});
