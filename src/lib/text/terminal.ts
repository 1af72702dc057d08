import { styleText } from "node:util";

/** Colours and a line of progress on a terminal. */

export type Paint = (text: string) => string;

export const plain: Paint = (text) => text;

const STYLES = ["bold", "dim", "inverse", "red", "green", "yellow", "cyan"] as const;

/** Colours, or texts as they are for a terminal without. */
export type Style = { readonly [Name in (typeof STYLES)[number]]: Paint };

export function createStyle(isColoured: boolean): Style {
  const paint =
    (name: (typeof STYLES)[number]): Paint =>
    (text) =>
      isColoured && text !== "" ? styleText(name, text, { validateStream: false }) : text;
  return {
    bold: paint("bold"),
    dim: paint("dim"),
    inverse: paint("inverse"),
    red: paint("red"),
    green: paint("green"),
    yellow: paint("yellow"),
    cyan: paint("cyan"),
  };
}

/**
 * NO_COLOR (no-color.org) switches colours off and FORCE_COLOR on, each when it is set and not empty (0 is off for the
 * latter). Otherwise a terminal has them, unless its TERM is dumb.
 */
export function wantsColour(
  terminal: { readonly isTTY?: boolean | undefined },
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  if (isSet(env.NO_COLOR)) return false;
  if (isSet(env.FORCE_COLOR)) return env.FORCE_COLOR !== "0" && env.FORCE_COLOR !== "false";
  return terminal.isTTY === true && env.TERM !== "dumb";
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "";
}

/** The columns of a terminal; undefined elsewhere, and for a terminal of unknown size, which reports 0. */
export function terminalWidth({ isTTY, columns }: Pick<NodeJS.WriteStream, "isTTY" | "columns">): number | undefined {
  return isTTY && columns > 0 ? columns : undefined;
}

/** One line that changes while a command works, on a terminal; nothing elsewhere. */
type Progress = {
  /** Replaces the line. */
  show(text: string): void;
  /** Removes the line, before anything else is printed there. */
  end(): void;
};

/** @param terminal standard error, so that progress never mixes with the output of a command */
export function createProgress(terminal: Pick<NodeJS.WriteStream, "isTTY" | "write">): Progress {
  let isShown = false;
  const write = (text: string) => {
    if (terminal.isTTY) terminal.write(text);
  };
  return {
    show(text) {
      isShown = true;
      write(`\r\u001b[K${text}`);
    },
    end() {
      if (isShown) write("\r\u001b[K");
      isShown = false;
    },
  };
}
