export type Mutant = {
  /** Offsets of the replaced text. */
  readonly start: number;
  readonly end: number;
  readonly from: string;
  readonly to: string;
  /** What kind of change it is. */
  readonly name: string;
  readonly line: number;
  /** The line without its indentation. */
  readonly source: string;
  /** The start of the innermost probed block, -1 at the top level of the module. */
  readonly block: number;
};

export function mutantsOf(text: string): Mutant[];

export function apply(text: string, mutant: Mutant): string;

export function parses(text: string): boolean;

export function probed(text: string, key: string): string;
