import { readdirSync, readFileSync } from "node:fs";
import * as z from "zod";
import { dashboardSpecs } from "../../grafana/src/index.ts";
import type { PanelSpec } from "../../grafana/src/spec.ts";
import type { TimeRange } from "./backend.ts";
import type { loadGrafana } from "./grafana.ts";
import type { Frame, SentQuery, ShownPanel } from "./library/evaluate.mjs";
import { dashboardFolder } from "./support.ts";

/** What every panel of the dashboards shows, by Grafana's own code. */

type Grafana = Awaited<ReturnType<typeof loadGrafana>>;

const panel = z.looseObject({ type: z.string(), title: z.string() });
const dashboard = z.looseObject({
  uid: z.string(),
  panels: z.array(panel.extend({ panels: z.array(panel).optional() })),
  templating: z.object({ list: z.array(z.looseObject({ name: z.string(), includeAll: z.boolean().optional() })) }),
});

type PanelFile = z.infer<typeof panel>;

/** A moment to look at, and the node that is looked at where a dashboard shows one. */
export type Moment = { readonly name: string; readonly toMs: number; readonly target: string; readonly chain: string };

/** A panel at all moments. */
export type Look = {
  readonly dashboard: string;
  readonly title: string;
  readonly type: string;
  readonly spec: PanelSpec;
  readonly transformations: readonly string[];
  readonly shown: readonly ShownMoment[];
};

export type ShownMoment = ShownPanel & {
  readonly moment: string;
  readonly queries: readonly SentQuery[];
  /** What the same queries give at the end of the time range; only for panels that show values of now. */
  readonly now: ShownPanel["values"];
};

export type Source = {
  /** What the backend of the data source answers. */
  readonly ask: (query: SentQuery, range: TimeRange, spec: PanelSpec) => Promise<readonly Frame[]>;
  readonly scrapeSeconds: number;
  readonly rangeMs: number;
  readonly moments: readonly Moment[];
};

/** The uid of the data source in links. */
export const DATASOURCE_UID = "prometheus-of-test";

/** Every panel of every dashboard, as the files say. */
export async function looksAt(grafana: Grafana, source: Source): Promise<readonly Look[]> {
  const looks: Look[] = [];
  for (const file of readdirSync(dashboardFolder)) {
    const json = dashboard.parse(JSON.parse(readFileSync(`${dashboardFolder}${file}`, "utf8")));
    const spec = dashboardSpecs.find(({ uid }) => uid === json.uid);
    const panels = json.panels.flatMap(({ panels = [], ...rest }) => (rest.type === "row" ? panels : [rest]));
    const isOfOneNode = json.templating.list.some(({ name, includeAll }) => name === "target" && includeAll !== true);
    const isNew = ({ toMs }: Moment, at: number) => source.moments.findIndex((moment) => moment.toMs === toMs) === at;
    const moments = isOfOneNode ? source.moments : source.moments.filter(isNew);
    const opened = moments.map((moment) => open(grafana, json, source, moment, isOfOneNode));
    for (const each of panels) {
      const panelSpec = spec?.rows.flatMap((row) => row.panels).find(({ title }) => title === each.title);
      if (panelSpec === undefined) throw new Error(`${json.uid} has a panel ${each.title} that its code does not have`);
      looks.push({
        ...{ dashboard: json.uid, title: each.title, type: each.type, spec: panelSpec },
        transformations: transformationsOf(each),
        shown: await Promise.all(opened.map((show) => show(each, panelSpec))),
      });
    }
  }
  return looks;
}

function transformationsOf(json: PanelFile): readonly string[] {
  const { transformations = [] } = z
    .looseObject({ transformations: z.array(z.looseObject({ id: z.string() })).optional() })
    .parse(json);
  return transformations.map(({ id }) => id);
}

function open(
  grafana: Grafana,
  json: z.infer<typeof dashboard>,
  source: Source,
  { name, toMs, target, chain }: Moment,
  isOfOneNode: boolean,
): (each: PanelFile, spec: PanelSpec) => Promise<ShownMoment> {
  const { scrapeSeconds, rangeMs } = source;
  const range = { fromMs: toMs - rangeMs, toMs, scrapeSeconds };
  const values = { datasource: DATASOURCE_UID, ...(isOfOneNode ? { chain, target } : {}) };
  const opened = grafana.openDashboard(json, { values, ...range, timeInterval: `${scrapeSeconds}s` });
  return async (each, spec) => {
    const show = async (queries: readonly SentQuery[]) =>
      opened.show(each, (await Promise.all(queries.map((query) => source.ask(query, range, spec)))).flat());
    const queries = opened.queriesOf(each);
    const shown = await show(queries);
    const isOfThePast = shown.values.length > 0 && queries.some(({ instant }) => instant !== true);
    const atEnd = queries.map((query) => ({ ...query, instant: true, range: false }));
    const now = isOfThePast ? (await show(atEnd)).values : shown.values;
    return { ...shown, moment: name, queries, now };
  };
}
