import { visible } from "./visible.ts";

/** HTML as values: a text becomes part of a page only through `markup`, which escapes it. Peers choose many of the texts. */

const MADE_HERE = Symbol("markup");

export type Markup = { readonly [MADE_HERE]: string };

export type Piece = Markup | string | number | undefined | readonly Markup[];

/** A template of HTML. Texts and numbers in it are escaped, so they may stand in elements and in quoted
 * attributes; what would be invisible in them is shown. */
export function markup(strings: TemplateStringsArray, ...pieces: readonly Piece[]): Markup {
  return made(strings.map((string, index) => (index === 0 ? string : pieceHtml(pieces[index - 1]) + string)).join(""));
}

export function joinMarkup(parts: readonly Markup[], separator = ""): Markup {
  return made(parts.map(htmlOf).join(separator));
}

export function htmlOf(part: Markup): string {
  return part[MADE_HERE];
}

export const NOTHING = made("");

function made(html: string): Markup {
  return { [MADE_HERE]: html };
}

/** Most pieces have nothing that must be looked at twice. */
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
