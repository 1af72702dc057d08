/**
 * The query of a page; each link that changes a parameter keeps the others. A parameter that occurs several times is here by its
 * name and the name in its value: `label=region=eu` is `eu` of `label=region`.
 */
export type PageQuery = ReadonlyMap<string, string>;

/** Longer values are cut, as each link of the page has them. */
const MAX_VALUE_LENGTH = 1000;

/** A page has few names that its repeated parameters can have. */
const MAX_REPEATED = 10;

/** The parameters that a page has, each once; others are ignored. */
export function readPageQuery(query: string, known: readonly string[], repeated: readonly string[] = []): PageQuery {
  const given = new URLSearchParams(query);
  const once = known.flatMap((name) => {
    const value = given.get(name);
    return value === null || value === "" ? [] : [[name, value.slice(0, MAX_VALUE_LENGTH)] as const];
  });
  const several = repeated.flatMap((name) =>
    given
      .getAll(name)
      .slice(0, MAX_REPEATED)
      .flatMap((pair) => {
        const at = pair.indexOf("=");
        const value = pair.slice(at + 1, at + 1 + MAX_VALUE_LENGTH);
        return at < 1 || value === "" ? [] : [[`${name}=${pair.slice(0, at)}`, value] as const];
      }),
  );
  return new Map([...once, ...several]);
}

/** The address of the page with some parameters changed; undefined removes one. */
export function linkWith(
  path: string,
  query: PageQuery,
  changes: Readonly<Record<string, string | undefined>>,
): string {
  const text = new URLSearchParams(
    parametersOf(query, changes).map(([name, value]): [string, string] => [name, value]),
  );
  return text.size === 0 ? path : `${path}?${text}`;
}

/** Names and values as a form sends them. */
export function parametersOf(
  query: PageQuery,
  changes: Readonly<Record<string, string | undefined>> = {},
): readonly (readonly [name: string, value: string])[] {
  const merged = new Map<string, string | undefined>([...query, ...Object.entries(changes)]);
  return [...merged].flatMap(([name, value]) => {
    if (value === undefined) return [];
    const at = name.indexOf("=");
    return at < 0 ? [[name, value] as const] : [[name.slice(0, at), `${name.slice(at + 1)}=${value}`] as const];
  });
}
