import { INVISIBLE_IN_TEXT } from "../../lib/text/harmless.ts";

/** HTML as values: texts become part of a page only through `markup`, which escapes them. Peers choose many of the texts. */

const HTML = Symbol("markup");

export type Markup = { readonly [HTML]: string };

type Piece = Markup | string | number | undefined | readonly Markup[];

/**
 * A template of HTML. Texts and numbers in it are escaped for elements and quoted attributes, and their invisible characters
 * are shown by their codes.
 */
export function markup(strings: TemplateStringsArray, ...pieces: readonly Piece[]): Markup {
  return made(strings.map((string, index) => (index === 0 ? string : pieceHtml(pieces[index - 1]) + string)).join(""));
}

export function htmlOf(part: Markup): string {
  return part[HTML];
}

export const NOTHING = made("");

/** HTML that the build made of the documents. No text from outside becomes part of it. */
export function builtHtml(html: string): Markup {
  return made(html);
}

function made(html: string): Markup {
  return { [HTML]: html };
}

/** Most texts need no escapes. */
const PLAIN = /^[\w .,:;/()+=?-]*$/;

function pieceHtml(piece: Piece): string {
  if (piece === undefined) return "";
  if (typeof piece === "string" || typeof piece === "number") {
    const text = String(piece);
    return PLAIN.test(text) ? text : escapeHtml(visible(text));
  }
  return "length" in piece ? piece.map(htmlOf).join("") : htmlOf(piece);
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Shows invisible characters by their codes, except tabs and line breaks. */
export function visible(text: string): string {
  return text.replace(INVISIBLE_IN_TEXT, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
