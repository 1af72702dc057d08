import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parse, stringify } from "yaml";
import * as z from "zod";
import { parseAlerts } from "../prometheus-rules.ts";
import { textOf } from "../repository.ts";

const testFile = z.looseObject({
  tests: z.array(z.looseObject({ alert_rule_test: z.array(z.looseObject({ alertname: z.string() })).default([]) })),
});

const RULE_FILE = /^rule_files: \[\.\.\/(\w+\.yaml)\]$/m;

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
  const { tests } = testFile.parse(parse(text));
  const names = new Set(tests.flatMap((one) => one.alert_rule_test.map(({ alertname }) => alertname)));
  const [, file = ""] = RULE_FILE.exec(text) ?? [];
  const rules = names.size === 0 ? textOf(`prometheus/${file}`) : alertsNamed(names);
  const name = basename(path, ".test.yaml");
  writeFileSync(join(folder, `${name}.yaml`), rules);
  writeFileSync(join(folder, basename(path)), text.replace(RULE_FILE, `rule_files: [${name}.yaml]`));
  return join(folder, basename(path));
}

function alertsNamed(names: ReadonlySet<string>): string {
  const groups = parseAlerts(textOf("prometheus/alerts.yaml")).map(({ name, rules }) => ({
    name,
    rules: rules.filter(({ alert }) => names.has(alert)),
  }));
  const found = new Set(groups.flatMap(({ rules }) => rules.map(({ alert }) => alert)));
  const missing = [...names].filter((name) => !found.has(name));
  if (missing.length > 0) throw new Error(`prometheus/alerts.yaml has no ${missing.join(", ")}`);
  return stringify({ groups });
}
