import { closest, distance } from "fastest-levenshtein";

/**
 * Longer words are not a typo of a key, a command or a name. The time for a distance grows with the square of the length.
 */
const MAX_WORD_LENGTH = 100;

/**
 * Suggests the valid word that was probably meant.
 * @param word what was written
 * @param valid all words that may be written
 * @returns `; did you mean "interval"?`, to follow an error message; undefined when no valid word is similar enough
 */
export function didYouMean(word: string, valid: readonly string[]): string | undefined {
  const found = closestWord(word, valid);
  return found === undefined ? undefined : `; did you mean "${found}"?`;
}

/** As didYouMean, but only the word. */
export function closestWord(word: string, valid: readonly string[]): string | undefined {
  // A short word may be closer than a long one and yet too different.
  const found = valid.filter((other) => isSimilar(word, other));
  return found.length === 0 ? undefined : closest(word, found);
}

export function isSimilar(word: string, valid: string): boolean {
  return word.length <= MAX_WORD_LENGTH && distance(word, valid) <= maxDistance(valid);
}

/**
 * How many letters may differ: a third of the word, and at least one.
 * @returns the largest edit distance (Levenshtein) at which `word` is suggested
 */
function maxDistance(word: string): number {
  return Math.max(1, Math.floor((word.length + 1) / 3));
}
