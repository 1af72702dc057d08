import { parse } from "yaml";
import * as z from "zod";

/** What this repository's files of Prometheus rules hold: more strictly than Prometheus, which allows more fields. */

const alertRule = z.strictObject({
  alert: z.string(),
  expr: z.string(),
  for: z.string(),
  keep_firing_for: z.string(),
  labels: z.strictObject({ severity: z.enum(["critical", "warning", "info"]) }),
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
