// What Grafana shows of a panel, by Grafana's own code: frames, transformations, overrides, names, texts and colors. Drawing it is
// left to draw/. test/grafana/grafana.ts bundles this; views.d.mts has its types.
import * as data from "@grafana/data";
import { openDashboard, optionsOf } from "../../test/grafana/library/evaluate.mjs";

const theme = data.createTheme({ colors: { mode: "dark" } });

/** The options of fields that a kind of panel has where its JSON names none; they come with the program, not with its library. */
const DEFAULT_STEPS = [
  { value: null, color: "green" },
  { value: 80, color: "red" },
];
const DEFAULT_COLORS = { timeseries: "palette-classic", "state-timeline": "continuous-GrYlRd" };

/** Opens a dashboard, to ask for the queries of its panels and to see what the panels make of the answers. */
export function openForPictures(dashboard, view) {
  const { queriesOf, transform, replace } = openDashboard(dashboard, view);
  return {
    queriesOf,
    /** What is to be drawn of a panel, from the frames of its answers, whose points are `step` seconds apart. */
    async viewOf(panel, answers, step) {
      const given = panel.fieldConfig?.defaults ?? {};
      const fieldConfig = {
        defaults: {
          ...given,
          color: given.color ?? { mode: DEFAULT_COLORS[panel.type] ?? "thresholds" },
          thresholds: unbounded(given.thresholds ?? { mode: "absolute", steps: DEFAULT_STEPS }),
          mappings: given.mappings ?? [],
        },
        overrides: (panel.fieldConfig?.overrides ?? []).map(({ matcher, properties }) => ({
          matcher,
          properties: properties.map(({ id, value }) => ({
            id,
            value: id === "thresholds" ? unbounded(value) : value,
          })),
        })),
      };
      const frames = data.applyFieldOverrides({
        ...{ data: await transform(panel, answers), fieldConfig, fieldConfigRegistry: optionsOf(fieldConfig) },
        ...{ replaceVariables: replace, theme, timeZone: "utc" },
      });
      return {
        ...{ type: panel.type, title: panel.title ?? "", description: panel.description ?? "" },
        ...{ options: panel.options ?? {}, empty: given.noValue ?? "No data", step },
        frames: frames.map((frame) => ({
          length: frame.length,
          fields: frame.fields.map((field) => fieldView(field, frame, frames)),
        })),
      };
    },
  };
}

/** The lowest step has no bound; JSON has no way to say so. */
function unbounded({ steps, ...rest }) {
  return { ...rest, steps: steps.map(({ value, color }) => ({ color, value: value ?? Number.NEGATIVE_INFINITY })) };
}

function fieldView(field, frame, frames) {
  const { type, values, config, display } = field;
  return {
    ...{ type, values, config, name: data.getFieldDisplayName(field, frame, frames) },
    color: type === "number" ? data.getFieldSeriesColor(field, theme).color : undefined,
    steps: (config.thresholds?.steps ?? []).map(({ value, color }) => ({
      value,
      color: theme.visualization.getColorByName(color),
    })),
    show(value) {
      const { color, percent, ...shown } = display(value);
      return { text: data.formattedValueToString(shown), color, percent };
    },
    reduce: (calc) => data.reduceField({ field, reducers: [calc] })[calc],
  };
}
