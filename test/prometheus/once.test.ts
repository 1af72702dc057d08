import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { analyse, scrapeLabels } from "../support/promql-labels.ts";
import { alerts, folder, queriesIn, recordings } from "./support.ts";

// Two replicas of the exporter, two jobs that scrape one, or two servers of Prometheus with one store have the series of a
// node several times.

const docs = join(folder, "../docs");

function markdown(): readonly (readonly [file: string, text: string])[] {
  return ["", "runbooks", "getting-started"].flatMap((name) =>
    readdirSync(join(docs, name))
      .filter((file) => file.endsWith(".md"))
      .map((file) => [file, readFileSync(join(docs, name, file), "utf8")] as const),
  );
}

/** The rules of a document: YAML blocks with groups. */
const ruleBlock = z.object({
  groups: z.array(z.object({ rules: z.array(z.object({ record: z.string().optional(), expr: z.string() })) })),
});

test.each(alerts.map(({ alert, expr }) => [alert, expr]))(
  "%s has no sum or join that several exporters change",
  (_, expr) => {
    // Exporters may be counted, each once however many servers scrape it.
    const ofExporters = "(group by (cluster, job, instance) (peer_exporter_build_info))";
    expect(analyse(expr).problems.filter((problem) => !problem.endsWith(ofExporters))).toEqual([]);
  },
);

test.each(recordings.map(({ record, expr }) => [record, expr]))("%s counts a node once", (record, expr) => {
  const { shape, problems } = analyse(expr);
  expect(problems).toEqual([]);
  // A value of a node stays apart for each exporter, as its alerts do; a value of many nodes does not, nor one that compares.
  const isApart = record.startsWith("target:") && !record.endsWith(":across_exporters");
  if (!isApart) expect(shape && scrapeLabels(shape)).toEqual([]);
});

test("the queries of runbooks and documents count a node once", () => {
  const all = markdown()
    .flatMap(([file, text]) => queriesIn(text).map((query) => ({ file, query })))
    // Those of other programs, and of series as such.
    .filter(({ query }) => !/container_cpu_|__name__/.test(query));
  expect(all.length).toBeGreaterThan(80);
  const wrong = all.flatMap(({ file, query }) =>
    analyse(query.replace(/#.*/, "")).problems.map((problem) => `${file}: ${problem}`),
  );
  expect(wrong).toEqual([]);
});

test("the rules of documents count a node once", () => {
  const rules = markdown().flatMap(([file, text]) =>
    [...text.matchAll(/^```yaml\n(groups:.*?)^```$/gms)].flatMap(([, block = ""]) =>
      ruleBlock.parse(parse(block)).groups.flatMap((group) => group.rules.map((rule) => ({ file, ...rule }))),
    ),
  );
  expect(rules.length).toBeGreaterThan(3);
  const wrong = rules.flatMap(({ file, expr }) => analyse(expr).problems.map((problem) => `${file}: ${problem}`));
  expect(wrong).toEqual([]);
});
