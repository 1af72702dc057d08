import { counted } from "../format.ts";
import { GAP } from "../table.ts";
import { type Paint, plain, type Style } from "../terminal.ts";
import { truncate, width } from "../width.ts";
import { wrapped } from "../wrap.ts";
import { arranged, fitted, type Measured } from "./columns.ts";
import { errorLines, HELP } from "./help.ts";
import type { ScreenCell, ScreenContent, ScreenSize, ScreenState, Trouble } from "./model.ts";

/** The lines of a full screen. */

/** What is drawn besides the state. */
export type Picture = {
  readonly table: Measured;
  /** The rows that the filter keeps, in their order. */
  readonly rows: readonly (readonly ScreenCell[])[];
  /** What happens: the time of the last poll, and how far this one is; the longest that has room. */
  readonly status: readonly string[];
  readonly style: Style;
  /** Marks of a sorted column. */
  readonly marks: { readonly rising: string; readonly falling: string };
};

type Frame = {
  readonly hasSubtitle: boolean;
  readonly troubles: number;
  readonly hasTitles: boolean;
  readonly hasFooter: boolean;
  readonly page: number;
};

/** How the lines of a terminal are divided; a small one has only what matters most. */
export function frameOf(rows: number, state: ScreenState, { subtitle, troubles }: ScreenContent): Frame {
  const isTable = state.shown === "table";
  // At most a quarter of the screen: the list of errors has all of them.
  const shown = isTable ? Math.min(troubles.length, Math.floor((rows - 2) / 4)) : 0;
  const hasSubtitle = isTable && subtitle !== undefined && rows >= 8;
  const hasFooter = rows >= 4 || (rows >= 2 && state.isTyping);
  const hasTitles = isTable && rows - Number(hasFooter) >= 3;
  const page = Math.max(0, rows - 1 - Number(hasSubtitle) - shown - Number(hasTitles) - Number(hasFooter));
  return { hasSubtitle, troubles: Math.max(0, shown), hasTitles, hasFooter, page };
}

/** What is shown in place of the table. */
export function textLines(state: ScreenState, { table }: Pick<Picture, "table">, columns: number): readonly string[] {
  if (state.shown === "table") return [];
  return state.shown === "help" ? HELP : errorLines(table.content.troubles).flatMap((line) => folded(line, columns));
}

/** As many lines as the terminal has, none wider than it. */
export function screenLines(picture: Picture, state: ScreenState, size: ScreenSize): readonly string[] {
  const { style, table, rows } = picture;
  const { subtitle = "", troubles } = table.content;
  const frame = frameOf(size.rows, state, table.content);
  const text = textLines(state, picture, size.columns);
  const count = state.shown === "table" ? rows.length : text.length;
  const top = Math.max(0, Math.min(state.top, count - frame.page));
  const body =
    state.shown === "table"
      ? tableBody(picture, state, size.columns, top, frame)
      : text.slice(top, top + frame.page).map((line) => truncate(line, size.columns));
  const lines = [
    header(picture, state, size.columns),
    ...(frame.hasSubtitle ? [truncate(subtitle, size.columns)] : []),
    ...troubleLines(troubles, frame.troubles, size.columns, style),
    ...body,
  ];
  const last = size.rows - Number(frame.hasFooter);
  const filled = [...lines.slice(0, last), ...new Array<string>(Math.max(0, last - lines.length)).fill("")];
  if (!frame.hasFooter) return filled;
  return [...filled, footer(picture, state, size.columns, { top, count, page: frame.page })];
}

/** Parts at both edges; the one at the left is cut first. */
function edges(left: string, right: string, columns: number, paint: Paint, paintRight: Paint = plain): string {
  const end = truncate(right, columns);
  const room = columns - width(end);
  const start = truncate(left, Math.max(0, end === "" ? room : room - 2));
  const spaces = " ".repeat(Math.max(0, room - width(start)));
  return (start === "" ? "" : paint(start)) + spaces + (end === "" ? "" : paintRight(end));
}

function header({ table, status, style }: Picture, state: ScreenState, columns: number): string {
  const { summary } = table.content;
  const states = state.isPaused ? ["PAUSED: p goes on", "PAUSED"] : status;
  // The summary matters most.
  const right = states.find((text) => width(summary) + 2 + width(text) <= columns) ?? "";
  if (state.isPaused && right === "") return edges(summary, "PAUSED", columns, style.bold, style.yellow);
  return edges(summary, right, columns, style.bold, state.isPaused ? style.yellow : style.dim);
}

function troubleLines(troubles: readonly Trouble[], room: number, columns: number, style: Style): readonly string[] {
  if (room === 0) return [];
  const shown = troubles.length > room ? room - 1 : room;
  const names = Math.min(
    troubles.slice(0, shown).reduce((widest, { name }) => Math.max(widest, width(name)), 0),
    Math.floor(columns / 3),
  );
  const lines = troubles.slice(0, shown).map(({ name, state, texts: [text = ""] }) => {
    const before = `${fitted(name, names, "left")} `;
    const mark = truncate(state, Math.max(0, columns - width(before)));
    const rest = truncate(` ${text}`, Math.max(0, columns - width(before) - width(mark)));
    return truncate(before, columns) === before
      ? style.bold(before) + style.red(mark) + rest
      : truncate(before, columns);
  });
  const left = troubles.length - shown;
  if (left === 0) return lines;
  return [
    ...lines,
    style.red(
      truncate(
        `${shown === 0 ? "" : "\u2026 and "}${left}${shown === 0 ? "" : " more"} with errors: e lists them`,
        columns,
      ),
    ),
  ];
}

function tableBody(
  picture: Picture,
  state: ScreenState,
  columns: number,
  top: number,
  frame: Frame,
): readonly string[] {
  const { table, rows, style } = picture;
  const { visible } = arranged(table, state.left, columns);
  const titles = visible.map(({ column, width: room }) => {
    const { title = "", align = "left" } = table.content.columns[column] ?? {};
    return fitted(title + markOf(picture, state, column), room, align);
  });
  const titleLine = fitted(titles.join(" ".repeat(GAP)), columns, "left");
  const lines = rows.slice(top, top + frame.page).map((row) => rowLine(row, table, visible, columns));
  const note = table.content.note;
  // Below the last row, where there is room.
  const noted =
    note !== undefined && rows.length > 0 && lines.length < frame.page ? [style.dim(truncate(note, columns))] : [];
  const none =
    rows.length === 0 && state.filter !== "" ? [style.dim(truncate("nothing matches the filter", columns))] : [];
  return [...(frame.hasTitles ? [style.inverse(titleLine)] : []), ...lines, ...noted, ...none].slice(
    0,
    frame.page + Number(frame.hasTitles),
  );
}

/** Numbers fall from the largest down, texts rise from a to z. */
function markOf({ table, marks }: Picture, { sort }: ScreenState, column: number): string {
  const { key, align } = table.content.columns[column] ?? {};
  if (key === undefined || key !== sort.key) return "";
  return (align === "right") === sort.isReversed ? marks.rising : marks.falling;
}

function rowLine(
  row: readonly ScreenCell[],
  { content }: Measured,
  visible: ReturnType<typeof arranged>["visible"],
  columns: number,
): string {
  let line = "";
  let used = 0;
  for (const { column, width: wanted } of visible) {
    const gap = used === 0 ? 0 : GAP;
    const room = Math.min(wanted, columns - used - gap);
    if (room <= 0) break;
    const { text = "", paint = plain } = row[column] ?? {};
    const cell = fitted(text, room, content.columns[column]?.align ?? "left");
    const bare = cell.trim();
    // Painted without the spaces, which some terminals underline or invert.
    const at = cell.indexOf(bare);
    line += " ".repeat(gap) + cell.slice(0, at) + (bare === "" ? "" : paint(bare)) + cell.slice(at + bare.length);
    used += gap + width(cell);
  }
  return line;
}

type Position = { readonly top: number; readonly count: number; readonly page: number };

/** The longest that has room. */
const KEYS = [
  "q quit  / filter  s sort  r reverse  p pause  e errors  ? help",
  "q quit  / filter  s sort  e errors  ? help",
  "q quit  s sort  ? help",
  "q quit  ? help",
  "q quit",
];
const KEYS_OF_TEXT = "Escape back  q quit";

function footer(
  { table, style }: Picture,
  state: ScreenState,
  columns: number,
  { top, count, page }: Position,
): string {
  const last = Math.min(count, top + page);
  const place = last <= top ? `0 of ${count}` : `${top + 1}-${last} of ${count}`;
  if (state.shown !== "table") return edges(KEYS_OF_TEXT, place, columns, style.dim, style.dim);
  if (state.isTyping) {
    const help = `${place}  Enter keep  Escape clear`;
    const prompt = `/${state.filter}_`;
    // The end of a long filter is what is being written.
    const start = Math.max(0, prompt.length - columns);
    return edges(
      prompt.slice(start),
      prompt.length + width(help) + 2 > columns ? "" : help,
      columns,
      style.bold,
      style.dim,
    );
  }
  const right = `${hiddenColumns(table, state, columns)}${place}`;
  if (state.filter !== "") return edges(`/${state.filter}  Escape clears`, right, columns, style.yellow, style.dim);
  const room = columns - width(right) - 2;
  return edges(KEYS.find((keys) => keys.length <= room) ?? "", right, columns, style.dim, style.dim);
}

function hiddenColumns(table: Measured, state: ScreenState, columns: number): string {
  const { visible, left, mostLeft } = arranged(table, state.left, columns);
  const hidden = table.content.columns.length - visible.length;
  if (hidden === 0) return "";
  return `${left > 0 ? "< " : ""}${counted(hidden, "more column")}${left < mostLeft ? " >" : ""}  `;
}

/** Lines of at most so many columns, with the indent of the first one. */
function folded(line: string, columns: number): readonly string[] {
  const indent = " ".repeat(Math.min(line.search(/\S|$/), Math.floor(columns / 4)));
  return wrapped(line.trim(), Math.max(1, columns - indent.length)).map((part) => truncate(indent + part, columns));
}
