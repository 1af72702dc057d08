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

/**
 * The map of these rows, or the earlier one where both say the same.
 * @param valueFor a row's value; `known` is the earlier one of its key
 */
export function mapOrBefore<K, V, R>(
  before: ReadonlyMap<K, V> | undefined,
  rows: readonly R[],
  keyOf: (row: R) => K,
  valueFor: (row: R, known: V | undefined) => V,
): ReadonlyMap<K, V> {
  const isSame = (row: R, key: K, value: V) => keyOf(row) === key && valueFor(row, value) === value;
  if (before !== undefined && saysTheSame(before, rows, isSame)) return before;
  const now = new Map<K, V>();
  for (const row of rows) now.set(keyOf(row), valueFor(row, before?.get(keyOf(row))));
  return unchangedOr(before, now);
}

/**
 * Whether each entry of the map says the same as the row at its place, and there are no other rows. Without looking anything
 * up: nodes list their connections in one order, and a list has hundreds.
 */
export function saysTheSame<K, V, R>(
  map: ReadonlyMap<K, V>,
  rows: readonly R[],
  isSame: (row: R, key: K, value: V) => boolean,
): boolean {
  if (map.size !== rows.length) return false;
  let index = 0;
  for (const [key, value] of map) {
    const row = rows[index];
    if (row === undefined || !isSame(row, key, value)) return false;
    index += 1;
  }
  return true;
}
