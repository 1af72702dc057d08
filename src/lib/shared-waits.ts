/** Calls the listener when the caller no longer waits; immediately, if it has already gone. */
export type OnGone = (listener: () => void) => void;

/**
 * Runs one piece of work for each key at a time; all callers of the key share its result. A caller that goes away gets
 * undefined immediately and leaves nothing behind: a promise would hold everything that waits for it until it is settled.
 * @param start starts the work; `isWanted` reports later whether a caller still waits for it
 */
type SharedWaits<Key, T> = (
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
    const end = (settle: (waiter: Waiter<T>) => void) => {
      running.delete(key);
      for (const waiter of waiters) settle(waiter);
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
