import { harmless } from "../harmless.ts";
import type { ScreenSort, ScreenState } from "./model.ts";

/** What keys do: a state and a key give the next state. */

/** @property text what the key writes; undefined: nothing */
export type Key = { readonly name: string; readonly text: string | undefined; readonly isControl: boolean };

/** What the state is about: it decides how far keys go. */
export type Extent = {
  /** Lines of the table, or of the text in its place. */
  readonly lines: number;
  /** How many of them are visible. */
  readonly page: number;
  /** Keys of the columns, from the left. */
  readonly columns: readonly string[];
  /** How many columns can be scrolled away. */
  readonly mostLeft: number;
};

/** A longer filter finds nothing, and has no room. */
const LONGEST_FILTER = 100;

/** @returns the same state where the key means nothing */
export function press(state: ScreenState, key: Key, extent: Extent): ScreenState {
  if (key.name === "c" && key.isControl) return { ...state, isEnded: true };
  if (key.name === "paste-start" || key.name === "paste-end") {
    return { ...state, isPasting: key.name === "paste-start" };
  }
  if (state.isTyping) return scrolled(state, key, extent) ?? typed(state, key);
  // What is pasted by mistake are no commands.
  if (state.isPasting || key.isControl) return state;
  return scrolled(state, key, extent) ?? LETTERS.get(key.text ?? "")?.(state, extent) ?? escaped(state, key, extent);
}

/** Keys that also work while the filter is written. */
function scrolled(state: ScreenState, { name, isControl }: Key, extent: Extent): ScreenState | undefined {
  if (isControl || state.isPasting) return undefined;
  switch (name) {
    case "up":
      return to(state, state.top - 1, extent);
    case "down":
      return to(state, state.top + 1, extent);
    case "pageup":
      return to(state, state.top - extent.page, extent);
    case "pagedown":
      return to(state, state.top + extent.page, extent);
    case "home":
      return to(state, 0, extent);
    case "end":
      return to(state, extent.lines, extent);
    case "left":
      return sideways(state, -1, extent);
    case "right":
      return sideways(state, 1, extent);
    default:
      return undefined;
  }
}

function to(state: ScreenState, top: number, { lines, page }: Extent): ScreenState {
  return { ...state, top: Math.max(0, Math.min(top, lines - page)) };
}

function sideways(state: ScreenState, by: number, { mostLeft }: Extent): ScreenState {
  if (state.shown !== "table") return state;
  return { ...state, left: Math.max(0, Math.min(Math.min(state.left, mostLeft) + by, mostLeft)) };
}

function typed(state: ScreenState, { name, text, isControl }: Key): ScreenState {
  if (name === "return" || name === "enter") return state.isPasting ? state : { ...state, isTyping: false };
  if (name === "escape") return { ...state, isTyping: false, filter: "", top: 0 };
  if (isControl && (name === "u" || name === "w")) return { ...state, filter: "", top: 0 };
  if (name === "backspace") {
    // Where nothing is left to remove, the key leaves the filter.
    if (state.filter === "") return { ...state, isTyping: false };
    return { ...state, filter: [...state.filter].slice(0, -1).join(""), top: 0 };
  }
  if (text === undefined || state.filter.length + text.length > LONGEST_FILTER) return state;
  return { ...state, filter: state.filter + harmless(text), top: 0 };
}

function escaped(state: ScreenState, { name, text }: Key, extent: Extent): ScreenState {
  // A digit is a column, from the left.
  const column = /^[1-9]$/.test(text ?? "") ? extent.columns[Number(text) - 1] : undefined;
  if (column !== undefined && state.shown === "table") return sorted(state, chosenAgain(state.sort, column));
  if (name !== "escape") return state;
  if (state.shown !== "table") return { ...state, shown: "table", top: 0 };
  return { ...state, filter: "", top: 0 };
}

function chosenAgain({ key, isReversed }: ScreenSort, column: string): ScreenSort {
  return { key: column, isReversed: key === column && !isReversed };
}

type Press = (state: ScreenState, extent: Extent) => ScreenState;

const pageDown: Press = (state, extent) => to(state, state.top + extent.page, extent);
const next: Press = (state, extent) => sortedByNeighbour(state, 1, extent);
const previous: Press = (state, extent) => sortedByNeighbour(state, -1, extent);
const show =
  (shown: ScreenState["shown"]): Press =>
  (state) => ({ ...state, shown: state.shown === shown ? "table" : shown, top: 0 });

const LETTERS: ReadonlyMap<string, Press> = new Map(
  Object.entries<Press>({
    k: (state, extent) => to(state, state.top - 1, extent),
    j: (state, extent) => to(state, state.top + 1, extent),
    " ": pageDown,
    f: pageDown,
    b: (state, extent) => to(state, state.top - extent.page, extent),
    g: (state, extent) => to(state, 0, extent),
    G: (state, extent) => to(state, extent.lines, extent),
    h: show("help"),
    "?": show("help"),
    e: show("errors"),
    s: next,
    ">": next,
    S: previous,
    "<": previous,
    r: (state) => sorted(state, { ...state.sort, isReversed: !state.sort.isReversed }),
    "/": (state) => (state.shown === "table" ? { ...state, isTyping: true } : state),
    p: (state) => ({ ...state, isPaused: !state.isPaused }),
    q: (state) => ({ ...state, isEnded: true }),
  }),
);

/** Sorts by the column so many places further; the usual order is before the first column and after the last one. */
function sortedByNeighbour(state: ScreenState, by: number, { columns }: Extent): ScreenState {
  const { key } = state.sort;
  const places = columns.length + 1;
  const place = (key === undefined ? 0 : columns.indexOf(key) + 1) + by;
  return sorted(state, { key: columns[((place + places) % places) - 1], isReversed: false });
}

function sorted(state: ScreenState, sort: ScreenSort): ScreenState {
  return state.shown === "table" ? { ...state, sort, top: 0 } : state;
}
