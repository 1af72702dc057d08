// What Grafana does with a dashboard between its JSON and the drawing, by Grafana's own code. test/grafana/grafana.ts bundles and
// loads it; evaluate.d.mts has its types.
import * as data from "@grafana/data";
import { PrometheusDatasource, transformV2 } from "@grafana/prometheus";
import {
  ConstantVariable,
  DataSourceVariable,
  EmbeddedScene,
  QueryVariable,
  SceneTimeRange,
  SceneVariableSet,
  sceneGraph,
  TextBoxVariable,
} from "@grafana/scenes";
import { firstValueFrom } from "rxjs";

const theme = data.createTheme();

/** The options that every panel has, as Grafana's editor of options lists them. */
const STANDARD = {
  ...{ displayName: data.displayNameOverrideProcessor, description: data.stringOverrideProcessor },
  ...{ unit: data.unitOverrideProcessor, noValue: data.displayNameOverrideProcessor },
  ...{ min: data.numberOverrideProcessor, max: data.numberOverrideProcessor, decimals: data.numberOverrideProcessor },
  ...{ color: data.identityOverrideProcessor, filterable: data.booleanOverrideProcessor },
  ...{ fieldMinMax: data.booleanOverrideProcessor, links: data.dataLinksOverrideProcessor },
  ...{ mappings: data.valueMappingsOverrideProcessor, thresholds: data.thresholdsOverrideProcessor },
};

// Some are in the list under two names.
const transformers = new Map(
  Object.values(data.standardTransformers).map((transformer) => [transformer.id, transformer]),
);
data.standardTransformersRegistry.setInit(() =>
  [...transformers].map(([id, transformer]) => ({ id, name: id, transformation: () => transformer })),
);

function option(id, path, process, isCustom) {
  return { id, path, process, isCustom, name: id, shouldApply: () => true, editor: () => null, override: () => null };
}

/** Those, and the options of the panel's own kind that it sets. */
export function optionsOf({ defaults, overrides }) {
  const ids = [
    ...Object.keys(defaults.custom ?? {}),
    ...overrides.flatMap(({ properties }) => properties.map(({ id }) => id)).filter((id) => id.startsWith("custom.")),
  ].map((id) => id.replace(/^custom\./, ""));
  return new data.FieldConfigOptionsRegistry(() => [
    ...Object.entries(STANDARD).map(([id, process]) => option(id, id, process, false)),
    ...[...new Set(ids)].map((id) => option(`custom.${id}`, id, data.identityOverrideProcessor, true)),
  ]);
}

const ALL = "$__all";

function variableOf({ name, type, query, current, multi, includeAll, allValue }, chosen) {
  if (type === "datasource") {
    const { text = chosen, value = chosen } = current ?? {};
    return new DataSourceVariable({ name, pluginId: query, value: chosen ?? value, text: chosen ?? text });
  }
  if (type === "constant") return new ConstantVariable({ name, value: query });
  if (type === "textbox") return new TextBoxVariable({ name, value: chosen ?? current?.value ?? query ?? "" });
  if (type !== "query") throw new Error(`evaluate.mjs knows no variables of the type ${type}: add it there`);
  const value = chosen ?? (current?.value === ALL || includeAll ? ALL : undefined);
  if (value === undefined) throw new Error(`the variable ${name} needs a value`);
  const values = multi ? [value] : value;
  return new QueryVariable({ name, value: values, text: values, isMulti: multi, includeAll, allValue });
}

/** Opens a dashboard with these values of its variables (those without one have All) between two moments. */
export function openDashboard(dashboard, { values, fromMs, toMs, timeInterval }) {
  const variables = dashboard.templating.list.map((variable) => variableOf(variable, values[variable.name]));
  const [from, to] = [data.dateTime(fromMs), data.dateTime(toMs)];
  const scene = new EmbeddedScene({
    $variables: new SceneVariableSet({ variables }),
    $timeRange: new SceneTimeRange({ from: from.toISOString(), to: to.toISOString() }),
    body: undefined,
  });
  const replace = (text, scopedVars, format) => sceneGraph.interpolate(scene, text, scopedVars, format);
  const settings = {
    id: 1,
    uid: values.datasource,
    type: "prometheus",
    name: "Prometheus",
    jsonData: { timeInterval },
  };
  const source = new PrometheusDatasource(settings, { replace, getVariables: () => [] }, {});
  async function transform(panel, frames) {
    const response = transformV2(
      { data: frames.map(data.toDataFrame) },
      { targets: panel.targets, app: "dashboard" },
      {},
    );
    const context = { interpolate: (text) => replace(text) };
    return firstValueFrom(data.transformDataFrame(panel.transformations ?? [], response.data, context));
  }

  return {
    replace,
    /** What the data source sends to its backend. */
    queriesOf: ({ targets = [] }) =>
      targets.filter((target) => source.filterQuery(target)).map((target) => source.applyTemplateVariables(target, {})),
    /** What the panel gets, from the frames of the backend. */
    transform,
    /** The panel as it is drawn, from the frames of the backend. */
    show: async (panel, frames) => shownPanel(panel, await transform(panel, frames), replace),
  };
}

/** Whether Grafana has the transformation in its library; others come with the program. */
export function knowsTransformation(id) {
  return data.standardTransformersRegistry.getIfExists(id) !== undefined;
}

/** Whether Grafana has this unit: it writes the id of one that it does not know behind the value. */
export function knowsUnit(id) {
  return data.getValueFormats().some(({ submenu }) => submenu.some(({ value }) => value === id));
}

function shownPanel(panel, transformed, replaceVariables) {
  const fieldConfig = { defaults: panel.fieldConfig?.defaults ?? {}, overrides: panel.fieldConfig?.overrides ?? [] };
  const registry = optionsOf(fieldConfig);
  const frames = data.applyFieldOverrides({
    ...{ data: transformed, fieldConfig, fieldConfigRegistry: registry, replaceVariables, theme, timeZone: "utc" },
  });
  data.cacheFieldDisplayNames(frames);
  return {
    frames: frames.map((frame) => ({
      refId: frame.refId,
      length: frame.length,
      fields: frame.fields.map((field) => shownField(field, frame, frames)),
    })),
    overrides: fieldConfig.overrides.map(({ matcher, properties }) => ({
      matcher,
      unknown: properties.map(({ id }) => id).filter((id) => registry.getIfExists(id) === undefined),
      matched: matchedBy(matcher, transformed, frames),
    })),
    values: valuesOf(panel, frames, fieldConfig, replaceVariables),
  };
}

/** The names of the fields that a matcher picks. */
function matchedBy({ id, options }, transformed, frames) {
  const matches = data.fieldMatchers.get(id).get(options);
  return transformed.flatMap((frame, at) =>
    frame.fields.flatMap((field, index) =>
      matches(field, frame, transformed)
        ? [data.getFieldDisplayName(frames[at].fields[index], frames[at], frames)]
        : [],
    ),
  );
}

function shownField(field, frame, frames) {
  const { name, type, labels = {}, config, values } = field;
  const at = values.map((_, index) => index);
  return {
    ...{ name, type, labels, unit: config.unit, custom: config.custom ?? {} },
    displayName: data.getFieldDisplayName(field, frame, frames),
    unmapped: unmappedOf(field),
    cells: at.map((index) => cell(field, index)),
    last: data.reduceField({ field, reducers: ["lastNotNull"] }).lastNotNull,
    links: at.map((index) => field.getLinks({ valueRowIndex: index }).map(({ href }) => href)),
  };
}

/** Values that look as if the field had no texts for its values, although it has some. */
function unmappedOf({ display, ...field }) {
  if (field.type === "time" || (field.config.mappings ?? []).length === 0) return [];
  const plain = data.getDisplayProcessor({ field: { ...field, config: { ...field.config, mappings: [] } }, theme });
  const known = field.values.filter((value) => value !== null && value !== undefined && value !== "");
  return [...new Set(known)].filter((value) => {
    const [shown, without] = [display(value), plain(value)];
    return shown.text === without.text && shown.color === without.color;
  });
}

function cell(field, index) {
  const value = field.values[index];
  const shown = field.display(value);
  return { value, text: data.formattedValueToString(shown), color: shown.color };
}

/** The numbers of a stat, a gauge or bars. */
function valuesOf(panel, frames, fieldConfig, replaceVariables) {
  const reduceOptions = panel.options?.reduceOptions;
  if (reduceOptions === undefined) return [];
  const shown = data.getFieldDisplayValues({
    ...{ data: frames, fieldConfig, reduceOptions, replaceVariables, theme, timeZone: "utc" },
    sparkline: panel.options.graphMode === "area",
  });
  return shown.map(({ display }) => ({
    ...{ title: display.title ?? "", value: display.numeric, text: data.formattedValueToString(display) },
  }));
}
