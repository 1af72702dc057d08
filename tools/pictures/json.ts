import * as z from "zod";

/** The parts of a dashboard's JSON that its picture needs; Grafana's code gets all the rest as it is. */

const target = z.looseObject({
  refId: z.string(),
  expr: z.string(),
  legendFormat: z.string().optional(),
  format: z.string().optional(),
  instant: z.boolean().optional(),
  range: z.boolean().optional(),
  hide: z.boolean().optional(),
});

const gridPos = z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() });

const panel = z.looseObject({
  type: z.string(),
  title: z.string().optional(),
  gridPos,
  targets: z.array(target).optional(),
});

const row = panel.extend({
  type: z.literal("row"),
  collapsed: z.boolean().optional(),
  panels: z.array(panel).optional(),
});

const variable = z.looseObject({
  name: z.string(),
  label: z.string().optional(),
  hide: z.unknown().optional(),
  allValue: z.string().nullish(),
});

export const dashboardSchema = z.object({
  uid: z.string(),
  title: z.string(),
  panels: z.array(z.union([row, panel])),
  templating: z.object({ list: z.array(variable) }),
});

export type TargetJson = z.infer<typeof target>;
export type PanelJson = z.infer<typeof panel>;
export type DashboardJson = z.infer<typeof dashboardSchema>;
