/** In which order values stand that people sort. */

/** Undefined: not known. */
export type SortValue = string | number | undefined;

let collator: Intl.Collator | undefined;

/** Made when it is first needed: it takes 2 MiB of memory, which a server that loads this file would keep. */
function collated(): Intl.Collator {
  collator ??= new Intl.Collator("en", { numeric: true });
  return collator;
}

/** Texts from a to z, numbers in them in natural order. */
export function compareTexts(a: string, b: string): number {
  return collated().compare(a, b);
}

/** Texts from a to z, numbers from the largest; values that are not known are last in either order. */
function compareValues(isReversed: boolean): (a: SortValue, b: SortValue) => number {
  const sign = isReversed ? -1 : 1;
  return (a, b) => {
    if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
    if (typeof a === "number" && typeof b === "number") return sign * (b - a);
    return sign * compareTexts(String(a), String(b));
  };
}

/** The same for rows, by one value of each. */
export function compareBy<Row>(value: (row: Row) => SortValue, isReversed: boolean): (a: Row, b: Row) => number {
  const compare = compareValues(isReversed);
  return (a, b) => compare(value(a), value(b));
}
