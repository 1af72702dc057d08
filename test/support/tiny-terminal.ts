import { width } from "../../src/lib/text/width.ts";

/** A terminal that knows only what the screen of a watch sends, and throws at everything else. */
export type TinyTerminal = {
  write(bytes: string): void;
  /** What a person sees, without spaces at the end of the lines. */
  lines(): readonly string[];
  /** DEC modes that are set: 1049, 25 and so on. */
  readonly modes: ReadonlySet<number>;
};

const PART = /\u001b\[(?<hint>\??)(?<numbers>[\d;]*)(?<end>[A-Za-z])|(?<text>[^\u001b\r\n]+)|(?<other>[\s\S])/gu;

export function createTinyTerminal(rows: number, columns: number): TinyTerminal {
  /** One character for each column; a wide one is followed by an empty text. */
  const cells = Array.from({ length: rows }, () => new Array<string>(columns).fill(" "));
  const modes = new Set([25, 7]);
  let [row, column] = [0, 0];

  function print(text: string): void {
    for (const character of text) {
      const room = width(character);
      if (row >= rows || column + room > columns) throw new Error(`no room at ${row + 1};${column + 1} for ${text}`);
      cells[row]?.splice(column, room, character, ...new Array<string>(room - 1).fill(""));
      column += room;
    }
  }

  function obey(end: string, numbers: readonly number[]): void {
    if (end === "H") [row, column] = [(numbers[0] || 1) - 1, (numbers[1] || 1) - 1];
    else if (end === "K") cells[row]?.fill(" ", column);
    else if (end === "J") for (const line of cells) line.fill(" ");
    else if (end !== "m") throw new Error(`unknown sequence that ends in ${end}`);
  }

  return {
    modes,
    write(bytes) {
      for (const { groups = {} } of bytes.matchAll(PART)) {
        const { hint, numbers = "", end, text } = groups;
        const values = numbers.split(";").map(Number);
        if (text !== undefined) print(text);
        else if (end === undefined) throw new Error(`unexpected ${JSON.stringify(groups.other)}`);
        else if (hint === "") obey(end, values);
        else if (end === "h") modes.add(values[0] ?? 0);
        else modes.delete(values[0] ?? 0);
      }
    },
    lines: () => cells.map((line) => line.join("").trimEnd()),
  };
}
