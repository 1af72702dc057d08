import { writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { parse, stringify } from "yaml";
import * as z from "zod";
import { parseAlerts } from "../prometheus-rules.ts";
import { textOf } from "../repository.ts";

const testFile = z.looseObject({
  rule_files: z.array(z.string()),
  tests: z.array(z.looseObject({ alert_rule_test: z.array(z.looseObject({ alertname: z.string() })).default([]) })),
});

/**
 * The same tests over a file of the alerts that they are about: promtool evaluates every rule of a file at every step, which
 * for all alerts takes minutes of CPU. Alerts do not depend on each other.
 *
 * @param path below the root
 * @param folder for the files
 * @returns the path of the tests
 */
export function withItsAlertsAlone(path: string, folder: string): string {
  const text = textOf(path);
  const { rule_files: files, tests } = testFile.parse(parse(text));
  const names = new Set(tests.flatMap((one) => one.alert_rule_test.map(({ alertname }) => alertname)));
  const name = basename(path, ".test.yaml");
  const own = files.map((file) => {
    const isOfAlerts = basename(file) === "alerts.yaml";
    const copy = `${name}.${basename(file)}`;
    writeFileSync(join(folder, copy), isOfAlerts ? alertsNamed(names) : textOf(join(dirname(path), file)));
    return copy;
  });
  // As text: values such as 0x30 are not those of YAML.
  writeFileSync(join(folder, basename(path)), text.replace(/^rule_files: .*$/m, `rule_files: [${own.join(", ")}]`));
  return join(folder, basename(path));
}

/** Read once: to parse them takes far longer than to choose some. */
let all: ReturnType<typeof parseAlerts> | undefined;

function alertsNamed(names: ReadonlySet<string>): string {
  all ??= parseAlerts(textOf("prometheus/alerts.yaml"));
  const groups = all.map(({ name, rules }) => ({
    name,
    rules: rules.filter(({ alert }) => names.has(alert)),
  }));
  const found = new Set(groups.flatMap(({ rules }) => rules.map(({ alert }) => alert)));
  const missing = [...names].filter((name) => !found.has(name));
  if (missing.length > 0) throw new Error(`prometheus/alerts.yaml has no ${missing.join(", ")}`);
  return stringify({ groups });
}
