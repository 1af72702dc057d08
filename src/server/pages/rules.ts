import { documentUrl } from "../../documents/pointers.ts";
import { type AlertEntry, listRules, type RuleGroup } from "../../documents/rules-list.ts";
import type { Steps } from "../../lib/slices.ts";
import { troubleBadge } from "./format.ts";
import { type Markup, markup, NOTHING } from "./markup.ts";
import { sourceActions, sourceSteps, yamlLine } from "./source.ts";
import { table } from "./table.ts";

/** The page of the rules for Prometheus: what is in the file, then the file. */

type RulesPageOptions = {
  readonly yaml: string;
  /** What an alert means, in a line; undefined: it has no runbook. */
  readonly meaningOf: (alert: string) => string | undefined;
  readonly linkPrefix: string;
};

export function* rulesSteps({ yaml, meaningOf, linkPrefix }: RulesPageOptions): Steps<Markup> {
  const groups = listRules(yaml);
  yield;
  const source = yield* sourceSteps(yaml, "The rules as YAML", createAnchors());
  const alertsFirst = [...groups].sort((a, b) => b.alerts.length - a.alerts.length);
  const alerting = documentUrl(linkPrefix, "alerting");
  return markup`<h1>Rules</h1>
<p>Recording rules and alerts for Prometheus, in one file for <code>rule_files</code>. <a href="${alerting}">How to use and change them</a></p>
${sourceActions(`${linkPrefix}/rules?format=yaml`, "peer-exporter-rules.yaml")}
${alertsFirst.map((group) => groupPart(group, meaningOf, linkPrefix))}
<h2 id="file">The file</h2>
${source}`;
}

/** The first line that names a rule can be linked to: several rules have the name of one alert. */
function createAnchors(): (line: string) => Markup {
  const seen = new Set<string>();
  return (line) => {
    const [, begin, name] = /^( {6}- (?:alert|record): )(\S+)$/.exec(line) ?? [];
    if (name === undefined) return yamlLine(line);
    const id = seen.has(name) ? NOTHING : markup` id="${anchorOf(name)}"`;
    seen.add(name);
    return markup`${begin}<span class="name"${id}>${name}</span>`;
  };
}

function anchorOf(rule: string): string {
  return `rule-${rule}`;
}

function groupPart(
  { name, alerts, records }: RuleGroup,
  meaningOf: RulesPageOptions["meaningOf"],
  linkPrefix: string,
): Markup {
  return markup`<h2>${name}</h2>
${alerts.length === 0 ? NOTHING : alertsTable(name, alerts, meaningOf, linkPrefix)}${
  records.length === 0
    ? NOTHING
    : markup`<ul class="records">${records.map((record) => markup`<li><a href="#${anchorOf(record)}"><code>${record}</code></a></li>\n`)}</ul>`
}
`;
}

function alertsTable(
  group: string,
  alerts: readonly AlertEntry[],
  meaningOf: RulesPageOptions["meaningOf"],
  linkPrefix: string,
): Markup {
  return table<AlertEntry>({
    caption: `The ${alerts.length} alerts of ${group}. Their names lead to their runbooks.`,
    columns: [
      {
        key: "alert",
        title: "Alert",
        isRowHeader: true,
        cell: ({ name }) =>
          meaningOf(name) === undefined
            ? markup`${name}`
            : markup`<a href="${documentUrl(linkPrefix, `runbooks/${name}`)}">${name}</a>`,
      },
      { key: "severity", title: "Severity", cell: ({ severities }) => markup`${severities.map(severity)}` },
      { key: "waits", title: "Waits", cell: ({ waits }) => markup`${waits.join(", ")}` },
      { key: "meaning", title: "Meaning", isWide: true, cell: ({ name }) => markup`${meaningOf(name)}` },
      {
        key: "rule",
        title: "Rule",
        cell: ({ name }) => markup`<a href="#${anchorOf(name)}" aria-label="show rule ${name}">show</a>`,
      },
    ],
    rows: alerts,
  });
}

function severity(name: string): Markup {
  const level = name === "critical" || name === "warning" ? name : "waiting";
  return markup`${troubleBadge(level, name)} `;
}
