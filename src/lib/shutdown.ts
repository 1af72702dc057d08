/** What to close when the program ends, in one list. */
export type Shutdown = {
  /** Adds something to close. The part that was added last closes first, as it may use the earlier ones. */
  add(close: Close): void;
  /**
   * Adds something whose close only has to start in its turn, such as a server that waits for its clients. The next part does
   * not wait for it; `run` does.
   */
  addSlow(close: Close): void;
  /**
   * Closes everything, each part once, also when it is called again.
   * @throws the first error, after everything was closed
   */
  run(): Promise<void>;
};

type Close = () => void | Promise<void>;

export function createShutdown(): Shutdown {
  const parts: { readonly close: Close; readonly isSlow: boolean }[] = [];
  let running: Promise<void> | undefined;

  async function closeAll(): Promise<void> {
    const ends: Promise<void>[] = [];
    for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
      const end = run(part.close);
      ends.push(end);
      // An error must not keep the other parts open; it is thrown below.
      const settled = end.catch(() => {});
      if (!part.isSlow) await settled;
    }
    await Promise.all(ends);
  }

  return {
    add: (close) => void parts.push({ close, isSlow: false }),
    addSlow: (close) => void parts.push({ close, isSlow: true }),
    run() {
      running ??= closeAll();
      return running;
    },
  };
}

async function run(close: Close): Promise<void> {
  await close();
}
