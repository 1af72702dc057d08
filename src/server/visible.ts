/**
 * Controls and format characters (zero width, marks that turn the direction of what follows), halves of characters, and
 * letters and selectors that have no shape. Tabs and ends of lines are left alone.
 */
const INVISIBLE =
  /(?![\t\n\r])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|\p{Variation_Selector}|[\u115f\u1160\u2800\u3164\uffa0]/gu;

/** Shows them by their codes: else two names look alike, or one changes how its neighbours are read. */
export function visible(text: string): string {
  return text.replace(INVISIBLE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
