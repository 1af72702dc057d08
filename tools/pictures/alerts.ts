import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import * as z from "zod";
import { renderLabels } from "../../src/metrics/exposition.ts";
import { ROOT } from "../repository.ts";
import { rangeOf } from "./answers.ts";
import { SCRAPE_SECONDS } from "./hour.ts";

/**
 * What Prometheus would have recorded of the alerts of prometheus/alerts.yaml, had it evaluated them at each scrape: it cannot
 * evaluate alerts in the past. Without recording rules: the dashboards need none, and one alert does.
 */

const rulesSchema = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.object({
          alert: z.string(),
          expr: z.string(),
          for: z.string().optional(),
          keep_firing_for: z.string().optional(),
          labels: z.record(z.string(), z.string()).optional(),
        }),
      ),
    }),
  ),
});

const HOUR_AND_MORE_SECONDS = 66 * 60;

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

function seconds(duration = "0s"): number {
  const parts = [...duration.matchAll(/(\d+)([smhd])/g)];
  return parts.reduce((sum, [, count, unit = ""]) => sum + Number(count) * (UNIT_SECONDS[unit] ?? 0), 0);
}

/** The samples of ALERTS, for promtool. */
export async function alertLines(prometheus: string, end: number): Promise<readonly string[]> {
  const { groups } = rulesSchema.parse(parse(readFileSync(join(ROOT, "prometheus/alerts.yaml"), "utf8")));
  const lines: string[] = [];
  for (const rule of groups.flatMap(({ rules }) => rules)) {
    const range = { start: end - HOUR_AND_MORE_SECONDS, end, step: SCRAPE_SECONDS };
    for (const { metric, values } of await rangeOf(prometheus, rule.expr, range)) {
      const { __name__: _, ...labels } = metric;
      const times = values.map(([time]) => time);
      for (const [time, alertstate] of statesOf(times, seconds(rule.for), seconds(rule.keep_firing_for), end)) {
        const all = { ...labels, ...rule.labels, alertname: rule.alert, alertstate };
        lines.push(`ALERTS{${renderLabels(Object.entries(all))}} 1 ${time}`);
      }
    }
  }
  return lines;
}

/** The state of an alert at each evaluation, from the times at which its expression gives something. */
function statesOf(
  times: readonly number[],
  waits: number,
  keeps: number,
  end: number,
): readonly (readonly [number, "pending" | "firing"])[] {
  const active = new Set(times);
  const states: [number, "pending" | "firing"][] = [];
  let since: number | undefined;
  let lastActive = Number.NEGATIVE_INFINITY;
  let isFiring = false;
  for (let time = times[0] ?? end + 1; time <= end; time += SCRAPE_SECONDS) {
    if (active.has(time)) {
      since ??= time;
      lastActive = time;
      isFiring ||= time - since >= waits;
      states.push([time, isFiring ? "firing" : "pending"]);
    } else if (isFiring && time - lastActive < keeps) states.push([time, "firing"]);
    else {
      since = undefined;
      isFiring = false;
    }
  }
  return states;
}
