import { expect, test } from "vitest";
import { parse } from "yaml";
import { loadAssets } from "../../src/documents/assets.ts";
import { listRules } from "../../src/documents/rules-list.ts";
import { parseAlerts } from "../../tools/prometheus-rules.ts";
import { textOf } from "../../tools/repository.ts";

test("the list has every alert of the file with its severities and waits, and every recorded series", async () => {
  const listed = listRules((await loadAssets()).rules());
  const rules = parseAlerts(textOf("prometheus/alerts.yaml")).flatMap((group) => group.rules);
  const expected = [...new Set(rules.map(({ alert }) => alert))].map((name) => {
    const own = rules.filter(({ alert }) => alert === name);
    return {
      name,
      severities: [...new Set(own.map(({ labels }) => labels.severity))],
      waits: [...new Set(own.map((rule) => rule.for))],
    };
  });
  expect(listed.flatMap(({ alerts }) => alerts)).toEqual(expected);
  const groups: { name: string; rules: { record: string }[] }[] = parse(textOf("prometheus/rules.yaml")).groups;
  expect(listed.flatMap(({ records }) => records)).toEqual([
    ...new Set(groups.flatMap((group) => group.rules.map(({ record }) => record))),
  ]);
});

test("the name of a group is not taken for that of an alert", () => {
  const yaml =
    "groups:\n  - name: a\n    rules:\n      - alert: B\n        for: 1m\n        labels:\n          severity: info\n";
  expect(listRules(yaml)).toEqual([
    { name: "a", alerts: [{ name: "B", severities: ["info"], waits: ["1m"] }], records: [] },
  ]);
});
