import type { WriteStream } from "node:tty";
import { formatDuration } from "../../lib/duration.ts";
import { isoTime } from "../../lib/text/format.ts";
import type { Style } from "../../lib/text/style.ts";

/** Where a watch shows each round: a terminal is drawn anew, anything else gets one round below the other. */
export type Screen = { draw(text: string): void };

type Output = Pick<WriteStream, "write" | "isTTY" | "rows">;

const CLEAR = "\u001b[2J";
const HOME = "\u001b[H";
const CLEAR_REST_OF_LINE = "\u001b[K";
const CLEAR_BELOW = "\u001b[J";

export function createScreen(output: Output, everyMs: number, style: Style): Screen {
  let isFirst = true;
  const begin = () => {
    const clear = isFirst ? CLEAR : "";
    isFirst = false;
    return clear + HOME;
  };
  return {
    draw(text) {
      const time = isoTime(Date.now()).slice(0, 19).replace("T", " ");
      if (!output.isTTY) {
        output.write(`${isFirst ? "" : "\n"}${time} UTC\n\n${text}`);
        isFirst = false;
        return;
      }
      const title = style.dim(`${time} UTC, every ${formatDuration(everyMs)}, Ctrl-C to end`);
      const lines = fitting([title, "", ...text.trimEnd().split("\n")], output.rows, style);
      // Line by line over what was there, so that nothing flickers.
      output.write(`${begin()}${lines.map((line) => line + CLEAR_REST_OF_LINE).join("\n")}${CLEAR_BELOW}`);
    },
  };
}

/** What does not fit would scroll, and the next round would be drawn at the wrong place. */
function fitting(lines: readonly string[], rows: number | undefined, style: Style): readonly string[] {
  // A terminal that does not know its size says 0.
  if (rows === undefined || rows === 0 || lines.length <= rows) return lines;
  const kept = lines.slice(0, Math.max(1, rows - 1));
  return [...kept, style.dim(`… ${lines.length - kept.length} more lines: name one node, or enlarge the window`)];
}
