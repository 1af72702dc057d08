import { Document, Scalar, visit } from "yaml";
import { wrapped } from "../../src/lib/text/wrap.ts";

/** Rules as text, with comments and line breaks as a person would write them. */

export type Rule = Readonly<Record<string, unknown>> & { readonly comment: string; readonly title?: string };

export type RuleGroup = { readonly name: string; readonly rules: readonly Rule[] };

/** The two groups, each in a file of its own for Prometheus and together in the chart. */
export function ruleGroups({
  alerts,
  rules,
}: Readonly<Record<"alerts" | "rules", readonly Rule[]>>): Readonly<Record<"alerts" | "recordings", RuleGroup>> {
  return {
    alerts: { name: "peer-exporter.alerts", rules: alerts },
    recordings: { name: "peer-exporter.rules", rules },
  };
}

/** Below this many columns a text stays in one line. */
const WIDTH = 118;

export function groupsText(groups: readonly RuleGroup[]): string {
  const document = new Document({
    groups: groups.map(({ name, rules }) => ({
      name,
      rules: rules.map(({ comment: _, title: __, ...rule }) => inOrder(rule)),
    })),
  });
  visit(document, {
    Pair(_, { value }) {
      if (value instanceof Scalar && typeof value.value === "string") Object.assign(value, styleOf(value.value));
    },
  });
  for (const [group, { rules }] of groups.entries()) {
    for (const [index, rule] of rules.entries()) {
      const comment = commentOf(rule);
      if (comment === "") continue;
      const node = document.getIn(["groups", group, "rules", index], true);
      Object.assign(Object(node), { commentBefore: comment, spaceBefore: isTitled(rule) && index > 0 });
    }
  }
  return document.toString({ lineWidth: WIDTH, minContentWidth: 60 });
}

function styleOf(text: string): { readonly type?: Scalar.Type } {
  if (text.includes("\n")) return { type: Scalar.BLOCK_LITERAL };
  if (!text.includes(" ")) return {};
  return { type: text.length > WIDTH ? Scalar.BLOCK_FOLDED : Scalar.PLAIN };
}

const isTitled = ({ title = "" }: Rule): boolean => title !== "";

function commentOf(rule: Rule): string {
  const title = isTitled(rule) ? [`---- ${rule.title} ----`] : [];
  const lines = rule.comment === "" ? [] : wrapped(rule.comment, WIDTH - 8);
  return [...title, ...lines].map((line) => ` ${line}`).join("\n");
}

/** Keys as Prometheus' documentation has them. */
const ORDER = ["alert", "record", "expr", "for", "keep_firing_for", "labels", "annotations"];
const ANNOTATIONS = ["summary", "description", "runbook_url", "dashboard_url"];

function inOrder(rule: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const sorted = byOrder(rule, ORDER);
  const { annotations } = rule;
  return annotations === undefined ? sorted : { ...sorted, annotations: byOrder(Object(annotations), ANNOTATIONS) };
}

/** What the order does not name comes last. */
function byOrder(
  object: Readonly<Record<string, unknown>>,
  order: readonly string[],
): Readonly<Record<string, unknown>> {
  const first = order.filter((key) => Object.hasOwn(object, key));
  const others = Object.keys(object).filter((key) => !order.includes(key));
  return Object.fromEntries([...first, ...others].map((key) => [key, object[key]]));
}
