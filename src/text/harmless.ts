/**
 * Text for a terminal in which strangers may have had a say. A terminal obeys escape sequences, and characters that cannot
 * be seen or that turn the direction make a line look like another one.
 */

/** Controls, formats (among them all that turn the direction), surrogates, private and unassigned, line separators. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** Marks that stand on the letter before them; piled up they cover the lines above. */
const MARKS = /\p{M}/gu;

/** One line: what is not a visible character becomes a replacement character. */
export function harmless(text: string): string {
  return /^[\x20-\x7e]*$/.test(text)
    ? text
    : text.toWellFormed().normalize("NFC").replace(UNSEEN, "\ufffd").replace(MARKS, "\ufffd");
}

/** The same for a text of several lines. */
export function harmlessLines(text: string): string {
  return text.split("\n").map(harmless).join("\n");
}

/** JSON that says the same, with escapes for what a terminal obeys or does not show. JSON itself escapes few of them. */
export function harmlessJson(json: string): string {
  return json.replace(/[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    character
      .split("")
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
      .join(""),
  );
}
