/** The ends and stops of a process that has changed the terminal. */

/** What the screen does at each; all are called in the moment of the event. */
type TerminalCare = {
  /** Gives the terminal back. May be called again. */
  leave(): void;
  /** Takes the terminal, and draws everything. */
  enter(): void;
};

/** They end the process without a handler, and the terminal would stay as it is. Others have handlers already. */
const DEADLY = ["SIGHUP", "SIGQUIT"] as const;

/** So long after a stop that was not one, as in a process group that no shell takes care of, the screen comes back. */
const NOT_STOPPED_MS = 100;

type Guard = {
  /** Ctrl-Z: as the terminal itself would stop the program and those that were started with it. */
  suspend(): void;
  /**
   * The terminal is gone: the process ends as by its signal, which may come later or not at all. An end by exit would crash, as
   * Node.js expects of every terminal that it can be restored.
   */
  hangUp(): void;
  /** From now on the process is as before. */
  release(): void;
};

/** Gives the terminal back whatever ends or stops the process. */
export function guardTerminal({ leave, enter }: TerminalCare): Guard {
  const onDeadly = (signal: NodeJS.Signals) => {
    release();
    leave();
    process.kill(process.pid, signal);
  };
  let timer: NodeJS.Timeout | undefined;
  const stop = (pid: number) => {
    leave();
    // Without a listener the signal stops the process.
    process.removeListener("SIGTSTP", onStop);
    process.kill(pid, "SIGTSTP");
    timer = setTimeout(onContinue, NOT_STOPPED_MS);
  };
  const onStop = () => stop(process.pid);
  // After a stop by SIGSTOP, too, the shell has changed the terminal and written to it.
  const onContinue = () => {
    clearTimeout(timer);
    process.removeListener("SIGTSTP", onStop);
    process.on("SIGTSTP", onStop);
    leave();
    enter();
  };
  const release = () => {
    clearTimeout(timer);
    for (const signal of DEADLY) process.removeListener(signal, onDeadly);
    process.removeListener("SIGTSTP", onStop);
    process.removeListener("SIGCONT", onContinue);
    process.removeListener("exit", leave);
    process.removeListener("uncaughtExceptionMonitor", leave);
  };
  for (const signal of DEADLY) process.on(signal, onDeadly);
  process.on("SIGTSTP", onStop);
  process.on("SIGCONT", onContinue);
  process.on("exit", leave);
  // Before the error is printed, and before an end that calls no listeners.
  process.on("uncaughtExceptionMonitor", leave);
  return { suspend: () => stop(0), hangUp: () => onDeadly("SIGHUP"), release };
}
