import { spawnSync } from "node:child_process";
import { join } from "node:path";
import * as z from "zod";
import { ROOT } from "../repository.ts";

/** What mixin/ makes, by Debian's jsonnet. */

const commented = { comment: z.string() };

/** An alert with several rules has one for each severity, or for a node and for a fleet. */
const alertRule = z.looseObject({
  ...commented,
  alert: z.string(),
  title: z.string(),
  expr: z.string(),
  labels: z.looseObject({ severity: z.string() }),
  annotations: z.record(z.string(), z.string()),
});

const recordingRule = z.looseObject({ ...commented, record: z.string(), expr: z.string() });

const rendered = z.strictObject({
  /** `_config` with its defaults. */
  config: z.record(z.string(), z.unknown()),
  alerts: z.array(alertRule),
  rules: z.array(recordingRule),
});

export type RenderedMixin = z.infer<typeof rendered>;

export type Changes = Readonly<Record<string, unknown>>;

/**
 * @param changes to `_config`
 * @throws Error when jsonnet is missing or the mixin refuses the changes
 */
export function renderMixin(changes: Changes = {}): RenderedMixin {
  return rendered.parse(evaluate(["--tla-code", `changes=${JSON.stringify(changes)}`, RENDER]));
}

/** The rules with `@@path.of.the.key@@` for each value of `_config`: for Helm's template. */
export function renderTemplate(): RenderedMixin {
  return rendered.parse(evaluate(["--tla-code", "template=true", RENDER]));
}

const RENDER = join(ROOT, "mixin/render.jsonnet");

/**
 * What jsonnet makes of its arguments.
 * @throws Error when jsonnet is missing or refuses them, with what it says
 */
export function evaluate(args: readonly string[]): unknown {
  const { error, status, stdout, stderr } = spawnSync("jsonnet", args, { encoding: "utf8", maxBuffer: 2 ** 26 });
  if (error !== undefined) {
    throw new Error(`the rules are made by jsonnet, which does not start: apt-get install jsonnet (${error.message})`);
  }
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}
