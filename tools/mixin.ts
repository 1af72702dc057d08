import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { Document, Scalar, visit } from "yaml";
import * as z from "zod";
import { type GeneratedFile, ROOT } from "./repository.ts";

/** The rules that mixin/ makes, by Debian's jsonnet, and their files for those who have none. */

const commented = { comment: z.string() };

const rendered = z.strictObject({
  /** `_config`, with the changes. */
  config: z.record(z.string(), z.unknown()),
  alerts: z.array(z.looseObject({ ...commented, alert: z.string(), title: z.string() })),
  rules: z.array(z.looseObject({ ...commented, record: z.string() })),
});

export type RenderedMixin = z.infer<typeof rendered>;

/**
 * @param changes to `_config`
 * @throws Error when jsonnet is missing or does not take the mixin
 */
export function renderMixin(changes: Readonly<Record<string, unknown>> = {}): RenderedMixin {
  const args = ["--tla-code", `changes=${JSON.stringify(changes)}`, join(ROOT, "mixin/render.jsonnet")];
  const { error, status, stdout, stderr } = spawnSync("jsonnet", args, { encoding: "utf8", maxBuffer: 2 ** 26 });
  if (error !== undefined) throw new Error(`jsonnet does not start: apt-get install jsonnet (${error.message})`);
  if (status !== 0) throw new Error(`jsonnet refuses mixin/render.jsonnet:\n${stderr}`);
  return rendered.parse(JSON.parse(stdout));
}

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

/** prometheus/alerts.yaml and prometheus/rules.yaml. */
export function ruleFiles(): readonly GeneratedFile[] {
  const { alerts, rules } = renderMixin();
  return [
    { path: "prometheus/alerts.yaml", text: ALERTS_HEAD + groupText("peer-exporter.alerts", alerts) },
    { path: "prometheus/rules.yaml", text: RULES_HEAD + groupText("peer-exporter.rules", rules) },
  ];
}

type Rule = Readonly<Record<string, unknown>> & { readonly comment: string; readonly title?: string };

/** Below this many columns a text stays in one line. */
const WIDTH = 118;

function groupText(name: string, rules: readonly Rule[]): string {
  const document = new Document({
    groups: [{ name, rules: rules.map(({ comment: _, title: __, ...rule }) => inOrder(rule)) }],
  });
  visit(document, {
    Pair(_, pair) {
      if (!(pair.value instanceof Scalar) || typeof pair.value.value !== "string") return;
      if (pair.value.value.includes("\n")) pair.value.type = Scalar.BLOCK_LITERAL;
      else if (pair.value.value.includes(" ")) {
        pair.value.type = pair.value.value.length > WIDTH ? Scalar.BLOCK_FOLDED : Scalar.PLAIN;
      }
    },
  });
  for (const [index, { comment, title = "" }] of rules.entries()) {
    const node = document.getIn(["groups", 0, "rules", index], true);
    const heading = title === "" ? [] : [` ---- ${title} ----`];
    const lines = [...heading, ...(comment === "" ? [] : wrapped(comment, WIDTH - 8).map((line) => ` ${line}`))];
    if (lines.length > 0)
      Object.assign(Object(node), { commentBefore: lines.join("\n"), spaceBefore: heading.length > 0 && index > 0 });
  }
  return document.toString({ lineWidth: WIDTH, minContentWidth: 60 });
}

/** Keys as Prometheus' documentation has them. */
const ORDER = ["alert", "record", "expr", "for", "keep_firing_for", "labels", "annotations"];
const ANNOTATIONS = ["summary", "description", "runbook_url", "dashboard_url"];

function inOrder(rule: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const sorted = byOrder(rule, ORDER);
  const { annotations } = rule;
  return annotations === undefined ? sorted : { ...sorted, annotations: byOrder(Object(annotations), ANNOTATIONS) };
}

function byOrder(
  object: Readonly<Record<string, unknown>>,
  order: readonly string[],
): Readonly<Record<string, unknown>> {
  const rank = (key: string) => (order.indexOf(key) + order.length + 1) % (order.length + 1);
  return Object.fromEntries(Object.entries(object).sort(([one], [other]) => rank(one) - rank(other)));
}

function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
