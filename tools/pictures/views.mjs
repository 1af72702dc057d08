// What Grafana shows of a panel, computed by Grafana's own code from answers of Prometheus: frames, transformations, overrides,
// names, texts and colors. Drawing them is left to draw/.

/** Colors that panels have where their JSON names none, as the plugins of these panels do. */
const COLOR_MODES = {
  timeseries: "palette-classic",
  "state-timeline": "continuous-GrYlRd",
  heatmap: "thresholds",
  barchart: "palette-classic",
  piechart: "palette-classic",
  histogram: "palette-classic",
};

/** As Grafana sets them where the JSON has none. */
const DEFAULT_STEPS = [
  { value: null, color: "green" },
  { value: 80, color: "red" },
];

/** Turns panels into views with the library. */
export function createViews(grafana) {
  const theme = grafana.createTheme({ colors: { mode: "dark" } });
  // Some are in the list under two names.
  const transformers = new Map(Object.values(grafana.standardTransformers).map((one) => [one.id, one]));
  grafana.standardTransformersRegistry.setInit(() =>
    [...transformers].map(([id, transformer]) => ({ id, name: id, transformation: () => transformer })),
  );

  /** @returns the view of a panel; `answers` are its targets with the matrix that each got */
  async function view(panel, answers, { step }) {
    const frames = answers.flatMap((answer) => framesOf(answer, answers.length));
    const transformed = await transform(panel, frames);
    const defaults = panel.fieldConfig?.defaults ?? {};
    const fieldConfig = {
      defaults: {
        ...defaults,
        color: defaults.color ?? { mode: COLOR_MODES[panel.type] ?? "thresholds" },
        thresholds: unboundedSteps(defaults.thresholds ?? { mode: "absolute", steps: DEFAULT_STEPS }),
        mappings: defaults.mappings ?? [],
      },
      overrides: (panel.fieldConfig?.overrides ?? []).map(({ matcher, properties }) => ({
        matcher,
        properties: properties.map(({ id, value }) => ({
          id,
          value: id === "thresholds" ? unboundedSteps(value) : value,
        })),
      })),
    };
    const data = grafana.applyFieldOverrides({
      data: transformed,
      fieldConfig,
      replaceVariables: (text) => text,
      theme,
      timeZone: "utc",
      fieldConfigRegistry: registryOf(fieldConfig),
    });
    return {
      type: panel.type,
      title: panel.title ?? "",
      description: panel.description ?? "",
      options: panel.options ?? {},
      step,
      empty: defaults.noValue ?? "No data",
      frames: data.map((frame) => ({
        refId: frame.refId,
        length: frame.length,
        fields: frame.fields.map((field) => fieldView(field, frame, data)),
      })),
    };
  }

  function fieldView(field, frame, data) {
    const { display } = field;
    return {
      name: grafana.getFieldDisplayName(field, frame, data),
      type: field.type,
      labels: field.labels ?? {},
      values: field.values,
      config: field.config,
      color: field.type === "number" ? grafana.getFieldSeriesColor(field, theme).color : undefined,
      show(value) {
        const { text, prefix = "", suffix = "", color, percent } = display(value);
        return { text: `${prefix}${text}${suffix}`, color, percent };
      },
      reduce(calc) {
        return grafana.reduceField({ field, reducers: [calc] })[calc];
      },
      steps: (field.config.thresholds?.steps ?? []).map(({ value, color }) => ({
        value,
        color: theme.visualization.getColorByName(color),
      })),
    };
  }

  async function transform({ transformations = [] }, frames) {
    if (transformations.length === 0) return frames;
    const used = transformations.filter(({ disabled }) => disabled !== true);
    return new Promise((resolve, reject) => {
      grafana.transformDataFrame(used, frames).subscribe({ next: resolve, error: reject });
    });
  }

  /** One frame for each series, or one for each answer that the panel wants as a table. */
  function framesOf({ target, matrix }, targets) {
    const { refId } = target;
    if (target.format === "table") return [tableFrame(target, matrix, targets)];
    if (target.format === "heatmap") return [heatmapFrame(refId, matrix)];
    return matrix.map(({ metric, values }) => {
      const { __name__: _, ...labels } = metric;
      const displayNameFromDS = seriesName(target.legendFormat, metric);
      return grafana.toDataFrame({
        refId,
        name: displayNameFromDS,
        fields: [
          { name: "Time", type: "time", config: {}, values: values.map(([time]) => time * 1000) },
          { name: "Value", type: "number", labels, config: { displayNameFromDS }, values: values.map(numberOf) },
        ],
      });
    });
  }

  function tableFrame({ refId }, matrix, targets) {
    const names = [...new Set(matrix.flatMap(({ metric }) => Object.keys(metric)))].sort();
    const rows = matrix.flatMap(({ metric, values }) => values.map((sample) => ({ metric, sample })));
    return grafana.toDataFrame({
      refId,
      fields: [
        { name: "Time", type: "time", config: {}, values: rows.map(({ sample: [time] }) => time * 1000) },
        ...names.map((name) => ({
          name,
          type: "string",
          config: {},
          values: rows.map(({ metric }) => metric[name] ?? ""),
        })),
        {
          name: targets > 1 ? `Value #${refId}` : "Value",
          type: "number",
          config: {},
          values: rows.map(({ sample }) => numberOf(sample)),
        },
      ],
    });
  }

  /** Columns of buckets by their upper bounds, each without what is in the lower ones. */
  function heatmapFrame(refId, matrix) {
    const bound = ({ metric }) => Number((metric.le ?? "0").replace("Inf", "Infinity"));
    const buckets = [...matrix].sort((a, b) => bound(a) - bound(b));
    const times = [...new Set(buckets.flatMap(({ values }) => values.map(([time]) => time)))].sort((a, b) => a - b);
    const counts = buckets.map(({ values }) => new Map(values.map((sample) => [sample[0], numberOf(sample)])));
    return grafana.toDataFrame({
      refId,
      meta: { type: "heatmap-rows" },
      fields: [
        { name: "Time", type: "time", config: {}, values: times.map((time) => time * 1000) },
        ...buckets.map(({ metric }, index) => ({
          name: metric.le ?? "",
          type: "number",
          config: { displayNameFromDS: metric.le ?? "" },
          values: times.map((time) => {
            const own = counts[index].get(time) ?? 0;
            return Math.max(0, own - (counts[index - 1]?.get(time) ?? 0));
          }),
        })),
      ],
    });
  }

  function registryOf({ defaults, overrides }) {
    const standard = [
      "color",
      "decimals",
      "displayName",
      "links",
      "mappings",
      "max",
      "min",
      "noValue",
      "thresholds",
      "unit",
    ];
    const custom = [
      ...Object.keys(defaults.custom ?? {}),
      ...overrides.flatMap(({ properties }) => properties.map(({ id }) => id)).filter((id) => id.startsWith("custom.")),
    ].map((name) => name.replace(/^custom\./, ""));
    const item = (id, path, isCustom) => ({
      ...{ id, path, name: id, isCustom, description: "" },
      process: (value) => value,
      shouldApply: () => true,
    });
    return new grafana.Registry(() => [
      ...standard.map((id) => item(id, id, false)),
      ...[...new Set(custom)].map((name) => item(`custom.${name}`, name, true)),
    ]);
  }

  return view;
}

/** The lowest step has no bound; JSON has no way to say so. */
function unboundedSteps(thresholds) {
  return {
    ...thresholds,
    steps: thresholds.steps.map(({ value, color }) => ({ color, value: value ?? Number.NEGATIVE_INFINITY })),
  };
}

function numberOf([, text]) {
  return text === "NaN" ? null : Number(text.replace("Inf", "Infinity"));
}

/** As Grafana's Prometheus data source names a series. */
function seriesName(legend, { __name__: name = "", ...labels }) {
  if (legend !== undefined && legend !== "" && legend !== "__auto") {
    return legend.replace(/\{\{\s*(.+?)\s*\}\}/g, (_, label) => (label === "__name__" ? name : (labels[label] ?? "")));
  }
  const shown = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return shown.length === 0 ? name || "Value" : `${name}{${shown.join(", ")}}`;
}
