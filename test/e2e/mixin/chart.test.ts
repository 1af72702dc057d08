import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { type Changes, type RenderedMixin, renderMixin } from "../../../tools/mixin/render.ts";
import { ROOT } from "../../../tools/repository.ts";
import { parseManifests } from "../../kubernetes/manifests.ts";
import { IS_LONG } from "../../support/effort.ts";
import { requireProgram, run, tempFolder } from "../../support/servers.ts";
import { findRenderer } from "../kubernetes/render.ts";
import { groupsOf, jsonnet } from "./support.ts";

const helm = findRenderer("helm");

/** The chart with no more than rules. */
async function template(
  prometheusRule: Changes,
): Promise<{ readonly code: number; readonly stdout: string; readonly output: string }> {
  const values = join(tempFolder(), "values.yaml");
  // As JSON: YAML 1.2 writes "yes" without quotes, which Helm's YAML takes for true.
  writeFileSync(values, JSON.stringify({ enabled: false, prometheusRule: { enabled: true, ...prometheusRule } }));
  const args = ["template", "mine", "charts/peer-exporter", "--kube-version=1.29.0", `--values=${values}`];
  return run(requireProgram("helm"), args, { cwd: ROOT });
}

async function rulesOf(prometheusRule: Changes) {
  const { code, stdout, output } = await template(prometheusRule);
  if (code !== 0) throw new Error(output);
  const [rule, ...others] = parseManifests(stdout);
  if (rule === undefined || others.length > 0) throw new Error(`not one PrometheusRule:\n${stdout}`);
  return rule;
}

/** What could be mistaken for something else by YAML, by Helm's templates or by the chart's own places for values. */
const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 20 }),
  fc.constantFrom(
    "{{ .Values.config }}",
    "{{",
    "@@clusterLabel@@",
    "@@",
    "a: b # c",
    "'",
    '"',
    "yes",
    "1e3",
    " lead",
    "<&>",
  ),
  fc.constantFrom(
    "two\nlines\n",
    "%s %(x)s",
    "\\u003c",
    "null",
    "- a",
    "{{ $labels.target }} at {{ $value }}",
    "",
    "~",
  ),
);

const labels = fc.dictionary(fc.constantFrom("team", "tier", "_a", "b2"), text);
const duration = fc.constantFrom("0", "0m", "90s", "1h30m", "1d", "2w3d", "500ms");
const severity = fc.constantFrom("critical", "warning", "info", "page");
const url = fc.constantFrom(
  "https://wiki.example",
  "http://10.0.0.1:3000/sub",
  "https://wiki.example/@@adviceUrl@@?a={{b}}&c=<d>",
);

/** Beyond 15 digits, jsonnet and Helm may write the same number in two ways. */
const number = fc.oneof(
  fc.integer({ min: 0, max: 2 ** 53 - 1 }),
  fc.double({ min: 1e-5, max: 1000, noNaN: true }).map((value) => Number(value.toPrecision(15))),
  fc.constantFrom(0.1, 2 ** 40, 2 ** 53, 1e-6, 1e15, 1.5),
);

const values = (keys: Readonly<Record<string, fc.Arbitrary<unknown>>>) => fc.record(keys, { requiredKeys: [] });

/** A value like each of these, or none. */
function like(value: unknown): fc.Arbitrary<unknown> {
  if (typeof value === "number") return number;
  if (typeof value === "string") return fc.constantFrom("7m", "90s", "2d", "1h1m1s");
  return values(Object.fromEntries(Object.entries(Object(value)).map(([key, each]) => [key, like(each)])));
}

function changesTo({ alerts, config }: RenderedMixin): fc.Arbitrary<Changes> {
  const names = [...new Set(alerts.map(({ alert }) => alert))];
  const changeOf = (name: string) => {
    const stages = alerts.filter(({ alert }) => alert === name).map((rule) => rule.labels.severity);
    const change = { for: duration, keep_firing_for: duration, labels, annotations: labels };
    const one = { ...change, severity, expr: text.filter((each) => each !== "") };
    const isStaged = new Set(stages).size === stages.length;
    return values({
      ...(stages.length === 1 ? one : change),
      ...Object.fromEntries(stages.map((stage) => [stage, values(isStaged ? one : change)])),
    });
  };
  return values({
    runbookBaseUrl: url,
    adviceUrl: url,
    dashboardBaseUrl: url,
    clusterLabel: fc.constantFrom("cluster", "k8s_cluster"),
    exporterSelector: fc.constantFrom('job="a"', 'job=~"@@x@@|{{ y }}"'),
    disabled: fc.dictionary(fc.constantFrom(...names), fc.boolean(), { maxKeys: 5 }),
    rules: values(Object.fromEntries(names.map((name) => [name, changeOf(name)]))),
    extraLabels: labels,
    extraAnnotations: labels,
    thresholds: like(config.thresholds),
  });
}

describe.skipIf(!helm || jsonnet === undefined)("the chart's prometheusRule", () => {
  let plain: RenderedMixin;

  beforeAll(() => {
    plain = renderMixin();
  });

  test("without changes has the mixin's rules", async () => {
    expect((await rulesOf({})).spec).toEqual({ groups: groupsOf(plain) });
  });

  test("with any changes has the rules that the mixin has with them", { timeout: 300_000 }, async () => {
    const property = fc.asyncProperty(changesTo(plain), async (changes) => {
      const { spec } = await rulesOf(changes);
      expect(spec).toEqual({ groups: groupsOf(renderMixin(changes)) });
    });
    // Each takes seconds, so a failure is shown as it is.
    await fc.assert(property, { numRuns: IS_LONG ? 6 : 2, endOnFailure: true });
  });
});

describe.skipIf(!helm)("the chart's prometheusRule", () => {
  test("has a namespace, labels and annotations of its own", async () => {
    const { metadata } = await rulesOf({
      namespace: "rules",
      labels: { release: "p" },
      annotations: { owner: "{{ me }}" },
    });
    expect(metadata).toMatchObject({ namespace: "rules", annotations: { owner: "{{ me }}" } });
    expect(metadata.labels).toMatchObject({ release: "p", "app.kubernetes.io/name": "peer-exporter" });
  });

  test.each<readonly [Changes, string]>([
    [{ disabled: { typo: true } }, "invalid propertyName 'typo'"],
    [{ disabled: { typo: true } }, "value must be one of 'P2P"],
    [{ disabled: { P2PNodeDown: "true" } }, "/prometheusRule/disabled/P2PNodeDown': got string, want boolean"],
    [{ rules: { typo: {} } }, "value must be one of 'P2P"],
    [
      { rules: { P2PNodePollsSlow: { for: 5 } } },
      "/prometheusRule/rules/P2PNodePollsSlow/for': got number, want string",
    ],
    [{ rules: { P2PNodePollsSlow: { for: "5m1h" } } }, "'5m1h' does not match pattern"],
    [{ rules: { P2PNodePollsSlow: { for: "" } } }, "/prometheusRule/rules/P2PNodePollsSlow/for': minLength"],
    [{ rules: { P2PNodePollsSlow: { severity: "Critical" } } }, "'Critical' does not match pattern"],
    [{ rules: { P2PNodePollsSlow: { labels: { instance: "a" } } } }, "invalid propertyName 'instance'"],
    [{ extraLabels: { chain: "a" } }, "invalid propertyName 'chain'"],
    [{ exporterSelector: "job=peers" }, "/prometheusRule/exporterSelector': "],
    [{ namespace: "a.b" }, "/prometheusRule/namespace': "],
    [{ labels: { release: "two words" } }, "/prometheusRule/labels/release': "],
    [{ rules: { P2PNodePollsSlow: { fors: "5m" } } }, "additional properties 'fors' not allowed"],
    [{ rules: { P2PNodePollsSlow: { info: {} } } }, "additional properties 'info' not allowed"],
    [{ rules: { P2PNodeNoPeers: { severity: "info" } } }, "additional properties 'severity' not allowed"],
    [{ rules: { P2PNodePollsSlow: { labels: { severity: "info" } } } }, "invalid propertyName 'severity'"],
    [{ extraLabels: { "a-b": "" } }, "invalid propertyName 'a-b'"],
    [{ extraAnnotations: { summary: "" } }, "invalid propertyName 'summary'"],
    [
      { thresholds: { fewPeers: { monero: "6" } } },
      "/prometheusRule/thresholds/fewPeers/monero': got string, want number",
    ],
    [{ thresholds: { fewPeers: { monero: -1 } } }, "/prometheusRule/thresholds/fewPeers/monero': "],
    [
      { thresholds: { fewPeers: { monero: null } } },
      "prometheusRule.thresholds.fewPeers.monero: leave it out for its default",
    ],
    [{ thresholds: { head: null } }, "prometheusRule.thresholds.head: leave it out for its default"],
    [{ thresholds: { fewPeer: {} } }, "additional properties 'fewPeer' not allowed"],
    [{ dashboardBaseUrl: "https://grafana.example/" }, "does not match pattern"],
    [{ clusterLabel: "my-cluster" }, "does not match pattern"],
    [{ exporterSelector: "" }, "/prometheusRule/exporterSelector': minLength"],
    [{ runbookURL: "x" }, "additional properties 'runbookURL' not allowed"],
  ])("refuses %j", async (changes, message) => {
    const { code, output } = await template(changes);
    expect(code).not.toBe(0);
    expect(output).toContain(message);
  });
});
