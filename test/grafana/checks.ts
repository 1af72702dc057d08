import { dashboardSpecs } from "../../grafana/src/index.ts";
import type { TableSpec } from "../../grafana/src/spec.ts";
import type { loadGrafana } from "./grafana.ts";
import type { ShownField } from "./library/evaluate.mjs";
import { DATASOURCE_UID, type Look, type ShownMoment } from "./looks.ts";

/** What is wrong with panels as they are shown, in words; nothing for a panel that is fine. */

type Grafana = Pick<Awaited<ReturnType<typeof loadGrafana>>, "knowsUnit" | "knowsTransformation">;

export type Expectations = {
  /** Panels that show nothing, columns that are missing and overrides that match nothing, as `panel / name`. */
  readonly absent: ReadonlySet<string>;
  /** The address of the only exporter, which no name of a series may have. */
  readonly instance: string;
};

export function faultsOf(looks: readonly Look[], grafana: Grafana, expectations: Expectations): readonly string[] {
  return looks.flatMap((look) => {
    const moments = new Map<string, readonly string[]>();
    for (const shown of look.shown) {
      for (const fault of faultsAt(look, shown, grafana, expectations)) {
        moments.set(fault, [...(moments.get(fault) ?? []), shown.moment]);
      }
    }
    const sometimes = [...moments].map(([fault, names]) => `${fault} (${[...new Set(names)].join("; ")})`);
    const all = [...unknownTransformations(look, grafana), ...neverShown(look, expectations), ...sometimes];
    return all.map((fault) => `${look.dashboard} / ${look.title}: ${fault}`);
  });
}

function unknownTransformations({ transformations }: Look, { knowsTransformation }: Grafana): readonly string[] {
  return transformations.filter((id) => !knowsTransformation(id)).map((id) => `Grafana has no transformation ${id}`);
}

/** What no moment shows. */
function neverShown({ title, spec, shown }: Look, { absent }: Expectations): readonly string[] {
  const isExpected = (name: string) => !absent.has(`${title} / ${name}`) && !absent.has(`* / ${name}`);
  if (shown.every(({ frames }) => frames.every(({ length }) => length === 0))) {
    return isExpected("") ? ["nothing is shown"] : [];
  }
  const names = new Set(
    shown.flatMap(({ frames }) => frames.flatMap(({ fields }) => fields.map((field) => field.displayName))),
  );
  const columns = spec.kind === "table" ? spec.columns.map((column) => column.title) : [];
  const matchers = shown[0]?.overrides ?? [];
  const unmatched = matchers.filter((_, at) => shown.every(({ overrides }) => overrides[at]?.matched.length === 0));
  return [
    ...columns.filter((name) => !names.has(name) && isExpected(name)).map((name) => `no column ${name}`),
    ...unmatched
      .map(({ matcher }) => String(matcher.options))
      .filter(isExpected)
      .map((name) => `an override matches nothing: ${name}`),
  ];
}

function faultsAt(look: Look, shown: ShownMoment, grafana: Grafana, expectations: Expectations): readonly string[] {
  const fields = shown.frames.flatMap((frame) => frame.fields);
  return [
    ...shown.overrides.flatMap(({ unknown }) => unknown.map((id) => `no panel has the option ${id}`)),
    ...fields.flatMap(({ unit, displayName }) =>
      unit === undefined || grafana.knowsUnit(unit) ? [] : [`Grafana has no unit ${unit} (${displayName})`],
    ),
    ...fields.flatMap(({ unmapped, displayName }) =>
      unmapped.length > 0 ? [`${displayName} has no text for ${unmapped.join(", ")}`] : [],
    ),
    ...shown.frames.flatMap((frame) => linkFaults(frame.fields)),
    ...(look.spec.kind === "table" ? columnFaults(look.spec, shown) : nameFaults(look, shown, expectations)),
    ...(sameValues(shown) ? [] : [`shows ${texts(shown.values)}, but now is ${texts(shown.now)}`]),
  ];
}

function columnFaults({ columns }: TableSpec, { frames }: ShownMoment): readonly string[] {
  if (frames.length > 1) return [`${frames.length} tables in one`];
  const shown = (frames[0]?.fields ?? [])
    .filter(({ custom }) => custom.hidden !== true)
    .map((field) => field.displayName);
  const wanted = columns.map(({ title }) => title).filter((title) => shown.includes(title));
  return shown.join(", ") === wanted.join(", ") ? [] : [`the columns are ${shown.join(", ")}`];
}

function nameFaults({ type }: Look, { frames, queries }: ShownMoment, { instance }: Expectations): readonly string[] {
  if (type === "heatmap") return [];
  const series = frames.flatMap(({ fields }) => fields.filter((field) => field.type !== "time"));
  const names = series.map(({ displayName }) => displayName.trim());
  const isRaw = (name: string) =>
    name === "" || /[{}]|="|^Value\b/.test(name) || queries.some(({ expr }) => expr === name);
  const twice = names.filter((name, at) => names.indexOf(name) < at);
  return [
    ...[...new Set(twice)].map((name) => `several series are called ${name}`),
    ...names.filter(isRaw).map((name) => `a series is called "${name}"`),
    ...names.filter((name) => name.includes(instance)).map((name) => `${name} names the only exporter`),
  ];
}

/** A link opens a dashboard of these, with all variables filled, for the node of its row. */
function linkFaults(fields: readonly ShownField[]): readonly string[] {
  const text = (title: string, row: number) =>
    fields.find(({ displayName }) => displayName === title)?.cells[row]?.text;
  const isRight = (href: string, row: number, { labels }: ShownField) => {
    // A line is a node by its labels, a row by its columns.
    const nameOf = (label: string, title: string) => labels[label] ?? text(title, row);
    const { pathname, searchParams, protocol } = new URL(href, "http://grafana.example/");
    if (/\$\{|\$__(?!all\b)/.test(decodeURIComponent(href))) return false;
    if (!pathname.startsWith("/d/")) return protocol === "https:";
    return (
      dashboardSpecs.some(({ uid }) => pathname === `/d/${uid}`) &&
      searchParams.get("var-datasource") === DATASOURCE_UID &&
      (!searchParams.has("var-target") || searchParams.get("var-target") === nameOf("target", "Node")) &&
      (!searchParams.has("var-chain") || searchParams.get("var-chain") === nameOf("chain", "Chain"))
    );
  };
  const wrong = fields
    .filter(({ type }) => type !== "time")
    .flatMap((field) => field.links.flatMap((all, row) => all.filter((href) => !isRight(href, row, field))));
  return wrong.slice(0, 1).map((href) => `a link leads to ${href}`);
}

/** A value that was, for instance of a node that is down, is not a value of now. */
function sameValues({ values, now }: ShownMoment): boolean {
  // As they are shown: two sums of the same numbers may differ in their last digits.
  const keys = (all: ShownMoment["values"]) => all.map(({ title, text }) => `${title}=${text}`).sort();
  return keys(values).join() === keys(now).join();
}

function texts(values: ShownMoment["values"]): string {
  return values.map(({ title, text }) => `${title}: ${text}`).join(", ") || "nothing";
}
