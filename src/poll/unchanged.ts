/**
 * The earlier of two maps where both say the same. What lives from poll to poll is promoted by the engine's collector, which
 * costs more than all that a poll throws away at once; most peer lists have the same connections as the one before.
 */
export function unchangedOr<K, V>(before: ReadonlyMap<K, V> | undefined, now: ReadonlyMap<K, V>): ReadonlyMap<K, V> {
  if (before?.size !== now.size) return now;
  for (const [key, value] of now) {
    if (before.get(key) !== value || (value === undefined && !before.has(key))) return now;
  }
  return before;
}
