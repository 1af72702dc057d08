const DEFAULT_LIMIT = 64;
const LARGEST_LIMIT = 512;

/** A page (src/Chainweb/Utils/Paging.hs). `limit` is the number of items in it, not what was asked for. */
export type Page<T> = { readonly limit: number; readonly items: readonly T[]; readonly next: string | null };

/** A page, or the text of an HTTP 400. */
export type Paged<T> = { readonly page: Page<T> } | { readonly problem: string };

/** Cuts a page out of a list as chainweb does: the cursor is an index into the list of this one request. */
export function paged<T>(all: readonly T[], query: URLSearchParams): Paged<T> {
  const limitText = query.get("limit");
  const limit = limitText === null ? DEFAULT_LIMIT : natural(limitText);
  if (limit === undefined) return { problem: limitProblem("limit", limitText ?? "") };
  const nextText = query.get("next");
  const start = nextText === null ? 0 : cursor(nextText);
  if (typeof start === "string") return { problem: `Error parsing query parameter next failed: ${start}` };

  const items = all.slice(start, start + Math.min(limit, LARGEST_LIMIT));
  const end = start + items.length;
  // With limit=0 the cursor never moves: a naive pager asks for ever.
  const next = end < all.length ? `inclusive:${end}` : null;
  return { page: { limit: items.length, items, next } };
}

/** A natural number of a query, or undefined. */
export function natural(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

/** As Haskell's reader says it; a number with something behind it is another mistake. */
export function limitProblem(name: string, text: string): string {
  const digits = /^\d+/.exec(text)?.[0];
  const why =
    digits === undefined
      ? "input does not start with a digit"
      : `unconsumed input: ${JSON.stringify(text.slice(digits.length))}`;
  return `Error parsing query parameter ${name} failed: could not parse: \`${text}' (${why})`;
}

/** The index to start from, or what is wrong. */
function cursor(text: string): number | string {
  const colon = text.indexOf(":");
  if (colon < 0) return `TextFormatException "missing ':' in next item: \\"${text}\\"."`;
  const kind = text.slice(0, colon);
  const index = /^-?\d+$/.test(text.slice(colon + 1)) ? Number(text.slice(colon + 1)) : undefined;
  if (index === undefined) return `TextFormatException "failed to parse item in next item: \\"${text}\\"."`;
  if (kind === "inclusive") return Math.max(0, index);
  if (kind === "exclusive") return Math.max(0, index + 1);
  return `TextFormatException "unrecognized next item: \\"${text}\\"."`;
}
