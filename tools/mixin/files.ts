import { type GeneratedFile, textOf } from "../repository.ts";
import { chartRules, chartSchema, chartValues } from "./chart.ts";
import { configComments, inFileOrder } from "./config-comments.ts";
import { renderMixin, renderTemplate } from "./render.ts";
import { groupsText, ruleGroups } from "./rule-text.ts";
import { mixinReadme } from "./tables.ts";

/** The files that the mixin makes, for those who have no jsonnet. */

const ALERTS_HEAD = `# Alerts of peer-exporter. Only P2PNodeBehindFleet needs rules.yaml. Made from mixin/ by \`npm run rules\`.
#
# A failed scrape ends all series of the exporter immediately. So keep_firing_for (Prometheus 2.42) bridges a gap of 5
# minutes in a firing alert, and \`for\` is long enough, or the range of the expression wide enough, that a single failed
# scrape fires no alert. \`unless\` and \`and\` match on all labels: the series of a node have the same labels, except those
# named in ignoring.
`;

const RULES_HEAD = `# Recording rules of peer-exporter, so that dashboards need not compute these values at every refresh. Made from mixin/ by
# \`npm run rules\`. Names are level:metric:operations. Values of a target keep job, instance and the node's own labels,
# but for those across_exporters; these and values of a chain are over all jobs, for each combination of the nodes' own labels.
`;

const CHART = "charts/peer-exporter";

/** @throws Error when jsonnet is missing or does not take the mixin */
export function ruleFiles(): readonly GeneratedFile[] {
  const { alerts, recordings } = ruleGroups(renderMixin());
  const comments = configComments(textOf("mixin/config.libsonnet"));
  const rendered = renderTemplate();
  const template = { ...rendered, config: inFileOrder(rendered.config, comments) };
  const from = (path: string, make: (text: string) => string) => ({ path, text: make(textOf(path)) });
  return [
    { path: "prometheus/alerts.yaml", text: ALERTS_HEAD + groupsText([alerts]) },
    { path: "prometheus/rules.yaml", text: RULES_HEAD + groupsText([recordings]) },
    from("mixin/README.md", (text) => mixinReadme(text, { comments, template })),
    { path: `${CHART}/files/rules.yaml`, text: chartRules(template) },
    from(`${CHART}/values.yaml`, (text) => chartValues(text, template.config, comments)),
    from(`${CHART}/values.schema.json`, (text) => chartSchema(text, template)),
  ];
}
