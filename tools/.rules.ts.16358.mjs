// rules.ts
import { writeFileSync } from "node:fs";
import { join as join3 } from "node:path";

// ../src/model/failure.ts
var FAILURE_REASONS = [
  "dns",
  "connect",
  "timeout",
  "tls",
  "tls_pin",
  "unauthorized",
  "not_found",
  "unavailable",
  "host_header",
  "rate_limited",
  "busy",
  "http",
  "rpc",
  "too_large",
  "bad_json",
  "bad_shape",
  "wrong_network",
  "internal"
];

// failure-checks.ts
var RUNS = "Check that the node runs, has ended its replay, and can be reached from the exporter's machine.";
var CERTIFICATE = "Check the node's certificate, and tls in the configuration.";
var WRONG_PLACE = "Check that url leads to the node, and that the node offers this API there.";
var NODE_LOG = "Read the node's own log, and that of a proxy in front of it.";
var LESS = "Wait if the node is starting or syncing, else poll it less often.";
var CHECKS = {
  dns: "Check the host name in url, and the name servers of the exporter's machine.",
  connect: RUNS,
  timeout: RUNS,
  tls: CERTIFICATE,
  tls_pin: CERTIFICATE,
  unauthorized: "Check the login or token in the configuration.",
  not_found: WRONG_PLACE,
  unavailable: WRONG_PLACE,
  host_header: "Set host_header in the configuration.",
  rate_limited: LESS,
  busy: LESS,
  http: NODE_LOG,
  rpc: NODE_LOG,
  too_large: "Check that url leads to the node, or raise limits in the configuration.",
  bad_json: WRONG_PLACE,
  bad_shape: WRONG_PLACE,
  wrong_network: "The url leads to a node of another network: check url and network.",
  internal: "This is a bug in the exporter: report it with the stack from its log."
};
function checksFile() {
  const checks = [...new Set(FAILURE_REASONS.map((reason) => CHECKS[reason]))];
  const entries = checks.map((check) => {
    const reasons = FAILURE_REASONS.filter((reason) => CHECKS[reason] === check);
    return `  { reasons: '${reasons.join("|")}', check: ${quoted(check)} },
`;
  });
  const head = "// What to check first for each failure reason. Made from tools/failure-checks.ts by `npm run rules`.\n";
  return { path: "mixin/lib/checks.libsonnet", text: `${head}[
${entries.join("")}]
` };
}
function quoted(text) {
  return text.includes("'") ? JSON.stringify(text) : `'${text}'`;
}

// repository.ts
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
var ROOT = fileURLToPath(new URL("..", "file:///work/h/TUNE/tools/repository.ts"));
function textOf(path) {
  return readFileSync(join(ROOT, path), "utf8");
}

// mixin/chart.ts
import { Document as Document2, isMap, isPair, isScalar } from "yaml";

// ../src/lib/json-names.ts
var SEED = Math.floor(Math.random() * 2 ** 32) | 0;
var FACTOR = Math.floor(Math.random() * 2 ** 32) | 1 | 0;

// ../src/lib/json.ts
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
var QUOTE = 34;
var BACKSLASH = 92;
var SPACE = 32;
var OTHER = 0;
var STRING = 1;
var OPEN = 2;
var CLOSE = 3;
var COLON = 4;
var WORD = 5;
var CONTROL = 6;
var ESCAPE = 7;
var KINDS = kindsOfBytes();
function kindsOfBytes() {
  const table2 = new Uint8Array(256);
  for (let byte = 0; byte < SPACE; byte += 1) table2[byte] = CONTROL;
  for (const char of "	\n\r") table2[char.charCodeAt(0)] = OTHER;
  for (const char of "+-.0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
    table2[char.charCodeAt(0)] = WORD;
  }
  table2[QUOTE] = STRING;
  table2[BACKSLASH] = ESCAPE;
  for (const char of "[{") table2[char.charCodeAt(0)] = OPEN;
  for (const char of "]}") table2[char.charCodeAt(0)] = CLOSE;
  table2[":".charCodeAt(0)] = COLON;
  return table2;
}
var HIGH_BITS = 2155905152 | 0;

// mixin/rule-text.ts
import { Document, Scalar, visit } from "yaml";
var WIDTH = 118;
function groupsText(groups) {
  const document = new Document({
    groups: groups.map(({ name, rules }) => ({
      name,
      rules: rules.map(({ comment: _, title: __, ...rule }) => inOrder(rule))
    }))
  });
  visit(document, {
    Pair(_, { value }) {
      if (value instanceof Scalar && typeof value.value === "string") Object.assign(value, styleOf(value.value));
    }
  });
  for (const [group, { rules }] of groups.entries()) {
    for (const [index, rule] of rules.entries()) {
      const comment2 = commentOf(rule);
      if (comment2 === "") continue;
      const node = document.getIn(["groups", group, "rules", index], true);
      Object.assign(Object(node), { commentBefore: comment2, spaceBefore: isTitled(rule) && index > 0 });
    }
  }
  return document.toString({ lineWidth: WIDTH, minContentWidth: 60 });
}
function styleOf(text) {
  if (text.includes("\n")) return { type: Scalar.BLOCK_LITERAL };
  if (!text.includes(" ")) return {};
  return { type: text.length > WIDTH ? Scalar.BLOCK_FOLDED : Scalar.PLAIN };
}
var isTitled = ({ title = "" }) => title !== "";
function commentOf(rule) {
  const title = isTitled(rule) ? [`---- ${rule.title} ----`] : [];
  const lines = rule.comment === "" ? [] : wrapped(rule.comment, WIDTH - 8);
  return [...title, ...lines].map((line) => ` ${line}`).join("\n");
}
var ORDER = ["alert", "record", "expr", "for", "keep_firing_for", "labels", "annotations"];
var ANNOTATIONS = ["summary", "description", "runbook_url", "dashboard_url"];
function inOrder(rule) {
  const sorted = byOrder(rule, ORDER);
  const { annotations } = rule;
  return annotations === void 0 ? sorted : { ...sorted, annotations: byOrder(Object(annotations), ANNOTATIONS) };
}
function byOrder(object2, order) {
  const first = order.filter((key) => Object.hasOwn(object2, key));
  const others = Object.keys(object2).filter((key) => !order.includes(key));
  return Object.fromEntries([...first, ...others].map((key) => [key, object2[key]]));
}
function wrapped(text, width) {
  const lines = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== void 0 && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

// mixin/chart.ts
var NOTE = `# Made from mixin/ by \`npm run rules\`. templates/_prometheusrule.tpl inserts values of prometheusRule for @@\u2026@@.
`;
function chartRules({ alerts, rules }) {
  return NOTE + groupsText([
    { name: "peer-exporter.rules", rules },
    { name: "peer-exporter.alerts", rules: alerts }
  ]);
}
var WIDTH2 = 108;
var [BEGIN, END] = [
  "  # ---- Made from mixin/config.libsonnet by `npm run rules` ----\n",
  "  # ---- Until here ----\n"
];
function chartValues(text, config, comments) {
  const from = text.indexOf(BEGIN) + BEGIN.length;
  const to = text.indexOf(END);
  if (from < BEGIN.length || to < from) throw new Error("values.yaml lacks the marks of the mixin's part");
  const values = commentedYaml(config, comments).replaceAll(/^(?=.)/gm, "  ");
  return text.slice(0, from) + values + text.slice(to);
}
function commentedYaml(config, comments) {
  const document = new Document2(config);
  if (isMap(document.contents)) comment(document.contents, comments, []);
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}
function comment(map, comments, around) {
  for (const pair of map.items) {
    const keys = [...around, keyOf(pair)];
    const text = comments.get(keys.join(".")) ?? "";
    if (text !== "" && isScalar(pair.key)) {
      pair.key.commentBefore = wrapped(text, WIDTH2).map((line) => ` ${line}`).join("\n");
    }
    if (isMap(pair.value)) {
      pair.value.flow = pair.value.items.length === 0 || !pair.value.items.some((each) => isPair(each) && isMap(each.value));
      comment(pair.value, comments, keys);
    }
  }
}
var keyOf = ({ key }) => String(isScalar(key) ? key.value : key);
var SETTINGS = "#/properties/prometheusRule/definitions";
var ref = (name) => ({ $ref: `${SETTINGS}/${name}` });
var object = (properties) => ({ type: "object", additionalProperties: false, properties });
var mapOf = (values, names) => ({
  type: "object",
  additionalProperties: values,
  propertyNames: names
});
var TEXT = { type: "string" };
var LABEL_NAME = "^(?:_|_?[a-zA-Z][a-zA-Z0-9_]*|_[0-9][a-zA-Z0-9_]*)$";
var DURATION = "^(?:0|(?:\\d+y)?(?:\\d+w)?(?:\\d+d)?(?:\\d+h)?(?:\\d+m)?(?:\\d+s)?(?:\\d+ms)?)$";
var OWN_LABELS = ["severity", "alertname"];
var OWN_ANNOTATIONS = ["summary", "description", "runbook_url", "dashboard_url"];
var namesBut = (names) => ({ pattern: LABEL_NAME, not: { enum: names } });
var DEFINITIONS = {
  labels: mapOf(TEXT, namesBut(OWN_LABELS)),
  annotations: mapOf(TEXT, { pattern: LABEL_NAME }),
  duration: { type: "string", minLength: 1, pattern: DURATION },
  range: { type: "string", allOf: [{ pattern: DURATION }, { pattern: "[1-9]" }] },
  severity: { enum: ["critical", "warning", "info"] },
  expr: { type: "string", minLength: 1 },
  url: { type: "string", pattern: "^https?://\\S*[^/\\s]$" },
  labelName: { type: "string", pattern: LABEL_NAME },
  // What jsonnet and Helm write with the same digits.
  number: { type: "number", anyOf: [{ const: 0 }, { minimum: 1e-6 }], maximum: 2 ** 53 }
};
function settingsOf({ config, alerts }) {
  const names = [...new Set(alerts.map(({ alert }) => alert))];
  const named = { propertyNames: { enum: names } };
  return {
    runbookBaseUrl: ref("url"),
    adviceUrl: ref("url"),
    dashboardBaseUrl: ref("url"),
    clusterLabel: ref("labelName"),
    exporterSelector: { type: "string", minLength: 1 },
    disabled: { type: "object", ...named, additionalProperties: { type: "boolean" } },
    rules: {
      type: "object",
      ...named,
      properties: Object.fromEntries(names.map((name) => [name, changesOf(name, alerts)]))
    },
    extraLabels: ref("labels"),
    extraAnnotations: mapOf(TEXT, namesBut(OWN_ANNOTATIONS)),
    thresholds: thresholdSchema(config.thresholds)
  };
}
function changesOf(name, alerts) {
  const severities = alerts.filter(({ alert }) => alert === name).map(({ labels }) => labels.severity);
  const stages = [...new Set(severities)];
  const change = (changed, isOne) => ({
    for: ref("duration"),
    keep_firing_for: ref("duration"),
    labels: ref("labels"),
    annotations: ref("annotations"),
    ...changed.length === 1 ? { severity: ref("severity") } : {},
    ...isOne ? { expr: ref("expr") } : {}
  });
  const stageChange = (stage) => object(change([stage], severities.filter((each) => each === stage).length === 1));
  return object({
    ...change(stages, severities.length === 1),
    ...Object.fromEntries(stages.map((stage) => [stage, stageChange(stage)]))
  });
}
function thresholdSchema(value) {
  if (!isObject(value)) return ref(typeof value === "number" ? "number" : "range");
  const fields = Object.entries(value).map(([key, each]) => [key, thresholdSchema(each)]);
  return { ...object(Object.fromEntries(fields)), required: Object.keys(value) };
}
function chartSchema(text, mixin) {
  const schema = JSON.parse(text);
  const settings = settingsOf(mixin);
  schema.properties.prometheusRule = {
    ...object({
      enabled: { type: "boolean" },
      namespace: { type: "string" },
      labels: { type: "object", additionalProperties: TEXT },
      annotations: { type: "object", additionalProperties: TEXT },
      ...settings
    }),
    required: Object.keys(settings),
    definitions: DEFINITIONS
  };
  return `${JSON.stringify(schema, void 0, 2)}
`;
}

// mixin/config-comments.ts
function configComments(text) {
  const comments = /* @__PURE__ */ new Map();
  let around = [];
  let comment2 = [];
  for (const line of text.slice(text.indexOf("_config+:: {")).split("\n").slice(1)) {
    const [, space = "", rest = ""] = /^( *)(.*)/.exec(line) ?? [];
    const note = /^\/\/ ?(.*)$/.exec(rest)?.[1];
    if (note !== void 0) {
      comment2 = [...comment2, note];
      continue;
    }
    const key = /^'?(\w+)'?:/.exec(rest)?.[1];
    if (key !== void 0) {
      around = [...around.filter(({ indent }) => indent < space.length), { indent: space.length, key }];
      const path = around.map((one) => one.key);
      comments.set(path.join("."), comment2.join(" "));
      for (const inner of inlineKeys(rest)) comments.set([...path, ...inner].join("."), "");
    }
    comment2 = [];
  }
  return comments;
}
function inlineKeys(line) {
  const [, object2 = ""] = /^\w+: (\{ .+ \}),?$/.exec(line) ?? [];
  const paths = [];
  let around = [];
  let last = [];
  for (const [token, key] of object2.slice(1).matchAll(/(\w+):|[{}]/g)) {
    if (token === "{") around = last;
    else if (token === "}") around = around.slice(0, -1);
    else {
      last = [...around, key ?? ""];
      paths.push(last);
    }
  }
  return paths;
}
function inFileOrder(object2, comments, around = []) {
  const places = [...comments.keys()];
  const fields = Object.entries(object2).map(([key, value]) => {
    const path = [...around, key];
    const sorted = isObject(value) ? inFileOrder(value, comments, path) : value;
    return { place: places.indexOf(path.join(".")), field: [key, sorted] };
  });
  return Object.fromEntries(fields.sort((one, other) => one.place - other.place).map(({ field }) => field));
}

// mixin/render.ts
import { spawnSync } from "node:child_process";
import { join as join2 } from "node:path";
import * as z from "zod";
var commented = { comment: z.string() };
var severity = z.enum(["critical", "warning", "info"]);
var alertRule = z.looseObject({
  ...commented,
  alert: z.string(),
  title: z.string(),
  expr: z.string(),
  labels: z.looseObject({ severity }),
  annotations: z.record(z.string(), z.string())
});
var recordingRule = z.looseObject({ ...commented, record: z.string(), expr: z.string() });
var rendered = z.strictObject({
  /** `_config` with its defaults. */
  config: z.record(z.string(), z.unknown()),
  alerts: z.array(alertRule),
  rules: z.array(recordingRule)
});
function renderMixin(changes = {}) {
  return rendered.parse(evaluate(["--tla-code", `changes=${JSON.stringify(changes)}`, RENDER]));
}
function renderTemplate() {
  return rendered.parse(evaluate(["--tla-code", "template=true", RENDER]));
}
var RENDER = join2(ROOT, "mixin/render.jsonnet");
function evaluate(args) {
  const { error, status, stdout, stderr } = spawnSync("jsonnet", args, { encoding: "utf8", maxBuffer: 2 ** 26 });
  if (error !== void 0) {
    throw new Error(`the rules are made by jsonnet, which does not start: apt-get install jsonnet (${error.message})`);
  }
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

// documents/markers.ts
function between(document, name, text) {
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from < 0 || to < from) throw new Error(`the document lacks the markers of "${name}"`);
  return `${document.slice(0, from + begin.length)}

${text}
${document.slice(to)}`;
}

// mixin/tables.ts
function mixinReadme(document, { comments, template }) {
  const rows = described(template.config, comments);
  const settings = rows.filter(({ path }) => !path.startsWith(THRESHOLDS));
  const thresholds = rows.filter(({ path }) => path.startsWith(THRESHOLDS));
  const settingRows = settings.map(({ path, value, comment: comment2 }) => row(`\`${path}\``, `\`${shown(value)}\``, comment2));
  const thresholdRows = thresholds.map(({ path, value, comment: comment2 }) => {
    const alerts = alertsWith(template, path).map((name) => `[${name}](../docs/runbooks/${name}.md)`);
    const records = recordsWith(template, path).map((name) => `\`${name}\``);
    return row(
      `\`${path.slice(THRESHOLDS.length)}\``,
      `\`${shown(value)}\``,
      comment2,
      [...alerts, ...records].join(", ")
    );
  });
  const withSettings = between(document, "settings", table(["key", "default", "meaning"], settingRows));
  return between(withSettings, "thresholds", table(["threshold", "default", "meaning", "used by"], thresholdRows));
}
var THRESHOLDS = "thresholds.";
var row = (...cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
function table(heads, rows) {
  return `| ${heads.join(" | ")} |
|${heads.map(() => "---|").join("")}
${rows.join("\n")}
`;
}
function alertsWith({ alerts }, path) {
  return [...new Set(alerts.filter((rule) => depends(rule, path)).map(({ alert }) => alert))];
}
function recordsWith({ rules }, path) {
  return rules.filter((rule) => depends(rule, path)).map(({ record: record2 }) => record2);
}
function depends(rule, path) {
  const text = JSON.stringify(rule);
  return text.includes(`@@${path}@@`) || text.includes(`@@${path}.`);
}
function described(object2, comments, around = []) {
  return Object.entries(object2).flatMap(([key, value]) => {
    const path = [...around, key].join(".");
    const comment2 = comments.get(path) ?? "";
    const fields = isObject(value) ? described(value, comments, [...around, key]) : [];
    if (fields.every((field) => field.comment === "")) return [{ path, value, comment: comment2 }];
    return fields.map((field) => field.comment === "" ? { ...field, comment: comment2 } : field);
  });
}
function shown(value) {
  if (!isObject(value)) return JSON.stringify(value);
  const fields = Object.entries(value).map(([key, each]) => `${key}: ${shown(each)}`);
  return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
}

// mixin/files.ts
var ALERTS_HEAD = `# Alerts of peer-exporter. Only P2PNodeBehindFleet needs rules.yaml. Made from mixin/ by \`npm run rules\`.
#
# A failed scrape ends all series of the exporter immediately. So keep_firing_for (Prometheus 2.42) bridges a gap of 5
# minutes in a firing alert, and \`for\` is long enough, or the range of the expression wide enough, that a single failed
# scrape fires no alert. \`unless\` and \`and\` match on all labels: the series of a node have the same labels, except those
# named in ignoring.
`;
var RULES_HEAD = `# Recording rules of peer-exporter, so that dashboards need not compute these values at every refresh. Made from mixin/ by
# \`npm run rules\`. Names are level:metric:operations. Values of a target keep job, instance and the node's own labels,
# but for those across_exporters; these and values of a chain are over all jobs, for each combination of the nodes' own labels.
`;
var CHART = "charts/peer-exporter";
function ruleFiles() {
  const { alerts, rules } = renderMixin();
  const comments = configComments(textOf("mixin/config.libsonnet"));
  const rendered2 = renderTemplate();
  const template = { ...rendered2, config: inFileOrder(rendered2.config, comments) };
  const alertGroup = { name: "peer-exporter.alerts", rules: alerts };
  const ruleGroup = { name: "peer-exporter.rules", rules };
  const from = (path, make) => ({ path, text: make(textOf(path)) });
  return [
    { path: "prometheus/alerts.yaml", text: ALERTS_HEAD + groupsText([alertGroup]) },
    { path: "prometheus/rules.yaml", text: RULES_HEAD + groupsText([ruleGroup]) },
    from("mixin/README.md", (text) => mixinReadme(text, { comments, template })),
    { path: `${CHART}/files/rules.yaml`, text: chartRules(template) },
    from(`${CHART}/values.yaml`, (text) => chartValues(text, template.config, comments)),
    from(`${CHART}/values.schema.json`, (text) => chartSchema(text, template))
  ];
}

// rules.ts
write(checksFile());
for (const file of ruleFiles()) write(file);
function write({ path, text }) {
  writeFileSync(join3(ROOT, path), text);
  process.stdout.write(`${path}
`);
}
