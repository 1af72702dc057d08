/** Tells when nobody waits any more; at once, if nobody does. */
export type OnGone = (listener: () => void) => void;

/**
 * Gives what the work gives that is known under the key, started where none is under way. Whoever is gone gets undefined at
 * once and leaves nothing behind: what waits for a promise itself is held until that promise is settled.
 * @param start begins the work; `isWanted` tells later whether somebody still waits for it
 */
export type SharedWaits<Key, T> = (
  key: Key,
  start: (isWanted: () => boolean) => Promise<T>,
  onGone: OnGone,
) => Promise<T | undefined>;

type Waiter<T> = { readonly resolve: (value: T | undefined) => void; readonly reject: (error: unknown) => void };

export function createSharedWaits<Key, T>(): SharedWaits<Key, T> {
  const running = new Map<Key, Set<Waiter<T>>>();

  function begin(key: Key, start: (isWanted: () => boolean) => Promise<T>): Set<Waiter<T>> {
    const waiters = new Set<Waiter<T>>();
    running.set(key, waiters);
    const end = (tell: (waiter: Waiter<T>) => void) => {
      running.delete(key);
      for (const waiter of waiters) tell(waiter);
    };
    start(() => waiters.size > 0).then(
      (value) => end(({ resolve }) => resolve(value)),
      (error: unknown) => end(({ reject }) => reject(error)),
    );
    return waiters;
  }

  return (key, start, onGone) =>
    new Promise((resolve, reject) => {
      const waiters = running.get(key) ?? begin(key, start);
      const waiter = { resolve, reject };
      waiters.add(waiter);
      onGone(() => {
        if (waiters.delete(waiter)) resolve(undefined);
      });
    });
}
