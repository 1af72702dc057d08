import { writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { stringify } from "yaml";
import { parseAlerts } from "../prometheus-rules.ts";
import { textOf } from "../repository.ts";

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
  // By their lines, as to parse the tests takes most of the time.
  const files = /^rule_files: \[(.+)\]$/m.exec(text)?.[1]?.split(", ") ?? [];
  if (files.length === 0) throw new Error(`${path} has no line of rule_files`);
  const names = new Set([...text.matchAll(/\balertname: (\w+)/g)].map(([, name = ""]) => name));
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

let allAlerts: ReturnType<typeof parseAlerts> | undefined;

function alertsNamed(names: ReadonlySet<string>): string {
  // Of a hundred kilobytes, for each of the tests.
  allAlerts ??= parseAlerts(textOf("prometheus/alerts.yaml"));
  const groups = allAlerts.map(({ name, rules }) => ({
    name,
    rules: rules.filter(({ alert }) => names.has(alert)),
  }));
  const found = new Set(groups.flatMap(({ rules }) => rules.map(({ alert }) => alert)));
  const missing = [...names].filter((name) => !found.has(name));
  if (missing.length > 0) throw new Error(`prometheus/alerts.yaml has no ${missing.join(", ")}`);
  return stringify({ groups });
}
