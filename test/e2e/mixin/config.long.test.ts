import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { isObject } from "../../../src/lib/json.ts";
import {
  type Changes,
  evaluate,
  type RenderedMixin,
  renderMixin,
  renderTemplate,
} from "../../../tools/mixin/render.ts";
import { alertsWith } from "../../../tools/mixin/tables.ts";
import { ROOT } from "../../../tools/repository.ts";
import { findServer, run, tempFolder } from "../../support/servers.ts";
import { groupsOf, jsonnet, leavesOf, nested } from "./support.ts";

const promtool = findServer("promtool", "apt-get install prometheus");

/** What jsonnet says of the changes. */
function refusal(changes: Changes): string {
  try {
    renderMixin(changes);
  } catch (error) {
    return String(error);
  }
  return "";
}

describe.skipIf(jsonnet === undefined)("lib.number", () => {
  const CASES: readonly (readonly [value: string, text: string])[] = [
    ["0.1", "0.1"],
    ["std.pow(2, 40)", "1099511627776"],
    ["std.pow(2, 53)", "9007199254740992"],
    ["0", "0"],
    ["-5", "-5"],
    ["-0.125", "-0.125"],
    ["5e3", "5000"],
    ["1e-6", "0.000001"],
    ["1234567.125", "1234567.125"],
    ["0.1 + 0.2", "0.30000000000000004"],
    ["'@@a@@'", "@@a@@"],
  ];

  test("gives texts with as few digits as give the number back", () => {
    const lib = join(ROOT, "mixin/lib/rule.libsonnet");
    const code = `[(import '${lib}').number(value) for value in [${CASES.map(([value]) => value).join(", ")}]]`;
    expect(evaluate(["-e", code])).toEqual(CASES.map(([, text]) => text));
  });
});

describe.skipIf(jsonnet === undefined)("lib.fill", () => {
  const fill = (text: string, values: string) =>
    evaluate(["-e", `(import '${join(ROOT, "mixin/lib/rule.libsonnet")}').fill('${text}', ${values})`]);

  test("does what the operator % does", () => {
    const cases = [
      ["%(a)s%(b)s of %(a)s", "{ a: '%(b)s', b: ')s' }"],
      ["(s)s %% %%(a)s %(a)s %q", "{ a: '%%' }"],
      ["%s and %s %%s", "['%s', 1]"],
      ["%s", "'one'"],
      ["%(a)s", "{ a: 2 }"],
      ["none", "{}"],
    ] as const;
    const lib = join(ROOT, "mixin/lib/rule.libsonnet");
    // The operator knows no %q.
    const operator = cases.map(([text, values]) => `'${text.replace("%q", "%%q")}' % ${values}`);
    const own = cases.map(([text, values]) => `lib.fill('${text}', ${values})`);
    const code = `local lib = import '${lib}'; { own: [${own.join(", ")}], operator: [${operator.join(", ")}] }`;
    const made = z.object({ own: z.unknown(), operator: z.unknown() }).parse(evaluate(["-e", code]));
    expect(made.own).toEqual(made.operator);
  });

  test("is an error with a value too few or too many", () => {
    expect(() => fill("%s %s", "['a']")).toThrow("not one value for each place of %s %s");
    expect(() => fill("%s", "['a', 'b']")).toThrow("not one value for each place");
    expect(() => fill("%(a)s", "{ b: 1 }")).toThrow("a");
  });
});

describe.skipIf(jsonnet === undefined)("changes to _config", () => {
  let plain: RenderedMixin;

  beforeAll(() => {
    plain = renderMixin();
  });

  const others = (rendered: RenderedMixin, name: string) => rendered.alerts.filter(({ alert }) => alert !== name);

  test("a switched-off alert is missing, all others are the same", () => {
    const changed = renderMixin({ disabled: { P2PNodePollsSlow: true, P2PNodeDown: false } });
    expect(changed.alerts).toEqual(others(plain, "P2PNodePollsSlow"));
    expect(changed.rules).toEqual(plain.rules);
  });

  test("changes to an alert are in it alone", () => {
    const changed = renderMixin({
      rules: {
        P2PNodePollsSlow: {
          for: "1h30m",
          keep_firing_for: "0",
          severity: "info",
          expr: "p2p_node_up == 2",
          labels: { team: "chain" },
          annotations: { summary: "Slow.", channel: "#chain" },
          warning: { for: "2h", labels: { stage: "1" } },
        },
      },
    });
    expect(others(changed, "P2PNodePollsSlow")).toEqual(others(plain, "P2PNodePollsSlow"));
    const [old] = plain.alerts.filter(({ alert }) => alert === "P2PNodePollsSlow");
    expect(changed.alerts.filter(({ alert }) => alert === "P2PNodePollsSlow")).toEqual([
      {
        ...old,
        for: "2h",
        keep_firing_for: "0",
        expr: "p2p_node_up == 2",
        labels: { severity: "info", team: "chain", stage: "1" },
        annotations: { ...old?.annotations, summary: "Slow.", channel: "#chain" },
      },
    ]);
  });

  test("extra labels and annotations are on every alert, and give way to those of one", () => {
    const changed = renderMixin({
      extraLabels: { team: "chain" },
      extraAnnotations: { channel: "#chain" },
      rules: { P2PNodeNoPeers: { labels: { team: "" }, annotations: { channel: "" } } },
    });
    for (const { alert, labels, annotations } of changed.alerts) {
      const is = alert === "P2PNodeNoPeers" ? ["", ""] : ["chain", "#chain"];
      expect([labels.team, annotations.channel], alert).toEqual(is);
    }
  });

  test("of a threshold change the expressions and texts of its alerts alone", () => {
    const template = renderTemplate();
    const leaves = leavesOf(plain.config.thresholds, ["thresholds"]);
    const some = leaves.filter((_, index) => index % Math.ceil(leaves.length / 4) === 0);
    const changed = renderMixin(some.map(({ path, value }) => nested(path, other(value))).reduce(merged, {}));
    const differ = plain.alerts.filter((rule, index) => JSON.stringify(rule) !== JSON.stringify(changed.alerts[index]));
    const expected = some.flatMap(({ path }) => alertsWith(template, path.join(".")));
    expect(expected.length).toBeGreaterThan(2);
    expect(new Set(differ.map(({ alert }) => alert))).toEqual(new Set(expected));
  });

  test.skipIf(promtool === undefined)("of everything give rules that promtool takes", async () => {
    const thresholds = leavesOf(plain.config.thresholds).map(({ path, value }) => nested(path, other(value)));
    const names = [...new Set(plain.alerts.map(({ alert }) => alert))];
    const changed = renderMixin({
      runbookBaseUrl: "https://wiki.example/runbooks",
      adviceUrl: "https://wiki.example/advice?page=1",
      dashboardBaseUrl: "https://grafana.example/sub",
      clusterLabel: "k8s_cluster",
      exporterSelector: 'job="peers", env=~"a{2}"',
      rules: Object.fromEntries(names.map((name) => [name, { for: "1d2h3m", keep_firing_for: "90s" }])),
      extraLabels: { team: "chain" },
      extraAnnotations: { channel: "{{ $labels.team }}" },
      thresholds: thresholds.reduce(merged, {}),
    });
    const texts = groupsOf(changed).flatMap(({ rules }) => rules.map((rule) => JSON.stringify(rule)));
    const same = new Set(groupsOf(plain).flatMap(({ rules }) => rules.map((rule) => JSON.stringify(rule))));
    expect(texts.filter((text) => same.has(text) && text.includes('"alert"'))).toEqual([]);
    const file = join(tempFolder(), "rules.yaml");
    writeFileSync(file, JSON.stringify({ groups: groupsOf(changed) }));
    const { code, output } = await run(promtool ?? "", ["check", "rules", "--lint-fatal", file]);
    expect(code, output).toBe(0);
  });

  test("can have a severity of the team's own, also for one stage", () => {
    const { alerts } = renderMixin({
      rules: { P2PNodePollsSlow: { severity: "ticket" }, P2PNodeNoPeers: { critical: { severity: "page" } } },
    });
    const severities = (name: string) =>
      alerts.flatMap(({ alert, labels }) => (alert === name ? [labels.severity] : []));
    expect(severities("P2PNodePollsSlow")).toEqual(["ticket"]);
    expect(severities("P2PNodeNoPeers").sort()).toEqual(["page", "warning"]);
  });

  test("can add a chain, which then has its own number", () => {
    const { alerts } = renderMixin({ thresholds: { fewPeers: { solana: 7, monero: 8 } } });
    const [rule] = alerts.filter(({ alert }) => alert === "P2PNodeFewPeers");
    expect(rule?.expr).toContain('{chain="solana"}) < 7');
    expect(rule?.expr).toContain('{chain="monero"}) < 8');
    expect(others({ ...plain, alerts }, "P2PNodeFewPeers")).toEqual(others(plain, "P2PNodeFewPeers"));
  });

  test("in jsonnet keep what they do not name", () => {
    const change =
      "{ _config+:: { thresholds+: { fewPeers+: { monero: 8 } }, rules+: { P2PNodeDown+: { 'for': '1h' } } } }";
    const expressions =
      "[rule.expr for rule in mixin.prometheusAlerts.groups[0].rules if rule.alert == 'P2PNodeFewPeers']";
    const code = `local mixin = (import 'mixin/mixin.libsonnet') + ${change}; ${expressions}`;
    const [before] = plain.alerts.filter(({ alert }) => alert === "P2PNodeFewPeers");
    expect(before?.expr).toContain('{chain="monero"}) < 6');
    expect(evaluate(["-J", ROOT, "-e", code])).toEqual([before?.expr.replace("< 6", "< 8")]);
  });
});

/** Another value of the same kind. */
function other(value: unknown): unknown {
  return typeof value === "number" ? value + 1.5 : "91m";
}

function merged(one: Record<string, unknown>, two: Record<string, unknown>): Record<string, unknown> {
  const both = Object.entries(two).map(([key, value]) => {
    const old = one[key];
    return [key, isObject(old) && isObject(value) ? merged({ ...old }, { ...value }) : value];
  });
  return { ...one, ...Object.fromEntries(both) };
}

describe.skipIf(jsonnet === undefined)("mistakes in _config are refused, all at once", () => {
  const NO_DURATION = ': a duration is a text with units, such as "90s", "10m" or "1h30m"';

  // In the order of their sentences, of which only the beginning may be here.
  test.each<readonly [string, Changes, readonly string[]]>([
    [
      "settings",
      {
        adviceUrl: "wiki",
        clusterLabel: "my-cluster",
        dashboardBaseUrl: "https://grafana.example/",
        exporterSelector: "",
        extraAnnotations: { summary: "x" },
        extraLabels: { severity: "info", tier: 1 },
        runbookURL: "x",
      },
      [
        'adviceUrl is "wiki": it must be a URL with http:// or https://, without a slash at its end',
        'clusterLabel is "my-cluster": it must be the name of a label',
        'dashboardBaseUrl is "https://grafana.example/": it must be a URL',
        'exporterSelector is "": it must be matchers of labels, such as ',
        "extraAnnotations.summary: every alert has its own: set it in rules.NAME.annotations",
        "extraLabels.severity: set severity in rules.NAME",
        "extraLabels.tier is 1: it must be a text in quotes",
        "runbookURL: there is no such setting. There is adviceUrl, clusterLabel,",
      ],
    ],
    [
      "names of alerts",
      {
        disabled: { P2PNodeDown: "true", typo: true },
        rules: { P2PNodeFewPeer: { for: "1h" }, P2PNodeNoPeers: "1h", P2PNodePollsSlow: { info: {}, fors: "5m" } },
      },
      [
        'disabled.P2PNodeDown is "true": it must be true or false',
        "disabled.typo: there is no alert of that name. The alerts are P2P",
        "rules.P2PNodeFewPeer: there is no alert of that name. The alerts are P2P",
        'rules.P2PNodeNoPeers is "1h": it must be an object of changes',
        "rules.P2PNodePollsSlow.fors: there is no such setting. A rule has annotations, expr, for,",
        "rules.P2PNodePollsSlow.info: this alert has no rule with that severity, it has warning",
      ],
    ],
    [
      "changes to alerts",
      {
        rules: {
          P2PConnectionsMalformed: {
            for: "1h 5m",
            severity: "Page",
            labels: { "a-b": "", instance: "a", severity: "info" },
          },
          P2PNodeNoPeers: { expr: "up", severity: "info", critical: { for: "5m1h" } },
          P2PNodePollsSlow: { for: 5, keep_firing_for: "", labels: "x", expr: "" },
        },
      },
      [
        `rules.P2PConnectionsMalformed.for is "1h 5m"${NO_DURATION}`,
        "rules.P2PConnectionsMalformed.labels.a-b is no name that Prometheus takes: letters, digits and underscores",
        "rules.P2PConnectionsMalformed.labels.instance: the label is that of the node or exporter",
        "rules.P2PConnectionsMalformed.labels.severity: set severity in rules.NAME",
        'rules.P2PConnectionsMalformed.severity is "Page": it must be critical, warning, info or one of your own',
        "rules.P2PNodeNoPeers.expr would make 2 rules of this alert the same. Say which: _config.rules.P2PNodeNoPeers.critical.expr, ",
        "rules.P2PNodeNoPeers.severity would make 2 rules of this alert the same. Say which: ",
        `rules.P2PNodeNoPeers.critical.for is "5m1h"${NO_DURATION}`,
        'rules.P2PNodePollsSlow.expr is "": it must be an expression in quotes',
        `rules.P2PNodePollsSlow.for is 5${NO_DURATION}`,
        `rules.P2PNodePollsSlow.keep_firing_for is ""${NO_DURATION}`,
        'rules.P2PNodePollsSlow.labels is "x": it must be an object of names and texts',
      ],
    ],
    [
      "thresholds",
      {
        thresholds: {
          eventLoopSlow: { seconds: "0.1" },
          fewPeer: 1,
          fewPeers: { "a b": 1, kadena: true, monero: -1, wire: 1e300 },
          peerChurn: 3,
          peersConcentrated: { shares: 1 },
        },
      },
      [
        'thresholds.eventLoopSlow.seconds is "0.1": it must be a number, 0 or from 0.000001 to 2^53, without quotes',
        "thresholds.fewPeer: there is no such threshold. There is ",
        "thresholds.fewPeers.a b: this is no name of a chain",
        "thresholds.fewPeers.kadena is true: it must be a number",
        "thresholds.fewPeers.monero is -1: it must be a number",
        "thresholds.fewPeers.wire is ",
        "thresholds.peerChurn is 3: it must be an object of disconnectsPerHour",
        "thresholds.peersConcentrated.shares: there is no such threshold. There is peers, share",
      ],
    ],
  ])("%s", (_, changes, sentences) => {
    const lines = refusal(changes).split("\n");
    expect(lines[0]).toContain("the mixin cannot use this _config (mixin/README.md):");
    const problems = lines.filter((line) => line.startsWith("- "));
    expect(problems.map((line, index) => line.slice(0, `- _config.${sentences[index] ?? ""}`.length))).toEqual(
      sentences.map((sentence) => `- _config.${sentence}`),
    );
  });

  test("what `:` instead of `+:` leaves out", () => {
    const rules = (change: string) =>
      evaluate(["-J", ROOT, "-e", `((import 'mixin/mixin.libsonnet') + ${change}).prometheusRules`]);
    expect(() => rules("{ _config+:: { thresholds+: { certificateDays: {} } } }")).toThrow(
      "_config.thresholds.certificateDays.warning is missing: write _config.thresholds.certificateDays+: {…}, which keeps the others",
    );
    expect(() => rules("{ _config:: {} }")).toThrow("_config.adviceUrl is missing: write _config+:: {…}");
  });
});
