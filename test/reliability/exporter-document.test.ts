import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { EXPORTER_FAULTS } from "./exporter-catalogue.ts";
import { exporterFaultsSection, replaceBetween } from "./exporter-document.ts";

const file = fileURLToPath(new URL("../../docs/reliability.md", import.meta.url));
const tests = fileURLToPath(new URL("..", import.meta.url));

test("docs/reliability.md has the faults of the catalogue (npm run docs)", () => {
  const generated = replaceBetween(readFileSync(file, "utf8"), "faults of the exporter", exporterFaultsSection());
  if (process.env.UPDATE_DOCS === "1") writeFileSync(file, generated);
  expect(readFileSync(file, "utf8")).toBe(generated);
});

test("each fault of the exporter is injected by a test", () => {
  const sources = ["reliability", "e2e", "e2e/exporter-faults"].flatMap((folder) =>
    readdirSync(join(tests, folder))
      .filter((name) => name.endsWith(".test.ts"))
      .map((name) => readFileSync(join(tests, folder, name), "utf8")),
  );
  const all = sources.join("\n");
  expect(Object.keys(EXPORTER_FAULTS).filter((name) => !all.includes(`faultOf("${name}")`))).toEqual([]);
});
