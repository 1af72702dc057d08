import * as z from "zod";

/** The parts of a dashboard's JSON that its picture needs; Grafana's code gets all the rest as it is. */

const gridPos = z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() });

const panel = z.looseObject({
  type: z.string(),
  title: z.string().default(""),
  gridPos,
});

const row = panel.extend({
  type: z.literal("row"),
  collapsed: z.boolean().optional(),
  panels: z.array(panel).optional(),
});

const variable = z.looseObject({
  name: z.string(),
  type: z.string(),
  label: z.string().optional(),
});

export const dashboardSchema = z.looseObject({
  uid: z.string(),
  title: z.string(),
  panels: z.array(z.union([row, panel])),
  templating: z.object({ list: z.array(variable) }),
});

export type PanelJson = z.infer<typeof panel>;
export type DashboardJson = z.infer<typeof dashboardSchema>;
