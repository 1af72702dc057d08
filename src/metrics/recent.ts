/**
 * Keeps what was collected for a while: it takes milliseconds, and scrapes that come together need not differ in it.
 * @returns the value at once while it is young enough; another object each time it was collected anew
 */
export function keepRecent<T extends object>(collect: () => Promise<T>, milliseconds: number): () => T | Promise<T> {
  let last: T | undefined;
  let collectedMs = 0;
  let running: Promise<T> | undefined;
  return () => {
    if (last !== undefined && performance.now() - collectedMs < milliseconds) return last;
    running ??= collect()
      .then((value) => {
        collectedMs = performance.now();
        last = value;
        return value;
      })
      .finally(() => {
        running = undefined;
      });
    return running;
  };
}
