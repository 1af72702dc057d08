import { isObject } from "../../src/lib/json.ts";
import { between } from "../documents/markers.ts";
import type { RenderedMixin } from "./render.ts";

/** The tables of mixin/README.md: every key of `_config`, with its default and meaning. */

export type TableSources = {
  readonly comments: ReadonlyMap<string, string>;
  readonly template: RenderedMixin;
};

export function mixinReadme(document: string, { comments, template }: TableSources): string {
  const rows = described(template.config, comments);
  const settings = rows.filter(({ path }) => !path.startsWith(THRESHOLDS));
  const thresholds = rows.filter(({ path }) => path.startsWith(THRESHOLDS));
  const settingRows = settings.map(({ path, value, comment }) => row(`\`${path}\``, `\`${shown(value)}\``, comment));
  const thresholdRows = thresholds.map(({ path, value, comment }) => {
    const alerts = alertsWith(template, path).map((name) => `[${name}](../docs/runbooks/${name}.md)`);
    const records = recordsWith(template, path).map((name) => `\`${name}\``);
    return row(
      `\`${path.slice(THRESHOLDS.length)}\``,
      `\`${shown(value)}\``,
      comment,
      [...alerts, ...records].join(", "),
    );
  });
  const withSettings = between(document, "settings", table(["key", "default", "meaning"], settingRows));
  return between(withSettings, "thresholds", table(["threshold", "default", "meaning", "used by"], thresholdRows));
}

const THRESHOLDS = "thresholds.";

const row = (...cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;

function table(heads: readonly string[], rows: readonly string[]): string {
  return `| ${heads.join(" | ")} |\n|${heads.map(() => "---|").join("")}\n${rows.join("\n")}\n`;
}

/** The names of the alerts whose rules depend on a key, or on a key within it. */
export function alertsWith({ alerts }: RenderedMixin, path: string): readonly string[] {
  return [...new Set(alerts.filter((rule) => depends(rule, path)).map(({ alert }) => alert))];
}

/** The same for recording rules. */
export function recordsWith({ rules }: RenderedMixin, path: string): readonly string[] {
  return rules.filter((rule) => depends(rule, path)).map(({ record }) => record);
}

function depends(rule: unknown, path: string): boolean {
  const text = JSON.stringify(rule);
  return text.includes(`@@${path}@@`) || text.includes(`@@${path}.`);
}

type Described = { readonly path: string; readonly value: unknown; readonly comment: string };

/** What has a comment of its own; where fields of an object have comments, its fields take its place. */
export function described(
  object: Readonly<Record<string, unknown>>,
  comments: ReadonlyMap<string, string>,
  around: readonly string[] = [],
): readonly Described[] {
  return Object.entries(object).flatMap(([key, value]) => {
    const path = [...around, key].join(".");
    const comment = comments.get(path) ?? "";
    const fields = isObject(value) ? described(value, comments, [...around, key]) : [];
    if (fields.every((field) => field.comment === "")) return [{ path, value, comment }];
    return fields.map((field) => (field.comment === "" ? { ...field, comment } : field));
  });
}

/** As jsonnet has it: without quotes around keys. */
function shown(value: unknown): string {
  if (!isObject(value)) return JSON.stringify(value);
  const fields = Object.entries(value).map(([key, each]) => `${key}: ${shown(each)}`);
  return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
}
