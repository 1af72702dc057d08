import type { SortValue } from "../../compare.ts";
import type { Cell, TextColumn } from "../table.ts";

/** What a full screen shows, and what its keys have changed. Texts need not be harmless: the screen makes them so. */

/** @property value what the column is sorted by; undefined: the row is last in either order */
export type ScreenCell = Cell & { readonly value: SortValue };

/** @property key its name for `--sort`; columns that are aligned right have numbers, and are sorted from the largest down */
export type ScreenColumn = Pick<TextColumn, "title" | "align" | "shrinksTo"> & { readonly key: string };

/** Something that fails. It stays visible above the table, and the list of errors has it whole. */
export type Trouble = {
  readonly name: string;
  /** One word. */
  readonly state: string;
  /** The first one is what happened. */
  readonly texts: readonly string[];
};

export type ScreenContent = {
  /** One line about everything. */
  readonly summary: string;
  /** More about it, where there is room. */
  readonly subtitle: string | undefined;
  readonly troubles: readonly Trouble[];
  readonly columns: readonly ScreenColumn[];
  /** In the usual order, which is that of rows that are equal otherwise. Each has a cell for each column. */
  readonly rows: readonly (readonly ScreenCell[])[];
  /** How many columns at the left stay when the others are scrolled sideways. */
  readonly fixedColumns: number;
  /** What the user should know about the table. */
  readonly note: string | undefined;
};

/** @property key a column; undefined: the usual order */
export type ScreenSort = { readonly key: string | undefined; readonly isReversed: boolean };

export type ScreenState = {
  readonly shown: "table" | "errors" | "help";
  /** The first visible line of the table, or of the text that is shown in its place. */
  readonly top: number;
  /** How many columns are scrolled away. */
  readonly left: number;
  readonly sort: ScreenSort;
  readonly filter: string;
  /** Keys are written into the filter. */
  readonly isTyping: boolean;
  /** Text is being pasted. */
  readonly isPasting: boolean;
  readonly isPaused: boolean;
  readonly isEnded: boolean;
};

export type ScreenSize = { readonly rows: number; readonly columns: number };

export function initialState(sort: ScreenSort | undefined): ScreenState {
  return {
    shown: "table",
    top: 0,
    left: 0,
    sort: sort ?? { key: undefined, isReversed: false },
    filter: "",
    isTyping: false,
    isPasting: false,
    isPaused: false,
    isEnded: false,
  };
}

export const EMPTY_CONTENT: ScreenContent = {
  summary: "",
  subtitle: undefined,
  troubles: [],
  columns: [],
  rows: [],
  fixedColumns: 0,
  note: undefined,
};
