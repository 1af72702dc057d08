import type { PanelView } from "./view.ts";

/** Texts inside of HTML and SVG. */

export function safe(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** How wide a text of Inter is at 12 pixels, about: digits and most letters have 7 pixels at most. */
export function textWidth(text: string): number {
  const narrow = text.replace(/[^.,:;ijltfrI1 ()|-]/g, "").length;
  const wide = text.replace(/[^mwMW%]/g, "").length;
  return (text.length - narrow - wide) * 7.2 + narrow * 4.4 + wide * 10.6;
}

/** A number with as many digits as a drawing needs. */
export function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

export const TEXT = "rgb(204,204,220)";
export const FAINT = "rgba(204,204,220,0.65)";
export const GRID = "rgba(204,204,220,0.08)";

/** A panel without anything to show. */
export function noneHtml({ empty }: PanelView): string {
  return `<p class="none">${safe(empty)}</p>`;
}
