import * as z from "zod";

/** Relabelling as Prometheus does it (model/relabel), for the actions that documents use. */

const step = z.strictObject({
  source_labels: z.array(z.string()).default([]),
  separator: z.string().default(";"),
  regex: z.string().default("(.*)"),
  target_label: z.string().default(""),
  replacement: z.string().default("$1"),
  action: z.enum(["replace", "keep", "drop"]).default("replace"),
});

export const relabelling = z.array(step);

type Labels = ReadonlyMap<string, string>;

/** @returns undefined where the series is dropped. An empty label is none. */
export function relabel(labels: Labels, steps: z.infer<typeof relabelling>): Labels | undefined {
  let current: Labels | undefined = labels;
  for (const one of steps) current = current === undefined ? undefined : apply(current, one);
  return current;
}

function apply(labels: Labels, one: z.infer<typeof step>): Labels | undefined {
  const text = one.source_labels.map((name) => labels.get(name) ?? "").join(one.separator);
  const found = new RegExp(`^(?:${one.regex})$`, "s").exec(text);
  if (one.action === "keep") return found === null ? undefined : labels;
  if (one.action === "drop") return found === null ? labels : undefined;
  if (found === null) return labels;
  const value = one.replacement.replaceAll(/\$(\d)/g, (_, group) => found[Number(group)] ?? "");
  const others = [...labels].filter(([name]) => name !== one.target_label);
  return new Map(value === "" ? others : [...others, [one.target_label, value]]);
}
