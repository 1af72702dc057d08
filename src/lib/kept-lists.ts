/** Lists that are kept from poll to poll and change little. */

/** What is returned for a text that the list does not have. */
export const NOT_FOUND = -1;

/** @returns the place of a text in the list, whose texts are all different */
export type TextFinder = (text: string) => number;

/** Expects each text right after the one found before it, so most need no lookup. */
export function textFinder(texts: readonly string[]): TextFinder {
  let next = 0;
  let places: ReadonlyMap<string, number> | undefined;
  return (text) => {
    if (texts[next] !== text) {
      places ??= new Map(texts.map((each, place) => [each, place]));
      const found = places.get(text);
      if (found === undefined) return NOT_FOUND;
      next = found;
    }
    next += 1;
    return next - 1;
  };
}

/** The earlier list if both are equal, else the new one: what lives longer costs the garbage collector less than what is made again. */
export function listOrBefore<T>(before: readonly T[], now: readonly T[]): readonly T[] {
  return before.length === now.length && now.every((each, place) => Object.is(each, before[place])) ? before : now;
}
