/** What somebody who waits sees: one line that changes on a terminal, nothing elsewhere. */
export type Progress = {
  begin(cases: number): void;
  step(cases: number): void;
  end(): void;
};

const EVERY_MS = 250;

export function createProgress(terminal: Pick<NodeJS.WriteStream, "isTTY" | "write">): Progress {
  let all = 0;
  let done = 0;
  let began = 0;
  let shown = 0;
  const clear = "\r\u001b[K";
  return {
    begin(cases) {
      all = cases;
      began = performance.now();
    },
    step(cases) {
      done += cases;
      const now = performance.now();
      if (!terminal.isTTY || now - shown < EVERY_MS) return;
      shown = now;
      const perSecond = done / Math.max(0.001, (now - began) / 1000);
      const left = Math.ceil((all - done) / Math.max(1, perSecond));
      terminal.write(`${clear}${done} of ${all} cases, ${Math.round(perSecond)} a second, ${left} s left`);
    },
    end() {
      if (terminal.isTTY) terminal.write(clear);
    },
  };
}
