/** What somebody who waits sees: one line that changes on a terminal, nothing elsewhere. */
export type Progress = {
  /** Replaces the line. */
  say(text: string): void;
  /** Takes the line away; before anything else is printed there. */
  end(): void;
};

/** @param terminal standard error, so that it never mixes with what a command prints */
export function createProgress(terminal: Pick<NodeJS.WriteStream, "isTTY" | "write">): Progress {
  let isShown = false;
  const write = (text: string) => {
    if (terminal.isTTY) terminal.write(text);
  };
  return {
    say(text) {
      isShown = true;
      write(`\r\u001b[K${text}`);
    },
    end() {
      if (isShown) write("\r\u001b[K");
      isShown = false;
    },
  };
}
