import { parse } from "yaml";
import * as z from "zod";

/** What this repository's files of Prometheus rules hold: more strictly than Prometheus, which allows more fields. */

export const SEVERITIES = ["critical", "warning", "info"] as const;

const alertRule = z.strictObject({
  alert: z.string(),
  expr: z.string(),
  for: z.string(),
  keep_firing_for: z.string(),
  labels: z.strictObject({
    severity: z.enum(SEVERITIES),
    // The rules of one alert whose `for` depends on the chain.
    chain: z.string().optional(),
    // The rules of one alert that count different things.
    scope: z.enum(["chain", "network", "exporter"]).optional(),
  }),
  annotations: z.strictObject({
    summary: z.string(),
    description: z.string(),
    runbook_url: z.string(),
    dashboard_url: z.string(),
  }),
});

const recordingRule = z.strictObject({ record: z.string(), expr: z.string() });

const fileOf = <Rule extends z.ZodType>(rule: Rule) =>
  z.strictObject({ groups: z.array(z.strictObject({ name: z.string(), rules: z.array(rule) })) });

const alertFile = fileOf(alertRule);
const recordingFile = fileOf(recordingRule);

/**
 * The groups of a file of alerts.
 * @throws ZodError when it holds anything else
 */
export function parseAlerts(text: string): z.infer<typeof alertFile>["groups"] {
  return alertFile.parse(parse(text)).groups;
}

/**
 * The groups of a file of recording rules.
 * @throws ZodError when it holds anything else
 */
export function parseRecordings(text: string): z.infer<typeof recordingFile>["groups"] {
  return recordingFile.parse(parse(text)).groups;
}

/** What a summary says of every alert of its rule: without its blocks `{{ with … }}…{{ end }}`, which say more of the single alert. */
export function plainSummary(summary: string): string {
  const parts = summary.split(/(\{\{.*?\}\})/);
  const opens = (part: string) => /^\{\{-? *(?:with|if|range)\b/.test(part);
  const closes = (part: string) => /^\{\{-? *end\b/.test(part);
  let depth = 0;
  return parts
    .filter((part) => {
      const isOutside = depth === 0 && !opens(part);
      if (opens(part)) depth += 1;
      if (closes(part)) depth -= 1;
      return isOutside;
    })
    .join("");
}

type AlertRule = z.infer<typeof alertRule>;

/** The rules of each alert: one for each severity, or for a node and for a fleet. */
export function byName(rules: readonly AlertRule[]): ReadonlyMap<string, readonly [AlertRule, ...AlertRule[]]> {
  const names = [...new Set(rules.map(({ alert }) => alert))];
  return new Map(
    names.flatMap((name) => {
      const [first, ...others] = rules.filter(({ alert }) => alert === name);
      return first === undefined ? [] : [[name, [first, ...others]]];
    }),
  );
}
