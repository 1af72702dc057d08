/** The signals that ask the exporter to end. */
const END_SIGNALS = ["SIGTERM", "SIGINT"] as const;

/**
 * Resolves at the first of them. A second one ends the process at once, as impatient operators expect: by the signal itself,
 * or, as process 1 of a container, which the kernel spares signals without a listener, by `endNow`.
 */
export function untilStopped(endNow: (signal: NodeJS.Signals) => never): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let isFirst = true;
    const stop = (signal: NodeJS.Signals) => {
      if (isFirst) {
        isFirst = false;
        resolve(signal);
        return;
      }
      for (const each of END_SIGNALS) process.removeListener(each, stop);
      process.kill(process.pid, signal);
      endNow(signal);
    };
    for (const signal of END_SIGNALS) process.on(signal, stop);
  });
}

/**
 * Node.js opens its inspector at SIGUSR1, through which anybody on the machine could run code as the exporter. A listener
 * takes the signal's place.
 */
export function ignoreDebugger(): void {
  process.on("SIGUSR1", () => {});
}
