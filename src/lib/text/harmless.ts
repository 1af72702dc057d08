/**
 * Characters that nobody sees, as a class of a pattern with the flag u: controls and format characters (zero width, marks
 * that turn the direction of what follows), halves of characters, separators of lines, and letters and selectors that
 * have no shape. With them two names look alike, or one changes how its neighbours are read.
 */
export const INVISIBLE = String.raw`\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Variation_Selector}\u115f\u1160\u2800\u3164\uffa0`;

/** All of them but tabs and ends of lines. */
export const INVISIBLE_IN_TEXT = new RegExp(`(?![\\t\\n\\r])[${INVISIBLE}]`, "gu");

/**
 * Text for a terminal in which strangers may have had a say. A terminal obeys escape sequences, and characters that cannot
 * be seen or that turn the direction make a line look like another one.
 */

/**
 * Also private and unassigned ones, of which a terminal may make anything, and marks that stand on the letter before them:
 * piled up they cover the lines above.
 */
const HARMFUL = new RegExp(`[${INVISIBLE}\\p{Co}\\p{Cn}\\p{M}]`, "gu");

/** One line: what is not a visible character becomes a replacement character. */
export function harmless(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : text.toWellFormed().normalize("NFC").replace(HARMFUL, "\ufffd");
}

/** The same for a text of several lines. */
export function harmlessLines(text: string): string {
  return text.split("\n").map(harmless).join("\n");
}

/** JSON that says the same, with escapes for what a terminal obeys or does not show. JSON itself escapes few of them. */
export function harmlessJson(json: string): string {
  return json.replace(INVISIBLE_IN_TEXT, (character) =>
    character
      .split("")
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
      .join(""),
  );
}
