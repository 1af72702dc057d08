import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import * as z from "zod";
import { LINTERS, type Linter, type RuleFiles } from "./lint-rules/linters.ts";
import { withItsAlertsAlone } from "./lint-rules/rule-tests.ts";
import { findOrBuild } from "./programs.ts";
import { ROOT, textOf } from "./repository.ts";

/**
 * `npm run lint:rules [-- --all]`: what programs of others say of the rules, one line for each program. One that is neither
 * on PATH nor can be built is skipped, or with --all a failure.
 */

const needsAll = process.argv.includes("--all");
const folder = mkdtempSync(join(tmpdir(), "peer-exporter-rules-"));
/** Written once a program is there to read them. */
let files: RuleFiles | undefined;
try {
  const results = LINTERS.map(lint);
  process.exitCode = results.every((isGood) => isGood) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}

/** Rules, those of the PrometheusRule as the operator gives them to Prometheus, and their tests. */
function ruleFiles(): RuleFiles {
  const { spec } = z
    .looseObject({ spec: z.unknown() })
    .parse(parse(textOf("kubernetes/components/monitoring/prometheusrule.yaml")));
  const ofOperator = join(folder, "prometheusrule.yaml");
  writeFileSync(ofOperator, stringify(spec));
  const tests = readdirSync(join(ROOT, "prometheus/tests")).map((name) =>
    withItsAlertsAlone(`prometheus/tests/${name}`, folder),
  );
  return { rules: ["prometheus/alerts.yaml", "prometheus/rules.yaml", ofOperator], tests };
}

/** What promtool says of a file whose tests all pass. */
const GOOD_TESTS = /^.*\n +SUCCESS\n\n/gm;

/** @returns whether that is no failure */
function lint({ title, program, calls, complaint }: Linter): boolean {
  const found = findOrBuild(program);
  if ("reason" in found) {
    process.stdout.write(`skipped  ${title}: ${found.reason}\n`);
    return !needsAll;
  }
  files ??= ruleFiles();
  const problems = calls(files).flatMap((args) => problemsOf(found.path, args, complaint));
  process.stdout.write(`${problems.length === 0 ? "ok     " : "failed "}  ${title} (${found.from})\n`);
  for (const text of problems) process.stdout.write(text.trim().replaceAll(/^/gm, "         ").concat("\n"));
  return problems.length === 0;
}

function problemsOf(path: string, args: readonly string[], complaint: RegExp | undefined): readonly string[] {
  const { status, error, stdout, stderr } = spawnSync(path, args, { cwd: ROOT, encoding: "utf8", maxBuffer: 2 ** 28 });
  if (error !== undefined) return [`does not start: ${error.message}`];
  const output = stdout + stderr;
  if (status === 0 && complaint?.test(output) !== true) return [];
  return [`ended with ${status}\n${output.replaceAll(GOOD_TESTS, "")}`];
}
