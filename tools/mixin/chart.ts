import { Document, isMap, isPair, isScalar, type Pair, type YAMLMap } from "yaml";
import { isObject, type JsonObject } from "../../src/lib/json.ts";
import { wrapped } from "../../src/lib/text/wrap.ts";
import type { RenderedMixin } from "./render.ts";
import { groupsText, ruleGroups } from "./rule-text.ts";

/** The parts of charts/peer-exporter that come from the mixin: its rules as a template, and `_config` as values. */

const NOTE = `# Made from mixin/ by \`npm run rules\`. templates/_prometheusrule.tpl inserts values of prometheusRule for @@…@@.
`;

export function chartRules(mixin: RenderedMixin): string {
  const { recordings, alerts } = ruleGroups(mixin);
  return NOTE + groupsText([recordings, alerts]);
}

/** Columns of a comment. */
const WIDTH = 108;

const [BEGIN, END] = [
  "  # ---- Made from mixin/config.libsonnet by `npm run rules` ----\n",
  "  # ---- Until here ----\n",
];

/** values.yaml with `_config` between its marks. */
export function chartValues(
  text: string,
  config: RenderedMixin["config"],
  comments: ReadonlyMap<string, string>,
): string {
  const from = text.indexOf(BEGIN) + BEGIN.length;
  const to = text.indexOf(END);
  if (from < BEGIN.length || to < from) throw new Error("values.yaml lacks the marks of the mixin's part");
  const values = commentedYaml(config, comments).replaceAll(/^(?=.)/gm, "  ");
  return text.slice(0, from) + values + text.slice(to);
}

function commentedYaml(config: JsonObject, comments: ReadonlyMap<string, string>): string {
  const document = new Document(config);
  if (isMap(document.contents)) comment(document.contents, comments, []);
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** Numbers of one threshold are in one line, as in config.libsonnet. */
function comment(
  map: YAMLMap<unknown, unknown>,
  comments: ReadonlyMap<string, string>,
  around: readonly string[],
): void {
  for (const pair of map.items) {
    const keys = [...around, keyOf(pair)];
    const text = comments.get(keys.join(".")) ?? "";
    if (text !== "" && isScalar(pair.key)) {
      pair.key.commentBefore = wrapped(text, WIDTH)
        .map((line) => ` ${line}`)
        .join("\n");
    }
    if (isMap(pair.value)) {
      pair.value.flow =
        pair.value.items.length === 0 || !pair.value.items.some((each) => isPair(each) && isMap(each.value));
      comment(pair.value, comments, keys);
    }
  }
}

const keyOf = ({ key }: Pair): string => String(isScalar(key) ? key.value : key);

const SETTINGS = "#/properties/prometheusRule/definitions";
const ref = (name: string) => ({ $ref: `${SETTINGS}/${name}` });

const object = (properties: JsonObject) => ({ type: "object", additionalProperties: false, properties });
const mapOf = (values: JsonObject, names: JsonObject) => ({
  type: "object",
  additionalProperties: values,
  propertyNames: names,
});

const TEXT = { type: "string" };

/** Not "__" first: such labels are Prometheus' own. Go's patterns cannot look ahead. */
const LABEL_NAME = "^(?:_|_?[a-zA-Z][a-zA-Z0-9_]*|_[0-9][a-zA-Z0-9_]*)$";
const DURATION = "^(?:0|(?:\\d+y)?(?:\\d+w)?(?:\\d+d)?(?:\\d+h)?(?:\\d+m)?(?:\\d+s)?(?:\\d+ms)?)$";
const OWN_LABELS = ["severity", "alertname", "chain", "network", "target", "job", "instance"];
const OWN_ANNOTATIONS = ["summary", "description", "runbook_url", "dashboard_url"];

const namesBut = (names: readonly string[]) => ({ pattern: LABEL_NAME, not: { enum: names } });

const DEFINITIONS = {
  labels: mapOf(TEXT, namesBut(OWN_LABELS)),
  annotations: mapOf(TEXT, { pattern: LABEL_NAME }),
  duration: { type: "string", minLength: 1, pattern: DURATION },
  range: { type: "string", allOf: [{ pattern: DURATION }, { pattern: "[1-9]" }] },
  severity: {
    description: "critical, warning, info, or one of your own",
    type: "string",
    pattern: "^[a-z][-_a-z0-9]*$",
  },
  expr: { type: "string", minLength: 1 },
  url: { type: "string", pattern: "^https?://\\S*[^/\\s]$" },
  labelName: { type: "string", pattern: LABEL_NAME },
  // What jsonnet and Helm write with the same digits.
  number: { type: "number", anyOf: [{ const: 0 }, { minimum: 1e-6 }], maximum: 2 ** 53 },
};

/** What holds for mixin/lib/check.libsonnet too, so that Helm refuses what jsonnet does. */
function settingsOf({ config, alerts }: RenderedMixin): JsonObject {
  const names = [...new Set(alerts.map(({ alert }) => alert))];
  const named = { propertyNames: { enum: names } };
  return {
    runbookBaseUrl: ref("url"),
    adviceUrl: ref("url"),
    dashboardBaseUrl: ref("url"),
    clusterLabel: ref("labelName"),
    // As far as one can tell without a parser.
    exporterSelector: { type: "string", minLength: 1, pattern: "(?:=|!~|=~)[\"'`][\\s\\S]*[\"'`]$" },
    disabled: { type: "object", ...named, additionalProperties: { type: "boolean" } },
    rules: {
      type: "object",
      ...named,
      properties: Object.fromEntries(names.map((name) => [name, changesOf(name, alerts)])),
    },
    extraLabels: ref("labels"),
    extraAnnotations: mapOf(TEXT, namesBut(OWN_ANNOTATIONS)),
    thresholds: thresholdSchema(config.thresholds),
  };
}

/** An alert has one rule, or one for each severity; what would make its rules the same is set for one severity. */
function changesOf(name: string, alerts: RenderedMixin["alerts"]): JsonObject {
  const severities = alerts.filter(({ alert }) => alert === name).map(({ labels }) => labels.severity);
  const stages = [...new Set(severities)];
  const change = (changed: readonly string[], isOne: boolean) => ({
    for: ref("duration"),
    keep_firing_for: ref("duration"),
    labels: ref("labels"),
    annotations: ref("annotations"),
    ...(changed.length === 1 ? { severity: ref("severity") } : {}),
    ...(isOne ? { expr: ref("expr") } : {}),
  });
  const stageChange = (stage: string) =>
    object(change([stage], severities.filter((each) => each === stage).length === 1));
  return object({
    ...change(stages, severities.length === 1),
    ...Object.fromEntries(stages.map((stage) => [stage, stageChange(stage)])),
  });
}

function thresholdSchema(value: unknown): JsonObject {
  if (!isObject(value)) return ref(typeof value === "number" ? "number" : "range");
  return object(Object.fromEntries(Object.entries(value).map(([key, each]) => [key, thresholdSchema(each)])));
}

/** The schema of the values, with that of prometheusRule. */
export function chartSchema(text: string, mixin: RenderedMixin): string {
  const schema = JSON.parse(text);
  schema.properties.prometheusRule = {
    ...object({
      enabled: { type: "boolean" },
      namespace: { $ref: "#/$defs/dnsLabelOrEmpty" },
      labels: { $ref: "#/$defs/labels" },
      annotations: { $ref: "#/$defs/annotations" },
      ...settingsOf(mixin),
    }),
    definitions: DEFINITIONS,
  };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}
