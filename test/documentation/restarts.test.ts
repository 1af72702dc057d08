import { expect, test } from "vitest";
import { parseAlerts } from "../../tools/prometheus-rules.ts";
import { textOf } from "../../tools/repository.ts";

/** The times of P2PNodeDown, which documents give by chain in minutes, are those of the rules. */

const TITLES: Readonly<Record<string, string>> = {
  antelope: "Antelope",
  chainweb: "Chainweb",
  monero: "Monero",
  wire: "Wire",
  others: "any other",
};

const critical = parseAlerts(textOf("prometheus/alerts.yaml"))
  .flatMap(({ rules }) => rules)
  .filter(({ alert, labels }) => alert === "P2PNodeDown" && labels.severity === "critical")
  .map((rule) => ({
    title: TITLES[rule.labels.chain ?? "others"] ?? "a chain without a title",
    wait: rule.for.replace(/m$/, " minutes"),
    keep: rule.keep_firing_for.replace(/m$/, " minutes"),
  }));

/** The cells of the row whose first cell names a chain. */
function rowOf(document: string, title: string): readonly string[] {
  const rows = textOf(document)
    .split("\n")
    .filter((line) => line.startsWith("| "));
  const cells = rows.map((row) => row.split("|").map((cell) => cell.trim()));
  return cells.find(([, first = ""]) => first.split(", ").includes(title)) ?? [];
}

test.each(critical)("$title: critical after $wait, and for $keep more", ({ title, wait, keep }) => {
  expect(rowOf("docs/runbooks/P2PNodeDown.md", title).slice(2, 4)).toEqual([wait, keep]);
  expect(rowOf("docs/reliability.md", title)).toContain(wait);
});
