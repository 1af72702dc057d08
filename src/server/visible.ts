import { INVISIBLE_IN_TEXT } from "../lib/text/harmless.ts";

/** Shows what nobody sees by its code. Tabs and ends of lines are left alone. */
export function visible(text: string): string {
  return text.replace(INVISIBLE_IN_TEXT, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
