/** Something that was collected, numbered so that one sees whether it is still the same. */
export type Collected<T> = { readonly revision: number; readonly value: T };

/**
 * Keeps what was collected for a while: it takes milliseconds, and scrapes that come together need not differ in it.
 * @returns the value at once while it is young enough
 */
export function keepRecent<T>(
  collect: () => Promise<T>,
  milliseconds: number,
): () => Collected<T> | Promise<Collected<T>> {
  let last: Collected<T> | undefined;
  let collectedMs = 0;
  let running: Promise<Collected<T>> | undefined;
  return () => {
    if (last !== undefined && performance.now() - collectedMs < milliseconds) return last;
    running ??= collect()
      .then((value) => {
        collectedMs = performance.now();
        last = { revision: (last?.revision ?? 0) + 1, value };
        return last;
      })
      .finally(() => {
        running = undefined;
      });
    return running;
  };
}
