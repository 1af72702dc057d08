import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { chartValues } from "../../../tools/mixin/chart.ts";
import { configComments, inFileOrder } from "../../../tools/mixin/config-comments.ts";
import type { RenderedMixin } from "../../../tools/mixin/render.ts";
import { groupsText } from "../../../tools/mixin/rule-text.ts";
import { alertsWith, described, mixinReadme, recordsWith } from "../../../tools/mixin/tables.ts";

const CONFIG = `{
  _config+:: {
    // Where
    // it is.
    url: 'http://a: {b}',
    // Of all alerts.

    thresholds: {
      // How few.
      fewPeers: { wire: 2, monero: 6 },
      churn: {
        // By severity.
        perHour: { warning: { a: 3 }, critical: 20 },
        range: '1h',
      },
    },
  },
}
`;

const config = {
  thresholds: {
    churn: { perHour: { critical: 20, warning: { a: 3 } }, range: "1h" },
    fewPeers: { monero: 6, wire: 2 },
  },
  url: "http://a: {b}",
};

const template: RenderedMixin = {
  config,
  alerts: [
    {
      alert: "FewPeers",
      title: "Peers",
      comment: "Few.",
      expr: "peers < @@thresholds.fewPeers.wire@@",
      labels: { severity: "warning" },
      annotations: { summary: "Few | none." },
    },
  ],
  rules: [{ record: "a:b:c", comment: "", expr: "rate(x[@@thresholds.churn.range@@])" }],
};

describe("comments of config.libsonnet", () => {
  const comments = configComments(CONFIG);

  test("belong to the key below them, if there is no empty line between", () => {
    expect([...comments].filter(([, comment]) => comment !== "")).toEqual([
      ["url", "Where it is."],
      ["thresholds.fewPeers", "How few."],
      ["thresholds.churn.perHour", "By severity."],
    ]);
  });

  test("give the order of keys, also of those in one line", () => {
    expect(JSON.stringify(inFileOrder(config, comments))).toBe(
      '{"url":"http://a: {b}","thresholds":{"fewPeers":{"wire":2,"monero":6},' +
        '"churn":{"perHour":{"warning":{"a":3},"critical":20},"range":"1h"}}}',
    );
  });

  test("describe a key, or its fields one by one", () => {
    expect(described(inFileOrder(config, comments), comments)).toEqual([
      { path: "url", value: config.url, comment: "Where it is." },
      { path: "thresholds.fewPeers", value: config.thresholds.fewPeers, comment: "How few." },
      { path: "thresholds.churn.perHour", value: config.thresholds.churn.perHour, comment: "By severity." },
      { path: "thresholds.churn.range", value: "1h", comment: "" },
    ]);
  });

  test("are in the tables, with the rules that use the key", () => {
    const markers = ["settings", "thresholds"]
      .map((name) => `<!-- ${name}: begin -->\n<!-- ${name}: end -->`)
      .join("\n");
    const text = mixinReadme(markers, { comments, template });
    expect(text).toContain('| `url` | `"http://a: {b}"` | Where it is. |');
    expect(text).toContain("| How few. | [FewPeers](../docs/runbooks/FewPeers.md) |");
    expect(text).toContain('| `churn.range` | `"1h"` |  | `a:b:c` |');
  });

  test("are above their values in the chart", () => {
    const [begin, end] = [
      "  # ---- Made from mixin/config.libsonnet by `npm run rules` ----",
      "  # ---- Until here ----",
    ];
    const text = chartValues(`rules:\n${begin}\n  old: 1\n${end}\nlast: 1\n`, config, comments);
    expect(parse(text)).toEqual({ rules: config, last: 1 });
    expect(text).toContain("    # How few.\n    fewPeers: {monero: 6, wire: 2}\n");
    expect(() => chartValues(`${end}\n${begin}\n`, config, comments)).toThrow("lacks the marks");
  });
});

test("rules depend on a key if they have it, or a key within it, and not on one that only begins alike", () => {
  expect(alertsWith(template, "thresholds.fewPeers.wire")).toEqual(["FewPeers"]);
  expect(alertsWith(template, "thresholds.fewPeers")).toEqual(["FewPeers"]);
  expect(alertsWith(template, "thresholds.few")).toEqual([]);
  expect(recordsWith(template, "thresholds.churn")).toEqual(["a:b:c"]);
});

test("rules have titles and comments, and are what they were", () => {
  const long = "many words and ".repeat(20).trim();
  const alert = { annotations: { zebra: "1", summary: long }, expr: "a\n  and b", alert: "A" };
  const groups = [
    { name: "one", rules: [{ comment: "", record: "r", expr: "@x" }] },
    {
      name: "two",
      rules: [
        { ...alert, title: "First", comment: long },
        { ...alert, title: "Second", comment: "" },
      ],
    },
  ];
  const text = groupsText(groups);
  expect(parse(text)).toEqual({
    groups: [
      { name: "one", rules: [{ record: "r", expr: "@x" }] },
      { name: "two", rules: [alert, alert] },
    ],
  });
  expect(text).toContain("\n      # ---- First ----\n      # many words and");
  expect(text).toContain(
    "\n\n      # ---- Second ----\n      - alert: A\n        expr: |-\n          a\n            and b\n",
  );
  expect(text.indexOf("summary")).toBeLessThan(text.indexOf("zebra"));
  for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(120);
});
