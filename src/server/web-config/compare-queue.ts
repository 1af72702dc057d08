/** Whether a password belongs to a bcrypt hash. */
export type Compare = (password: string, hash: string) => Promise<boolean>;

/** The same, one after the other; undefined when too many wait already. */
export type CompareQueue = (password: string, hash: string) => Promise<boolean> | undefined;

/**
 * A comparison takes about a tenth of a second of a processor. Strangers may ask for as many as they like, so one runs at
 * a time and few wait.
 */
export function createCompareQueue(compare: Compare, maxWaiting: number): CompareQueue {
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  return (password, hash) => {
    // The one that runs is counted, too.
    if (waiting > maxWaiting) return undefined;
    waiting += 1;
    const result = last
      .then(() => compare(password, hash))
      .finally(() => {
        waiting -= 1;
      });
    last = result.catch(() => {});
    return result;
  };
}
