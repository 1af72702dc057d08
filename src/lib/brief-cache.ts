/** Keeps values for a short time: the newest ones, up to a number and a total size. */
type BriefCache<T> = {
  /** The value of a key, and how old it is in milliseconds; undefined if it is missing or too old. */
  get(key: string): { readonly value: T; readonly ageMs: number } | undefined;
  /** Keeps a value and drops the oldest ones to make room. A value larger than the whole cache is not kept. */
  set(key: string, value: T): void;
};

type BriefCacheOptions<T> = {
  readonly maxAgeMs: number;
  readonly maxEntries: number;
  readonly maxBytes: number;
  /** The memory that a value takes, roughly. */
  readonly bytesOf: (value: T) => number;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
};

type Entry<T> = { readonly value: T; readonly bytes: number; readonly storedAt: number };

/** A timer drops old values as well, as there may be no further reads. */
export function createBriefCache<T>(options: BriefCacheOptions<T>): BriefCache<T> {
  const { maxAgeMs, maxEntries, maxBytes, bytesOf, now } = options;
  /** The oldest first. */
  const entries = new Map<string, Entry<T>>();
  let total = 0;
  let timer: NodeJS.Timeout | undefined;

  function drop(key: string): void {
    total -= entries.get(key)?.bytes ?? 0;
    entries.delete(key);
  }

  function dropOld(): void {
    const time = now();
    for (const [key, { storedAt }] of entries) {
      if (time - storedAt < maxAgeMs && entries.size <= maxEntries && total <= maxBytes) return;
      drop(key);
    }
  }

  function dropLater(): void {
    if (timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      dropOld();
      if (entries.size > 0) dropLater();
    }, maxAgeMs).unref();
  }

  return {
    get(key) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      const ageMs = now() - entry.storedAt;
      return ageMs < maxAgeMs ? { value: entry.value, ageMs } : undefined;
    },
    set(key, value) {
      const bytes = bytesOf(value);
      drop(key);
      if (bytes > maxBytes) return;
      entries.set(key, { value, bytes, storedAt: now() });
      total += bytes;
      dropOld();
      dropLater();
    },
  };
}
