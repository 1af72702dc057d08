/** The links of a page that show it otherwise: each keeps what the others chose. */
export type PageQuery = ReadonlyMap<string, string>;

/** The parameters that a page knows; each counts once, others are passed over. */
export function readPageQuery(query: string, known: readonly string[]): PageQuery {
  const given = new URLSearchParams(query);
  return new Map(
    known.flatMap((name) => {
      const value = given.get(name);
      return value === null || value === "" ? [] : [[name, value] as const];
    }),
  );
}

/** The address of the page with some parameters changed; undefined takes one away. */
export function linkWith(
  path: string,
  query: PageQuery,
  changes: Readonly<Record<string, string | undefined>>,
): string {
  const merged = { ...Object.fromEntries(query), ...changes };
  const text = new URLSearchParams();
  for (const [name, value] of Object.entries(merged)) if (value !== undefined) text.set(name, value);
  return text.size === 0 ? path : `${path}?${text}`;
}
