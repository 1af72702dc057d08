/**
 * Invisible characters, as a class of a pattern with the flag u: controls and format characters (zero width, changes of the
 * writing direction), lone surrogates, line separators, and letters and selectors without a shape. With them two different
 * names look alike, or a name changes how the text around it is read.
 */
const INVISIBLE = String.raw`\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Variation_Selector}\u115f\u1160\u2800\u3164\uffa0`;

/** All of them except tabs and line ends. */
export const INVISIBLE_IN_TEXT = new RegExp(`(?![\\t\\n\\r])[${INVISIBLE}]`, "gu");

/**
 * Makes text from untrusted sources safe for a terminal. A terminal obeys escape sequences, and characters that are invisible or
 * change the writing direction make a line look like another one.
 */

/**
 * Includes private and unassigned characters, which a terminal may show in any form, and combining marks: many of them cover
 * the lines above.
 */
const HARMFUL = new RegExp(`[${INVISIBLE}\\p{Co}\\p{Cn}\\p{M}]`, "gu");

/** Replaces characters that are not visible in a text of one line. */
export function harmless(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : text.toWellFormed().normalize("NFC").replace(HARMFUL, "\ufffd");
}

/** As `harmless`, for a text of several lines. */
export function harmlessLines(text: string): string {
  return text.split("\n").map(harmless).join("\n");
}

/** Equivalent JSON with escapes for invisible characters. JSON.stringify escapes few of them. */
export function harmlessJson(json: string): string {
  return json.replace(INVISIBLE_IN_TEXT, (character) =>
    character
      .split("")
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
      .join(""),
  );
}
