import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as z from "zod";

export const dashboardFolder = fileURLToPath(new URL("../../grafana/dashboards/", import.meta.url));

const datasource = z.object({ type: z.string(), uid: z.string() });

const target = z.object({
  refId: z.string(),
  expr: z.string(),
  datasource,
  instant: z.boolean().optional(),
  range: z.boolean().optional(),
});

const panel = z.object({
  id: z.number().int().positive(),
  type: z.string(),
  title: z.string().min(1),
  gridPos: z.object({ x: z.number().min(0), y: z.number().min(0), w: z.number().min(1), h: z.number().min(1) }),
  description: z.string().optional(),
  datasource: datasource.optional(),
  targets: z.array(target).optional(),
  options: z.record(z.string(), z.unknown()).optional(),
  fieldConfig: z
    .object({
      defaults: z.object({ unit: z.string().optional(), noValue: z.string().optional() }),
      overrides: z.array(z.object({ matcher: z.object({ id: z.string(), options: z.unknown() }) })).optional(),
    })
    .optional(),
  transformations: z
    .array(
      z.object({ id: z.string(), options: z.object({ renameByName: z.record(z.string(), z.string()).optional() }) }),
    )
    .optional(),
});

/** A row has its panels inside while it is folded. */
const rowOrPanel = panel.extend({ collapsed: z.boolean().optional(), panels: z.array(panel).optional() });

const variable = z.object({
  type: z.string(),
  name: z.string(),
  label: z.string(),
  query: z.union([z.string(), z.object({ query: z.string() })]),
  datasource: datasource.optional(),
  multi: z.boolean().optional(),
  includeAll: z.boolean().optional(),
  allValue: z.string().optional(),
  refresh: z.number().optional(),
});

const dashboard = z.object({
  uid: z.string(),
  title: z.string(),
  description: z.string().min(1),
  editable: z.boolean(),
  refresh: z.string(),
  schemaVersion: z.number(),
  tags: z.array(z.string()),
  time: z.object({ from: z.string(), to: z.string() }),
  panels: z.array(rowOrPanel),
  templating: z.object({ list: z.array(variable) }),
  annotations: z.object({
    list: z.array(
      z.object({ name: z.string(), expr: z.string(), useValueForTime: z.boolean().optional(), datasource }),
    ),
  }),
  links: z.array(
    z.object({ type: z.string(), tags: z.array(z.string()), includeVars: z.boolean(), keepTime: z.boolean() }),
  ),
});

export type Dashboard = z.infer<typeof dashboard>;
export type Panel = z.infer<typeof panel>;

/** The committed dashboards, as files. */
export function dashboardFiles(): readonly { readonly name: string; readonly text: string }[] {
  return readdirSync(dashboardFolder).map((name) => ({
    name,
    text: readFileSync(`${dashboardFolder}${name}`, "utf8"),
  }));
}

export function readDashboards(): readonly Dashboard[] {
  return dashboardFiles().map(({ text }) => dashboard.parse(JSON.parse(text)));
}

/** The panels that show something: all but rows, also those of folded rows. */
export function panelsOf({ panels }: Dashboard): readonly Panel[] {
  return panels.flatMap((each) => (each.type === "row" ? (each.panels ?? []) : [each]));
}
